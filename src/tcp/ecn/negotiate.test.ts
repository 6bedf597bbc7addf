import { describe, expect, it } from 'vitest';
import { ECN_CE, ECN_ECT_0, ECN_ECT_1, ECN_NOT_ECT, SYN } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { inState } from '../segment-arrives/testing.ts';
import { AccEcnMode, CEP_INIT, EcnMode } from '../tcb/acc-ecn.ts';
import { aceOfRecord, Endpoint, type SegmentRecord, setAceOfRecord } from '../testing.ts';
import { aces, counted, type Meddle, mark, type SentBy, settle, transfer, wired } from './testing.ts';

const ACCURATE: Partial<TcpConfig> = { ecn: 'accurate' };

/** AE, CWR and ECE as fields of a segment that is written by hand. */
function ace(n: number): { ae: number; bits: string } {
  return { ae: n >> 2, bits: `${(n & 2) === 0 ? '' : ',CWR'}${(n & 1) === 0 ? '' : ',ECE'}` };
}

/** Injects a segment with these three bits. */
function arrive(
  e: Endpoint,
  ctl: string,
  n: number,
  seq: number,
  ack = 0,
  more: Partial<SegmentRecord> = {},
): void {
  const { ae, bits } = ace(n);
  e.inject(`${ctl}${bits}`, seq, ack, { ae, ...more });
}

/** A client whose SYN has gone out. */
function client(config: Partial<TcpConfig> = ACCURATE): Endpoint {
  const e = new Endpoint(1, 1000, config);
  e.openActive();
  return e;
}

/** A server that has answered a SYN with these bits and this IP-ECN field. */
function server(syn: number, ecn = ECN_NOT_ECT, config: Partial<TcpConfig> = ACCURATE): Endpoint {
  const e = new Endpoint(1, 1000, config);
  e.openPassive();
  arrive(e, 'SYN', syn, 0, 0, { ecn });
  return e;
}

const sentAces = (e: Endpoint): number[] => e.sent.splice(0).map(aceOfRecord);
const modes = (e: Endpoint): number => counted(e).modes;

describe('RFC 9768 3.1.1 and 3.1.2: negotiation', () => {
  it.each([
    [ECN_NOT_ECT, 0b010],
    [ECN_ECT_1, 0b011],
    [ECN_ECT_0, 0b100],
    [ECN_CE, 0b110],
  ])('the SYN,ACK feeds back that the SYN arrived with %d in its IP-ECN field', (ecn, answer) => {
    const b = server(0b111, ecn);
    expect(sentAces(b)).toEqual([answer]);
    expect([b.tcb.ecn, counted(b).rCep]).toEqual([EcnMode.ACCURATE, CEP_INIT]); // a marked SYN is not counted
  });

  it.each([
    [0b010, EcnMode.ACCURATE],
    [0b011, EcnMode.ACCURATE],
    [0b100, EcnMode.ACCURATE],
    [0b110, EcnMode.ACCURATE],
    [0b101, EcnMode.ACCURATE], // reserved (3.1.3)
    [0b001, EcnMode.CLASSIC],
    [0b000, EcnMode.NOT_ECN],
    [0b111, EcnMode.NOT_ECN], // broken: it reflects
  ])('table 2, the client: a SYN,ACK with %d', (answer, mode) => {
    const a = client();
    expect(sentAces(a)).toEqual([0b111]);
    expect(a.tcb.accEcn).toBeNull(); // not before the first SYN,ACK
    arrive(a, 'SYN,ACK', answer, 0, 1);
    expect([a.state, a.tcb.ecn, a.tcb.accEcn === null]).toEqual([
      'ESTABLISHED',
      mode,
      mode !== EcnMode.ACCURATE,
    ]);
  });

  it.each([
    [0b000, EcnMode.NOT_ECN, 0b000],
    [0b011, EcnMode.CLASSIC, 0b001],
    [0b111, EcnMode.ACCURATE, 0b010],
    [0b001, EcnMode.ACCURATE, 0b010], // 3.1.3: any other is as if it were 111
    [0b010, EcnMode.ACCURATE, 0b010],
    [0b100, EcnMode.ACCURATE, 0b010],
    [0b101, EcnMode.ACCURATE, 0b010],
    [0b110, EcnMode.ACCURATE, 0b010],
  ])('table 2, the server: a SYN with %d', (syn, mode, answer) => {
    const b = server(syn);
    expect([b.tcb.ecn, sentAces(b)]).toEqual([mode, [answer]]);
  });

  it.each([
    ['accurate', 'accurate', 'accurate'],
    ['accurate', 'accept-accurate', 'accurate'],
    ['accurate', 'accept', 'classic'],
    ['accurate', 'on', 'classic'],
    ['accurate', 'off', 'off'],
    ['on', 'accurate', 'classic'],
    ['on-accept-accurate', 'accurate', 'classic'],
    ['accept-accurate', 'accurate', 'off'],
    ['off', 'accurate', 'off'],
  ] as const)('%s to %s is %s, and text passes', (from, to, mode) => {
    const { pair, sent } = wired({ ecn: from }, { ecn: to });
    pair.connect();
    transfer(pair, 30_000);
    transfer(pair, 30_000, 'b');
    const names = { accurate: EcnMode.ACCURATE, classic: EcnMode.CLASSIC, off: EcnMode.NOT_ECN };
    expect([pair.a.tcb.ecn, pair.b.tcb.ecn]).toEqual([names[mode], names[mode]]);
    expect([pair.a.read.length, pair.b.read.length]).toEqual([30_000, 30_000]);
    expect(sent.some((s) => s.r.ecn === ECN_ECT_0)).toBe(mode !== 'off');
  });

  it('the SYN has no option, the SYN,ACK, its ACK and the first text have one (3.2.3.2.1)', () => {
    const { pair, sent } = wired(ACCURATE, ACCURATE);
    pair.connect();
    transfer(pair, 3000);
    const has = (from: 'a' | 'b') =>
      sent.filter((s) => s.from === from).map((s) => s.r.counters !== undefined);
    expect(has('a').slice(0, 3)).toEqual([false, true, true]);
    expect(has('b')[0]).toBe(true);
    expect(sent[1]?.r.counters).toEqual({ order: 0, values: [1, 0, 1] });
  });

  it('a simultaneous open: each is as one that responds to the other', () => {
    const a = client();
    a.sent.length = 0;
    arrive(a, 'SYN', 0b111, 0, 0, { ecn: ECN_ECT_0 });
    expect([a.state, sentAces(a), a.tcb.ecn]).toEqual(['SYN-RECEIVED', [0b100], EcnMode.ACCURATE]);
    arrive(a, 'SYN,ACK', 0b010, 0, 1, { ecn: ECN_CE });
    expect([a.state, counted(a).rCep, counted(a).sCep]).toEqual(['ESTABLISHED', CEP_INIT + 1, CEP_INIT]);
    const classic = client();
    arrive(classic, 'SYN', 0b011, 0);
    expect(classic.tcb.ecn).toBe(EcnMode.CLASSIC);
    const none = client();
    arrive(none, 'SYN', 0b000, 0);
    expect(none.tcb.ecn).toBe(EcnMode.NOT_ECN);
  });

  it('two that ask at once', () => {
    const { pair } = wired(ACCURATE, ACCURATE);
    pair.a.openActive();
    pair.b.openActive();
    settle(pair);
    transfer(pair, 20_000);
    expect([counted(pair.a).sE0b, counted(pair.b).rE0b, pair.b.read.length]).toEqual([
      20_001, 20_001, 20_000,
    ]);
  });

  it('TIME-WAIT forgets the mode with the connection', () => {
    const e = inState('TIME-WAIT', { config: ACCURATE });
    e.inject('SYN', 100_000, 0, { ae: 1 });
    expect(e.reopened).not.toBeNull();
  });
});

describe('RFC 9768 3.1.4: SYNs and SYN,ACKs that come again', () => {
  /** The wire loses the first so many of one side. */
  const losing =
    (side: 'a' | 'b', n: number): Meddle =>
    (_r, from, index) =>
      from === side && index < n;

  it.each([
    [1, [7, 7], EcnMode.ACCURATE],
    [2, [7, 7, 0], EcnMode.NOT_ECN],
    [3, [7, 7, 0, 0], EcnMode.NOT_ECN],
  ])('after %d lost SYNs the bits are %j', (n, bits, mode) => {
    const { pair, sent } = wired(ACCURATE, ACCURATE, losing('a', n));
    pair.connect();
    expect(aces(sent, 'a').slice(0, n + 1)).toEqual(bits);
    expect([pair.a.tcb.ecn, pair.b.tcb.ecn]).toEqual([mode, mode]);
    transfer(pair, 5000);
    expect(pair.b.read.length).toBe(5000);
  });

  it('the SYN,ACK to the first of them decides, whatever was sent since', () => {
    const { pair } = wired(ACCURATE, ACCURATE, (_r, from, index) => from === 'b' && index < 2);
    pair.connect();
    expect([pair.a.tcb.ecn, pair.b.tcb.ecn]).toEqual([EcnMode.ACCURATE, EcnMode.ACCURATE]);
  });

  it('without the fallback every SYN asks', () => {
    const { pair, sent } = wired({ ...ACCURATE, ecnFallback: false }, ACCURATE, losing('a', 3));
    pair.connect();
    expect(aces(sent, 'a').slice(0, 4)).toEqual([7, 7, 7, 7]);
  });

  it('3.2.3.2.2: a lost SYN,ACK goes again without an option, then without bits, and nothing is ECT from then on', () => {
    const b = server(0b111);
    const answers: SegmentRecord[] = [...b.sent.splice(0)];
    for (const us of [1e6, 3e6, 7e6]) {
      b.setNow(us + 1000);
      b.tick();
      answers.push(...b.sent.splice(0));
    }
    expect(answers.map(aceOfRecord)).toEqual([0b010, 0b010, 0, 0]);
    expect(answers.map((r) => r.counters !== undefined)).toEqual([true, false, false, false]);
    arrive(b, 'ACK', 0b010, 1, 1);
    b.send(new Uint8Array(100));
    expect([b.state, b.tcb.ecn, b.sent[0]?.ecn ?? 0, aceOfRecord(b.sent[0] as SegmentRecord)]).toEqual([
      'ESTABLISHED',
      EcnMode.ACCURATE,
      ECN_NOT_ECT,
      CEP_INIT,
    ]);
  });

  it('3.1.5: the latest SYN is fed back; after one without bits the server sends nothing ECT', () => {
    const b = server(0b111, ECN_ECT_0);
    arrive(b, 'SYN', 0b111, 0, 0, { ecn: ECN_CE });
    const again = b.sent.splice(0);
    expect(again.map(aceOfRecord)).toEqual([0b100, 0b110]);
    expect(again.map((r) => r.counters !== undefined)).toEqual([true, false]);
    expect(modes(b) & AccEcnMode.NOT_ECT).toBe(0);
    b.setNow(600_000);
    arrive(b, 'SYN', 0b000, 0);
    expect([sentAces(b), b.tcb.ecn]).toEqual([[0b010], EcnMode.ACCURATE]);
    arrive(b, 'ACK', 0b010, 1, 1);
    b.send(new Uint8Array(100));
    expect(b.sent[0]?.ecn ?? 0).toBe(ECN_NOT_ECT);
  });

  it('3.1.5: a server in Not ECN mode stays in it when a SYN asks after all', () => {
    const b = server(0b000);
    b.sent.length = 0;
    arrive(b, 'SYN', 0b111, 0);
    expect([sentAces(b), b.tcb.ecn]).toEqual([[0], EcnMode.NOT_ECN]);
  });

  it.each([
    ['accurate, then classic', 0b111, 0b011],
    ['classic, then accurate', 0b011, 0b111],
  ])('3.1.5: %s in one handshake: the connection is reset', (_name, first, second) => {
    const b = server(first);
    b.sent.length = 0;
    arrive(b, 'SYN', second, 0);
    expect([b.state, b.drops, b.sent.map((r) => r.ctl & 4)]).toEqual(['CLOSED', ['ecn-modes-mixed'], [4]]);
  });

  it('3.1.5: a host that does not do AccECN knows no such conflict', () => {
    const b = server(0b011, 0, { ecn: 'accept' });
    arrive(b, 'SYN', 0b111, 0);
    expect(b.state).toBe('SYN-RECEIVED');
  });

  it.each([
    ['with AccECN bits', 0b010, ECN_ECT_0, 0b100],
    ['without', 0b000, ECN_NOT_ECT, 0b010],
    ['marked', 0b010, ECN_CE, 0b110],
  ])('3.2.2.1: a SYN,ACK again, %s, is answered in the handshake encoding', (_name, bits, ecn, answer) => {
    const a = client();
    arrive(a, 'SYN,ACK', 0b010, 0, 1);
    a.sent.length = 0;
    a.setNow(50_000);
    arrive(a, 'SYN,ACK', bits, 0, 1, { ecn });
    expect([sentAces(a), a.tcb.ecn]).toEqual([[answer], EcnMode.ACCURATE]);
    a.send(new Uint8Array(10));
    expect(sentAces(a)).toEqual([ecn === ECN_CE ? CEP_INIT + 1 : CEP_INIT]);
  });

  it('3.2.2.2: r.cep counts marked SYN,ACKs once', () => {
    const a = client();
    for (let i = 0; i < 3; i++) {
      a.setNow(i * 1_000_000);
      arrive(a, 'SYN,ACK', 0b010, 0, 1, { ecn: ECN_CE });
    }
    expect(counted(a).rCep).toBe(CEP_INIT + 1);
  });
});

describe('RFC 9768 3.2.2.1: the ACK of the SYN,ACK', () => {
  it.each([
    [ECN_NOT_ECT, 0b010, 5],
    [ECN_ECT_1, 0b011, 5],
    [ECN_ECT_0, 0b100, 5],
    [ECN_CE, 0b110, 6],
  ])('table 3: a SYN,ACK with %d is fed back by %d, r.cep is %d', (ecn, answer, rCep) => {
    const a = client();
    a.sent.length = 0;
    arrive(a, 'SYN,ACK', 0b010, 0, 1, { ecn });
    expect([sentAces(a), counted(a).rCep]).toEqual([[answer], rCep]);
  });

  it('is a pure one, before any text that waits', () => {
    const a = client();
    a.sent.length = 0;
    a.send(new Uint8Array(100));
    arrive(a, 'SYN,ACK', 0b010, 0, 1, { ecn: ECN_ECT_0 });
    expect(a.sent.map((r) => [r.text.length, aceOfRecord(r)])).toEqual([
      [0, 0b100],
      [100, CEP_INIT],
    ]);
  });

  it.each([
    [0b000, 5, AccEcnMode.NOT_ECT | AccEcnMode.NO_RESPONSE],
    [0b001, 5, 0],
    [0b010, 5, 0],
    [0b011, 5, AccEcnMode.NOT_ECT],
    [0b100, 5, AccEcnMode.NOT_ECT],
    [0b101, 5, 0],
    [0b110, 6, AccEcnMode.NOT_ECT],
    [0b111, 5, 0],
  ])('table 4: %d on it sets s.cep to %d', (bits, sCep, how) => {
    const b = server(0b111);
    arrive(b, 'ACK', bits, 1, 1);
    expect([b.state, counted(b).sCep]).toEqual(['ESTABLISHED', sCep]);
    expect(modes(b) & (AccEcnMode.NOT_ECT | AccEcnMode.NO_RESPONSE)).toBe(how);
  });

  it('with text it is a counter', () => {
    const b = server(0b111);
    arrive(b, 'ACK', 5, 1, 1, { text: new Uint8Array(10), ecn: ECN_CE });
    expect([counted(b).sCep, counted(b).rCep, counted(b).rCeb]).toEqual([5, 6, 10]);
  });

  it('a marked SYN or SYN,ACK lets the connection begin with one segment', () => {
    const b = server(0b111);
    arrive(b, 'ACK', 0b110, 1, 1);
    expect(b.tcb.cc.cwnd).toBe(b.tcb.snd.mss);
    const a = client();
    arrive(a, 'SYN,ACK', 0b110, 0, 1);
    expect([a.tcb.cc.cwnd, counted(a).sCep]).toEqual([a.tcb.snd.mss, CEP_INIT]); // s.cep stays in step
  });

  it('once more, in ESTABLISHED, it is no counter either (3.2.2.2)', () => {
    const b = server(0b111);
    arrive(b, 'ACK', 0b010, 1, 1);
    arrive(b, 'ACK', 0b010, 1, 1);
    expect(counted(b).sCep).toBe(CEP_INIT);
  });
});

describe('RFC 9768 3.2.2.3: mangling of the IP-ECN field', () => {
  /** What goes from a to b with ECT, after the handshake. */
  const ectOf = (sent: readonly SentBy[]): boolean =>
    sent.some((s) => s.from === 'a' && (s.r.ctl & SYN) === 0 && (s.r.ecn ?? 0) !== 0);

  it.each([
    ['the SYN arrives as ECT(0)', (r: SegmentRecord) => (r.ctl & SYN) !== 0, 'a'],
    ['the SYN,ACK arrives as ECT(0)', (r: SegmentRecord) => (r.ctl & SYN) !== 0, 'b'],
  ] as const)('%s: its sender sends nothing ECT, and both feed back', (_name, is, side) => {
    const { pair, sent } = wired(ACCURATE, ACCURATE, (r, from) => {
      if (from === side && is(r)) r.ecn = ECN_ECT_0;
      return false;
    });
    pair.connect();
    transfer(pair, 20_000, side);
    expect([counted(pair.a).modes & 1, counted(pair.b).modes & 1]).toEqual(side === 'a' ? [1, 0] : [0, 1]);
    expect(sent.some((s) => s.from === side && (s.r.ctl & SYN) === 0 && (s.r.ecn ?? 0) !== 0)).toBe(false);
    expect([pair.a.tcb.ecn, pair.b.tcb.ecn]).toEqual([EcnMode.ACCURATE, EcnMode.ACCURATE]);
  });

  it('ecnOfHandshake: false, neither that nor a mark counts (section 3.2.2.2)', () => {
    const config: Partial<TcpConfig> = { ...ACCURATE, ecnOfHandshake: false };
    const b = server(0b111, ECN_NOT_ECT, config);
    arrive(b, 'ACK', 0b110, 1, 1);
    expect([b.state, modes(b), b.tcb.cc.cwnd / b.tcb.snd.mss]).toEqual(['ESTABLISHED', 0, 10]);
  });

  it('without the fallback nothing is tested', () => {
    const { pair, sent } = wired({ ...ACCURATE, ecnFallback: false }, ACCURATE, (r, from) => {
      if (from === 'a' && (r.ctl & SYN) !== 0) r.ecn = ECN_ECT_0;
      return false;
    });
    pair.connect();
    transfer(pair, 5000);
    expect(ectOf(sent)).toBe(true);
  });

  it('all marked from the start on is no congestion: after four round trips the sender neither sends ECT nor responds', () => {
    const { pair, sent } = wired(ACCURATE, ACCURATE, (r, from) => {
      if (from === 'a' && r.text.length > 0) r.ecn = ECN_CE; // even what is not ECT
      return false;
    });
    pair.connect();
    transfer(pair, 400_000);
    const { modes: how } = counted(pair.a);
    expect(how & (AccEcnMode.NOT_ECT | AccEcnMode.NO_RESPONSE)).toBe(
      AccEcnMode.NOT_ECT | AccEcnMode.NO_RESPONSE,
    );
    expect(sent.filter((s) => s.from === 'a').at(-1)?.r.ecn ?? 0).toBe(ECN_NOT_ECT);
    const before = pair.a.tcb.cc.cwnd;
    transfer(pair, 400_000);
    expect(pair.a.tcb.cc.cwnd).toBeGreaterThan(before);
  });

  it('marks with an exception are congestion', () => {
    let n = 0;
    const { pair } = wired(ACCURATE, ACCURATE, (r, from) => {
      if (from === 'a' && r.text.length > 0 && n++ !== 3) mark(r);
      return false;
    });
    pair.connect();
    transfer(pair, 400_000);
    expect(counted(pair.a).modes & AccEcnMode.NOT_ECT).toBe(0);
  });

  it('bits that are cleared on their way leave both without ECN, and bits that are reflected, too', () => {
    const cleared = wired(ACCURATE, ACCURATE, (r) => {
      setAceOfRecord(r, 0);
      return false;
    });
    cleared.pair.connect();
    expect([cleared.pair.a.tcb.ecn, cleared.pair.b.tcb.ecn]).toEqual([0, 0]);
    const reflected = wired(ACCURATE, { ecn: 'off' }, (r, from) => {
      if (from === 'b' && (r.ctl & SYN) !== 0) setAceOfRecord(r, 7);
      return false;
    });
    reflected.pair.connect();
    transfer(reflected.pair, 5000);
    expect([reflected.pair.a.tcb.ecn, ectOf(reflected.sent)]).toEqual([0, false]);
  });
});

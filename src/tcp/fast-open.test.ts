import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Err } from './errors.ts';
import { FastOpen } from './fast-open.ts';
import { pathMtu } from './icmp.ts';
import { octets, pass, sent, text } from './segment-arrives/testing.ts';
import { Signal } from './signals.ts';
import { Phase } from './tcb/tcb.ts';
import { Endpoint, type Fate, Pair, type SegmentRecord, TestCookies } from './testing.ts';

const COOKIE = [...TestCookies.COOKIE];
const option = (cookie: number[] = COOKIE): Partial<SegmentRecord> => ({ cookie });

/** A client that has sent its SYN with `n` octets queued; `cookie` empty: it asks for one. */
function client(n: number, cookie: readonly number[] = COOKIE, config = {}): Endpoint {
  const a = new Endpoint(1, 1000, config);
  a.engine.cookies = new TestCookies(cookie);
  a.openFast(octets(n));
  return a;
}

/** A server in LISTEN. */
function server(config = {}): Endpoint {
  const b = new Endpoint(2, 2000, config);
  b.engine.cookies = new TestCookies();
  b.openPassive();
  return b;
}

/** A server whose user has the connection, with `n` octets from the SYN. */
function early(n: number, config = {}, more: Partial<SegmentRecord> = {}): Endpoint {
  const b = server(config);
  b.inject('SYN', 0, 0, { ...text(n), ...option(), ...more });
  return b;
}

const cookies = (a: Endpoint): TestCookies => a.engine.cookies as TestCookies;

describe('the SYN of a client (RFC 7413 section 4.2.1)', () => {
  it('asks for a cookie with an empty option when there is none; text waits for the SYN,ACK (4.1.2)', () => {
    const a = client(100, []);
    expect(a.sent[0]?.cookie).toEqual([]);
    expect(sent(a)).toEqual(['SYN seq=0 len=0']);
    a.inject('SYN,ACK', 0, 1, option());
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100']);
    expect([cookies(a).cookie, cookies(a).learned]).toEqual([COOKIE, 1]);
  });

  it('carries the cookie and the queued text, at most the MSS less the options', () => {
    const a = client(5000);
    expect(a.sent[0]?.cookie).toEqual(COOKIE);
    expect([...(a.sent[0] as SegmentRecord).text]).toEqual([...octets(1428)]);
    expect(a.tcb.snd.nxt - a.tcb.snd.iss).toBe(1429);
  });

  it('carries no more than the MSS that the server is known to take', () => {
    const a = new Endpoint();
    a.engine.cookies = Object.assign(new TestCookies(COOKIE), { mss: 536 });
    a.openFast(octets(5000));
    expect(sent(a)).toEqual(['SYN seq=0 len=504']);
  });

  it('carries the cookie alone when nothing is queued', () => {
    const a = client(0);
    expect([a.sent[0]?.cookie, sent(a)]).toEqual([COOKIE, ['SYN seq=0 len=0']]);
  });

  it('without anybody who keeps cookies is an ordinary SYN; the text follows', () => {
    const a = new Endpoint();
    a.openFast(octets(10));
    expect([a.sent[0]?.cookie, sent(a)]).toEqual([undefined, ['SYN seq=0 len=0']]);
    a.inject('SYN,ACK', 0, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
  });

  it('is not sent by openActive: no option, no text', () => {
    const a = new Endpoint();
    a.engine.cookies = new TestCookies(COOKIE);
    a.openActive();
    a.send(octets(10));
    expect([a.sent[0]?.cookie, sent(a)]).toEqual([undefined, ['SYN seq=0 len=0']]);
    a.inject('SYN,ACK', 0, 1, option([9, 9, 9, 9]));
    expect([cookies(a).learned, cookies(a).cookie]).toEqual([0, COOKIE]);
  });

  it('that is sent again has neither cookie nor text, once it is counted as failed (4.1.3.1)', () => {
    const a = client(100);
    sent(a);
    pass(a, 1500);
    expect(cookies(a).failures).toBe(1);
    pass(a, 2000);
    expect(a.sent.map((r) => r.cookie)).toEqual([undefined, undefined]);
    expect(sent(a)).toEqual(['SYN seq=0 len=0', 'SYN seq=0 len=0']);
    expect(cookies(a).failures).toBe(1);
    a.inject('SYN,ACK', 0, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100']);
  });

  it('that is not a Fast Open never counts as failed', () => {
    const a = new Endpoint();
    a.engine.cookies = new TestCookies(COOKIE);
    a.openActive();
    pass(a, 10_000);
    expect(cookies(a).failures).toBe(0);
  });
});

describe('the SYN,ACK at the client', () => {
  it('that acknowledges the text is answered by an ACK, and what follows the text is sent', () => {
    const a = client(1500);
    sent(a);
    a.inject('SYN,ACK', 0, 1429);
    expect(sent(a)).toEqual(['PSH,ACK seq=1429 ack=1 len=72']);
    expect(a.signals & (Signal.OPENED | Signal.ROOM)).toBe(Signal.OPENED | Signal.ROOM);
    expect(a.tcb.fastOpen & FastOpen.TAKEN).toBe(FastOpen.TAKEN);
    expect(a.tcb.retransmissions).toBe(0);
  });

  it('that acknowledges only the SYN has the text sent again at once, without a sign of congestion', () => {
    const a = client(1428);
    sent(a);
    const before = a.tcb.cc.ssthresh;
    a.inject('SYN,ACK', 0, 1, { opts: 1, mss: 1460 });
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=1428']);
    expect(a.tcb.cc).toMatchObject({ ssthresh: before, phase: Phase.OPEN, cwnd: 14_600 });
    expect([a.tcb.retransmissions, a.tcb.timeouts]).toEqual([1, 0]);
    a.inject('ACK', 1, 1429);
    expect(a.tcb.snd.una).toBe(a.tcb.snd.nxt);
  });

  it('that acknowledges a part of the text has the rest sent', () => {
    const a = client(300);
    sent(a);
    a.inject('SYN,ACK', 0, 101);
    expect(sent(a)).toEqual(['PSH,ACK seq=101 ack=1 len=200']);
  });

  it('that acknowledges more than was sent is reset', () => {
    const a = client(300);
    sent(a);
    a.inject('SYN,ACK', 0, 302);
    expect([a.state, sent(a)]).toEqual(['SYN-SENT', ['RST seq=302 len=0']]);
  });

  it('that acknowledges the text of a SYN that has been sent again without it counts', () => {
    const a = client(300);
    pass(a, 1000);
    sent(a);
    a.inject('SYN,ACK', 0, 301);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', ['ACK seq=301 ack=1 len=0']]);
  });

  it('may have text itself, which is taken', () => {
    const a = client(300);
    a.inject('SYN,ACK', 0, 301, text(20));
    expect(a.read).toEqual([...octets(20)]);
  });

  it('a window of 0 in it leaves the text that was not taken to the probes', () => {
    const a = client(300);
    sent(a);
    a.inject('SYN,ACK', 0, 1, { wnd: 0 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
    pass(a, 1000);
    expect(sent(a)[0]).toBe('ACK seq=1 ack=1 len=1');
  });

  it('text without a SYN that comes before it is dropped', () => {
    const a = client(300);
    a.inject('ACK', 1, 301, text(20));
    expect([a.state, a.drops]).toEqual(['SYN-SENT', ['no-syn-in-syn-sent']]);
  });
});

describe('the SYN at a server (RFC 7413 section 4.2.2)', () => {
  it('with a valid cookie: its text is delivered and acknowledged before the handshake completes', () => {
    const b = early(100);
    expect([b.state, b.read, sent(b)]).toEqual([
      'SYN-RECEIVED',
      [...octets(100)],
      ['SYN,ACK seq=0 ack=101 len=0'],
    ]);
    expect(b.signals & (Signal.EARLY | Signal.TEXT | Signal.OPENED)).toBe(Signal.EARLY | Signal.TEXT);
    b.inject('ACK', 101, 1);
    expect([b.state, b.signals & Signal.OPENED]).toEqual(['ESTABLISHED', Signal.OPENED]);
  });

  it('with a valid cookie and no text opens early too', () => {
    const b = early(0);
    expect([b.signals & (Signal.EARLY | Signal.TEXT), sent(b)]).toEqual([
      Signal.EARLY,
      ['SYN,ACK seq=0 ack=1 len=0'],
    ]);
  });

  it.each([
    ['asks for a cookie: it gets one', [], COOKIE],
    ['has an invalid cookie: it gets a fresh one', [8, 7, 6, 5, 4, 3, 2, 1], COOKIE],
    ['has no option: it gets none', null, undefined],
  ])('that %s, and the SYN,ACK acknowledges only the SYN', (_what, cookie, granted) => {
    const b = server();
    b.inject('SYN', 0, 0, { ...text(100), ...(cookie === null ? {} : option(cookie)) });
    expect(b.sent[0]?.cookie).toEqual(granted);
    expect([sent(b), b.read, b.signals]).toEqual([['SYN,ACK seq=0 ack=1 len=0'], [], 0]);
    b.send(octets(5));
    expect(sent(b)).toEqual([]);
  });

  it('of a TCP without Fast Open is answered as ever, whatever its option', () => {
    const b = new Endpoint(2, 2000);
    b.openPassive();
    b.inject('SYN', 0, 0, { ...text(100), ...option() });
    expect([b.sent[0]?.cookie, sent(b), b.tcb.fastOpen]).toEqual([
      undefined,
      ['SYN,ACK seq=0 ack=1 len=0'],
      0,
    ]);
  });

  it('text beyond the window is not taken; the SYN,ACK offers what is left', () => {
    const b = server({ receiveBuffer: 100 });
    b.autoRead = false;
    b.inject('SYN', 0, 0, { ...text(150), ...option() });
    expect([b.sent[0]?.wnd, sent(b)]).toEqual([0, ['SYN,ACK seq=0 ack=101 len=0']]);
    b.receive();
    b.inject('ACK', 101, 1);
    expect([b.sent[0]?.wnd, sent(b)]).toEqual([100, ['ACK seq=1 ack=101 len=0']]);
  });

  it('text that there is no memory for is not acknowledged', () => {
    const b = server();
    b.memoryLeft = false;
    b.inject('SYN', 0, 0, { ...text(100), ...option() });
    expect([b.drops, sent(b)]).toEqual([['no-memory'], ['SYN,ACK seq=0 ack=1 len=0']]);
    b.memoryLeft = true;
    b.inject('ACK', 1, 1, text(100));
    expect(b.read).toEqual([...octets(100)]);
  });

  it('that comes again, with or without its text, is answered by the same SYN,ACK without an option', () => {
    const b = early(100);
    sent(b);
    b.inject('SYN', 0, 0);
    expect([b.sent[0]?.cookie, sent(b)]).toEqual([undefined, ['SYN,ACK seq=0 ack=101 len=0']]);
    pass(b, 600);
    b.inject('SYN', 0, 0, { ...text(100), ...option() });
    expect([sent(b), b.read.length]).toEqual([['SYN,ACK seq=0 ack=101 len=0'], 100]);
  });
});

describe('SYN-RECEIVED when the user has the connection', () => {
  it('text goes out at once, as much as the initial window and the window of the SYN allow', () => {
    const b = early(10, {}, { opts: 1, mss: 1000 });
    sent(b);
    b.send(octets(30_000));
    expect(sent(b)).toEqual(Array.from({ length: 10 }, (_, i) => `ACK seq=${1 + 1000 * i} ack=11 len=1000`));
    b.inject('ACK', 11, 10_001);
    expect([b.state, sent(b).length]).toEqual(['ESTABLISHED', 12]);
    const small = early(10, {}, { wnd: 100 });
    sent(small);
    small.send(octets(60));
    expect(sent(small)).toEqual(['PSH,ACK seq=1 ack=11 len=60']);
    small.send(octets(60));
    expect(sent(small)).toEqual([]); // Nagle
  });

  it('is not asked for a place in the accept queue a second time', () => {
    const b = early(10);
    b.acceptQueueOpen = false;
    b.inject('ACK', 11, 1);
    expect(b.state).toBe('ESTABLISHED');
  });

  it('when the SYN,ACK was lost, the text that went before it is sent again with the handshake', () => {
    const b = early(10, { timestamps: false });
    b.send(octets(1608));
    sent(b);
    pass(b, 1000);
    expect(sent(b)).toEqual(['SYN,ACK seq=0 ack=11 len=0']);
    const { ssthresh } = b.tcb.cc;
    b.inject('ACK', 11, 1);
    expect(sent(b)).toEqual([
      'ACK seq=1 ack=11 len=536',
      'ACK seq=537 ack=11 len=536',
      'PSH,ACK seq=1073 ack=11 len=536',
    ]);
    expect(b.tcb.cc.ssthresh).toBe(ssthresh);
    b.inject('ACK', 11, 1609);
    expect(b.tcb.snd.una).toBe(b.tcb.snd.nxt);
  });

  it('when the SYN,ACK was not lost, an ACK of it alone says nothing of the text: that is under way', () => {
    const b = early(10);
    b.send(octets(100));
    sent(b);
    b.inject('ACK', 11, 1);
    expect([b.state, sent(b), b.tcb.retransmissions]).toEqual(['ESTABLISHED', [], 0]);
    expect(b.tcb.snd.nxt - b.tcb.snd.una).toBe(100);
  });

  it('an ACK of text acknowledges the SYN,ACK as well: nothing is sent again', () => {
    const b = early(10);
    b.send(octets(100));
    pass(b, 1000);
    sent(b);
    b.inject('ACK', 11, 101);
    expect([b.state, sent(b), b.tcb.timer.rexmt]).toEqual(['ESTABLISHED', [], 0]);
  });

  it.each([
    ['SYN-RECEIVED', 0],
    ['SYN-RECEIVED', 100],
  ])('CLOSE in it sends the FIN after %s and %i octets; the ACK leads to FIN-WAIT-2', (_s, n) => {
    const b = early(10);
    b.send(octets(n));
    sent(b);
    b.close();
    expect(sent(b).at(-1)).toBe(`FIN,ACK seq=${1 + n} ack=11 len=0`);
    b.inject('ACK', 11, 2 + n);
    expect(b.state).toBe('FIN-WAIT-2');
    expect(b.rows.slice(-3)).toEqual(['syn-received-ack', 'established-close', 'fin-wait-1-ack']);
  });

  it('a RST ends it: the user learns that it was reset', () => {
    const b = early(10);
    b.inject('RST', 11);
    expect([b.state, b.tcb.error, b.signals & Signal.ENDED]).toEqual(['CLOSED', Err.RESET, Signal.ENDED]);
  });

  it('a RST elsewhere in the window, and a SYN, are challenged', () => {
    const b = early(10);
    sent(b);
    b.inject('RST', 50);
    expect([b.state, sent(b)]).toEqual(['SYN-RECEIVED', ['ACK seq=1 ack=11 len=0']]);
    pass(b, 600);
    b.inject('SYN', 50);
    expect([b.state, sent(b)]).toEqual(['SYN-RECEIVED', ['ACK seq=1 ack=11 len=0']]);
  });

  it('R2 of the SYN,ACK ends it: the user learns that it timed out', () => {
    const b = early(10);
    pass(b, 181_000);
    expect([b.state, b.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });

  it('ABORT sends a RST', () => {
    const b = early(10);
    sent(b);
    b.abort();
    expect([b.state, sent(b)]).toEqual(['CLOSED', ['RST,ACK seq=1 ack=11 len=0']]);
  });

  it('an ACK of nothing that was sent is reset, as in any SYN-RECEIVED', () => {
    const b = early(10);
    sent(b);
    b.inject('ACK', 11, 500);
    expect([b.state, sent(b)]).toEqual(['SYN-RECEIVED', ['RST seq=500 len=0']]);
  });
});

it('a simultaneous open: the text of neither SYN is taken, and goes again when the SYN is acknowledged', () => {
  const p = new Pair();
  for (const end of [p.a, p.b]) {
    end.engine.cookies = new TestCookies(COOKIE);
    end.openFast(octets(100));
  }
  p.run();
  expect([p.a.state, p.b.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  expect([p.a.read, p.b.read]).toEqual([p.b.written, p.a.written]);
  expect([p.a.tcb.timeouts, p.b.tcb.timeouts]).toEqual([0, 0]);
});

it('a SYN whose text is too big for the path goes again without it, at once', () => {
  const a = client(1428, COOKIE, { noDelay: true });
  sent(a);
  pathMtu(a.engine, a.tcb, 1000);
  expect(sent(a)).toEqual(['SYN seq=0 len=0']);
  pathMtu(a.engine, a.tcb, 1000);
  expect(sent(a)).toEqual([]);
  a.inject('SYN,ACK', 0, 1, { opts: 1, mss: 1460 });
  expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=960', 'PSH,ACK seq=961 ack=1 len=468']);
});

it('whatever comes to an early server or to a client with text in its SYN, the invariants hold', () => {
  const near = fc.oneof(fc.integer({ min: -3, max: 120 }), fc.integer());
  const act = fc.oneof(
    fc.record({
      ctl: fc.constantFrom('SYN', 'SYN,ACK', 'ACK', 'FIN,ACK', 'RST', 'RST,ACK', ''),
      seq: near,
      ack: near,
      text: fc.nat(40),
      wnd: fc.constantFrom(0, 1, 65_535),
      cookie: fc.constantFrom(undefined, [], COOKIE, [1, 1, 1, 1]),
    }),
    fc.record({ ms: fc.constantFrom(1, 200, 1000, 5000, 200_000) }),
    fc.record({ send: fc.nat(3000) }),
    fc.constantFrom('close' as const, 'detach' as const, 'read' as const, 'abort' as const),
  );
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.boolean(),
      fc.nat(200),
      fc.array(act, { maxLength: 20 }),
      (serves, reads, n, acts) => {
        const a = serves ? early(n, { receiveBuffer: 100 }) : client(n);
        a.autoRead = reads;
        for (const it of acts) {
          if (it === 'read') a.receive();
          else if (typeof it === 'string') a[it]();
          else if ('ms' in it) pass(a, it.ms);
          else if ('send' in it) a.send(octets(it.send));
          else {
            const { ctl, seq, ack, wnd, cookie } = it;
            a.inject(ctl, seq, ack, { wnd, ...text(it.text), ...(cookie === undefined ? {} : { cookie }) });
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});

/** A client with `cookie` sends `up` octets from its SYN on, a server answers `down` as soon as it can. */
function exchange(cookie: readonly number[], up: number, down: number, fate: Fate): Pair {
  const p = new Pair({ fate });
  p.a.engine.cookies = new TestCookies(cookie);
  p.b.engine.cookies = new TestCookies();
  p.b.openPassive();
  p.a.openFast(octets(up));
  let answered = false;
  p.run(() => {
    if (!answered && p.b.read.length > 0) {
      answered = true;
      p.b.send(octets(down, 7));
      p.b.close();
    }
    if (p.a.state === 'CLOSE-WAIT') p.a.close();
    return false;
  });
  return p;
}

describe('whole connections', () => {
  it('the answer comes after one round trip', () => {
    const p = new Pair();
    p.a.engine.cookies = new TestCookies(COOKIE);
    p.b.engine.cookies = new TestCookies();
    p.b.openPassive();
    p.a.openFast(octets(100));
    p.run(() => {
      if (p.b.read.length === 100 && p.b.written.length === 0) p.b.send(octets(50));
      return p.a.read.length === 50;
    });
    expect([p.now, p.b.read]).toEqual([20_000, p.a.written]);
  });

  const lost =
    (from: 'a' | 'b', index: number): Fate =>
    (_r, f, i) =>
      f === from && i === index ? [] : [10_000];
  it.each([
    ['the SYN', 'a', 0],
    ['the SYN,ACK', 'b', 0],
    ['the ACK of the SYN,ACK', 'a', 1],
    ['the first text after the SYN', 'a', 2],
    ['the first text of the server', 'b', 1],
    ['the second text of the server', 'b', 2],
  ] as const)('streams are equal when %s is lost', (_what, from, index) => {
    const p = exchange(COOKIE, 5000, 5000, lost(from, index));
    expect([p.b.read, p.a.read]).toEqual([p.a.written, p.b.written]);
    expect([p.a.state, p.b.state]).toEqual(['CLOSED', 'CLOSED']);
    expect(p.a.read.length).toBe(5000);
  });

  it('streams are equal whatever the wire does, with a valid cookie, a stale one or none', () => {
    const delays = fc.array(fc.constantFrom(1000, 10_000, 10_000, 40_000, 300_000), { maxLength: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom<number[]>(COOKIE, [], [8, 8, 8, 8, 8, 8, 8, 8]),
        fc.integer({ min: 1, max: 6000 }),
        fc.nat(6000),
        // Six in a row that are all lost would be repeated for longer than R2 of a SYN.
        fc
          .array(delays, { maxLength: 12 })
          .filter((fates) => !/0{6}/.test(fates.map(({ length }) => length).join(''))),
        (cookie, up, down, fates) => {
          let i = 0;
          const p = exchange(cookie, up, down, () => fates[i++] ?? [10_000]);
          expect([p.b.read, p.a.read]).toEqual([p.a.written, p.b.written]);
          expect(p.a.written.length).toBe(up);
        },
      ),
      { numRuns: 300 },
    );
  });
});

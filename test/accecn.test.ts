// AccECN (RFC 9768) between two hosts, over wires that mark, and past boxes that mangle what they do not know: whatever
// lies between, the octets arrive, and no feedback is lost where nothing is.

import { describe, expect, it } from 'vitest';
import type { Connection } from '../src/host/index.ts';
import { type PacketInfo, type WireRule, World } from '../src/sim/index.ts';
import type { TcpConfig } from '../src/tcp/index.ts';
import {
  ACK,
  aceOf,
  OPT_ACC_ECN,
  SYN,
  setEcnField,
  TCP_CHECKSUM_OFFSET,
  TcpOptionCursor,
  updateChecksum,
} from '../src/wire/index.ts';

interface Run {
  readonly client: Connection;
  readonly server: Connection;
  readonly marked: { readonly ab: number; readonly ba: number };
  /** What arrived at each end. */
  readonly read: { readonly client: number; readonly server: number };
}

const OCTETS = 200_000;

/** Both ends send OCTETS, one after the other, over a wire with these rules. */
function run(
  seed: number,
  a: Partial<TcpConfig>,
  b: Partial<TcpConfig>,
  wireOf: { mark?: number; loss?: number },
  rules: readonly WireRule[] = [],
): Run {
  const world = new World({ seed });
  const client = world.host('client', '10.0.0.1/24', { tcp: a });
  const server = world.host('server', '10.0.0.2/24', { tcp: b });
  const wire = world.wire(client, server, { delayUs: 5000, ...wireOf });
  for (const rule of rules) wire.rule(rule);
  const read = { client: 0, server: 0 };
  let accepted: Connection | null = null;
  const drain = (c: Connection, end: 'client' | 'server'): void => {
    read[end] += c.discard();
  };
  const fill = (c: Connection, left: { n: number }): void => {
    while (left.n > 0) {
      const n = c.offer(new Uint8Array(Math.min(left.n, 20_000)));
      if (n === 0) return;
      left.n -= n;
    }
  };
  const [up, down] = [{ n: OCTETS }, { n: OCTETS }];
  server.listen({ port: 80, handler: { open: (c) => void (accepted = c) } });
  const c = client.open({ address: '10.0.0.2', port: 80 });
  for (let i = 0; i < 4000 && (read.server < OCTETS || read.client < OCTETS); i++) {
    world.runSync(world.now() + 5000);
    if (c.state === 'ESTABLISHED') fill(c, up);
    const other = accepted as Connection | null;
    if (other === null) continue;
    drain(other, 'server');
    if (read.server >= OCTETS) fill(other, down);
    drain(c, 'client');
  }
  world.runSync(world.now() + 1_000_000);
  const other = accepted as Connection | null;
  if (other === null) throw new Error('no connection');
  return {
    client: c,
    server: other,
    marked: { ab: wire.ab.counters.marked, ba: wire.ba.counters.marked },
    read,
  };
}

const ACCURATE: Partial<TcpConfig> = { ecn: 'accurate' };

/** Changes a 16-bit word of a segment at `at` octets into its header, and its checksum. */
function patch(p: PacketInfo, at: number, change: (word: number) => number): void {
  const { ip, mem } = p;
  if (ip === null) return;
  const word = ip.payloadOff + at;
  const before = mem.dv.getUint16(word);
  mem.dv.setUint16(word, change(before));
  const check = ip.payloadOff + TCP_CHECKSUM_OFFSET;
  mem.dv.setUint16(check, updateChecksum(mem.dv.getUint16(check), before, mem.dv.getUint16(word)));
}

/** Data offset, AE, CWR and ECE are in one word. */
const ACE_BITS = 0x1c0;

/** Takes the AccECN option off by No-Operations, as a box does that knows none. */
function strip(p: PacketInfo): void {
  const { ip, tcp, mem } = p;
  if (ip === null || tcp === null || (tcp.opts & OPT_ACC_ECN) === 0) return;
  const cursor = new TcpOptionCursor().start(tcp.optOff, tcp.optLen);
  while (cursor.next(mem)) {
    if (cursor.kind !== 172 && cursor.kind !== 174) continue;
    for (let at = cursor.off; at < cursor.off + cursor.length; at++) {
      const even = (at - ip.payloadOff) & ~1;
      patch(p, even, (word) => (at - ip.payloadOff === even ? (word & 0xff) | 0x100 : (word & 0xff00) | 1));
    }
  }
}

const isTcp = (p: PacketInfo): boolean => p.tcp !== null;
const isSyn = (p: PacketInfo): boolean => p.tcp !== null && (p.tcp.ctl & SYN) !== 0;
const edit = (match: (p: PacketInfo) => boolean, change: (p: PacketInfo) => void): WireRule => ({
  match,
  action: { edit: change },
});

/** Boxes on the way, by what they do. */
const BOXES: Readonly<Record<string, readonly WireRule[]>> = {
  'clears the ECN field': [edit(isTcp, (p) => p.ip !== null && setEcnField(p.mem, p.ip, 0))],
  'makes everything ECT(1)': [edit(isTcp, (p) => p.ip !== null && setEcnField(p.mem, p.ip, 1))],
  'marks everything': [edit(isTcp, (p) => p.ip !== null && setEcnField(p.mem, p.ip, 3))],
  'clears the bits of SYNs': [edit(isSyn, (p) => patch(p, 12, (word) => word & ~ACE_BITS))],
  'clears the bits of all segments': [edit(isTcp, (p) => patch(p, 12, (word) => word & ~ACE_BITS))],
  'clears AE alone': [edit(isTcp, (p) => patch(p, 12, (word) => word & ~0x100))],
  'zeroes the field after the handshake': [
    edit(
      (p) => isTcp(p) && !isSyn(p),
      (p) => patch(p, 12, (word) => word & ~ACE_BITS),
    ),
  ],
  'reflects the bits of the SYN': [
    edit(
      (p) => isSyn(p) && p.tcp !== null && (p.tcp.ctl & ACK) !== 0,
      (p) => patch(p, 12, (word) => word | ACE_BITS),
    ),
  ],
  'strips the options': [edit(isTcp, strip)],
  'drops SYNs that ask for ECN': [
    {
      match: (p) => isSyn(p) && p.tcp !== null && (p.tcp.ctl & ACK) === 0 && aceOf(p.tcp) !== 0,
      action: { drop: true },
    },
  ],
  'drops what has an option': [
    { match: (p) => p.tcp !== null && (p.tcp.opts & OPT_ACC_ECN) !== 0, action: { drop: true } },
  ],
};

describe('AccECN over a wire that marks', () => {
  it.each([
    [0.01, 4],
    [0.1, 2],
    [0.5, 3],
  ])(
    'a share of %d in both directions: each end knows how many of its packets were marked, exactly',
    (mark, seed) => {
      const { client, server, marked, read } = run(seed, ACCURATE, ACCURATE, { mark });
      expect(read).toEqual({ client: OCTETS, server: OCTETS });
      const [c, s] = [client.info().accEcn, server.info().accEcn];
      expect([s?.receivedCe, c?.receivedCe]).toEqual([marked.ab, marked.ba]);
      expect([c?.deliveredCe, s?.deliveredCe]).toEqual([marked.ab, marked.ba]);
      expect([c?.deliveredCeBytes, s?.deliveredCeBytes]).toEqual([s?.receivedCeBytes, c?.receivedCeBytes]);
      expect([c?.ect, s?.ect]).toEqual([true, true]);
      expect(marked.ab).toBeGreaterThan(0);
      expect(client.info().retransmissions + server.info().retransmissions).toBe(0);
    },
  );

  it('with losses, too: what is counted is what arrived', () => {
    for (let seed = 10; seed < 16; seed++) {
      const { client, server, read } = run(seed, ACCURATE, ACCURATE, { mark: 0.1, loss: 0.02 });
      expect(read).toEqual({ client: OCTETS, server: OCTETS });
      const [c, s] = [client.info().accEcn, server.info().accEcn];
      // The last ACKs may be lost, and a field that may have wrapped is taken for the worse.
      expect(c?.deliveredCe).toBeGreaterThanOrEqual((s?.receivedCe ?? 0) - 3);
      expect(s?.deliveredCe).toBeGreaterThanOrEqual((c?.receivedCe ?? 0) - 3);
    }
  });

  it.each([
    ['accept', 'classic'],
    ['on', 'classic'],
    ['off', 'off'],
  ] as const)('to a peer whose ECN is %s: %s, and all octets arrive', (ecn, mode) => {
    for (const [a, b] of [
      [ACCURATE, { ecn }],
      [{ ecn }, ACCURATE],
    ] as const) {
      const { client, server, read } = run(5, a, b, { mark: 0.1 });
      const expected = a !== ACCURATE && ecn === 'accept' ? 'off' : mode;
      expect([client.info().ecn, server.info().ecn]).toEqual([expected, expected]);
      expect(read).toEqual({ client: OCTETS, server: OCTETS });
    }
  });
});

describe('AccECN past a box that', () => {
  it.each(Object.keys(BOXES))('%s: all octets arrive', (name) => {
    for (const direction of [undefined, 'a->b', 'b->a'] as const) {
      for (let seed = 1; seed <= 2; seed++) {
        const rules = (BOXES[name] as readonly WireRule[]).map((rule) =>
          direction === undefined ? rule : { ...rule, direction },
        );
        const { read } = run(seed, ACCURATE, ACCURATE, { mark: 0.05 }, rules);
        expect([name, direction, read]).toEqual([name, direction, { client: OCTETS, server: OCTETS }]);
      }
    }
  });

  it('clears, or sets, the ECN field: its sender finds that in the handshake where it can, and sends nothing ECT', () => {
    for (const name of ['makes everything ECT(1)', 'marks everything']) {
      const { client, server } = run(1, ACCURATE, ACCURATE, {}, BOXES[name]);
      expect([name, client.info().accEcn?.ect, server.info().accEcn?.ect]).toEqual([name, false, false]);
    }
  });

  it('zeroes the field: neither end relies on it', () => {
    const { client, server } = run(
      1,
      ACCURATE,
      ACCURATE,
      { mark: 0.1 },
      BOXES['zeroes the field after the handshake'],
    );
    expect([client.info().accEcn?.ect, server.info().accEcn?.ect]).toEqual([false, false]);
  });

  it('strips the options: the field is enough', () => {
    const { client, server, marked } = run(1, ACCURATE, ACCURATE, { mark: 0.1 }, BOXES['strips the options']);
    expect([client.info().accEcn?.deliveredCe, server.info().accEcn?.deliveredCe]).toEqual([
      marked.ab,
      marked.ba,
    ]);
    expect(client.info().accEcn?.deliveredCeBytes).toBe(0);
  });

  it('drops SYNs that ask for it: the third is without, and the connection without ECN', () => {
    const { client } = run(1, ACCURATE, ACCURATE, {}, BOXES['drops SYNs that ask for ECN']);
    expect(client.info().ecn).toBe('off');
  });
});

// What tells a verdict from its neighbours, segment by segment: rules that kernels on real paths have taught.

import { describe, expect, test } from 'vitest';
import { type Analysis, analyseCapture, type ConnectionReport } from '../analysis.ts';
import { type Framed, type Made, packet, pcapFile } from '../testing.ts';

type Line = readonly [ms: number, made: Omit<Made, 'way'> & { readonly from: 'client' | 'server' }];

const MSS = 1448;

/** A connection of client port `port`: its packets, at milliseconds. */
function framed(lines: readonly Line[], port = 40_000): Framed[] {
  const [client, server] = [`10.0.0.1:${port}`, '10.0.0.2:80'];
  return lines.map(([ms, { from, ...made }], n) => ({
    us: Math.round(ms * 1000),
    octets: packet({
      ...made,
      way: from === 'client' ? `${client} > ${server}` : `${server} > ${client}`,
      ttl: from === 'client' ? 64 : 55,
      id: (from === 'client' ? 1000 : 30_000) + n,
    }),
  }));
}

function analysed(...connections: readonly (readonly Framed[])[]): Analysis {
  return analyseCapture(pcapFile(connections.flat().sort((a, b) => (a.us ?? 0) - (b.us ?? 0))));
}

/** The verdicts of connection `n`, without those that are always there. */
function idsOf({ connections }: Analysis, n = 0): string[] {
  const ids = connections.find(({ number }) => number === n)?.verdicts.map(({ id }) => id) ?? [];
  return ids.filter((id) => id !== 'still-open');
}

/** A handshake whose SYN,ACK is there after `rtt`. */
const shake = (at: number, rtt: number): Line[] => [
  [at, { from: 'client', flags: 'SYN', seq: 99, mss: 1460 }],
  [at + rtt, { from: 'server', flags: 'SYN,ACK', seq: 499, ack: 100, mss: 1460 }],
  [at + rtt + 0.01, { from: 'client', flags: 'ACK', seq: 100, ack: 500 }],
];
const data = (at: number, seq: number, text = MSS): Line => [
  at,
  { from: 'client', flags: 'PSH,ACK', seq, ack: 500, text },
];
const ack = (at: number, to: number): Line => [at, { from: 'server', flags: 'ACK', seq: 500, ack: to }];
/** So many segments, each `apart` after the other, acknowledged after `rtt` each. */
function upload(at: number, segments: number, apart: number, rtt: (n: number) => number): Line[] {
  return Array.from({ length: segments }, (_, n) => [
    data(at + n * apart, 100 + n * MSS),
    ack(at + n * apart + rtt(n), 100 + (n + 1) * MSS),
  ]).flat();
}
const close = (at: number, seq: number, rtt: number): Line[] => [
  [at, { from: 'client', flags: 'FIN,ACK', seq, ack: 500 }],
  [at + rtt, { from: 'server', flags: 'FIN,ACK', seq: 500, ack: seq + 1 }],
  [at + rtt + 0.01, { from: 'client', flags: 'ACK', seq: seq + 1, ack: 501 }],
];

describe('a capture that goes on after the connection', () => {
  const later = framed(shake(200_000, 20), 50_000);

  test('a FIN that carries the ACK of the other one leaves nobody in CLOSE-WAIT', () => {
    expect(idsOf(analysed(framed([...shake(0, 20), ...close(500, 100, 20)]), later))).toEqual([
      'close-three',
      'healthy',
    ]);
    const [fin] = close(500, 100, 20) as [Line];
    const leak = framed([...shake(0, 20), fin, ack(520, 101)]);
    expect(idsOf(analysed(leak, later))).toEqual(['close-wait-leak']);
  });

  test('nor does a RST that ends it', () => {
    const [fin] = close(500, 100, 20) as [Line];
    const race = [...shake(0, 20), fin, ack(520, 101)];
    const rst: Line = [540, { from: 'client', flags: 'RST', seq: 101 }];
    expect(idsOf(analysed(framed([...race, rst]), later))).not.toContain('close-wait-leak');
  });

  test('nor do FINs that cross', () => {
    const crossing: Line[] = [
      [500, { from: 'client', flags: 'FIN,ACK', seq: 100, ack: 500 }],
      [510, { from: 'server', flags: 'FIN,ACK', seq: 500, ack: 100 }],
      [510.01, { from: 'client', flags: 'ACK', seq: 101, ack: 501 }],
      [520, { from: 'server', flags: 'ACK', seq: 501, ack: 101 }],
    ];
    expect(idsOf(analysed(framed([...shake(0, 20), ...crossing]), later))).toEqual([
      'close-simultaneous',
      'healthy',
    ]);
  });

  test('a window is closed until the connection is over, not until the capture is', () => {
    const zero = (at: number, win: number): Line => [
      at,
      { from: 'server', flags: 'ACK', seq: 500, ack: 1548, win },
    ];
    const lines = [...shake(0, 20), data(100, 100), zero(120, 0), zero(500, 4000), zero(510, 0)];
    const end: Line = [600, { from: 'server', flags: 'RST,ACK', seq: 500, ack: 1548 }];
    const { verdicts } = analysed(framed([...lines, end]), later).connections[0] as ConnectionReport;
    expect(verdicts.find(({ id }) => id === 'slow-reader')?.params['time']).toBe('380 ms');
  });
});

describe('a queue that stands', () => {
  test('is told by the least round trip of a stretch: one stall is none', () => {
    const grown = upload(100, 200, 2, (n) => 20 + Math.min(n * 2, 150));
    expect(idsOf(analysed(framed([...shake(0, 20), ...grown])))).toEqual(['queueing']);
    const stall = upload(100, 200, 2, (n) => (n > 60 && n < 120 ? 180 - (n - 60) * 2 : 20));
    expect(idsOf(analysed(framed([...shake(0, 20), ...stall])))).not.toContain('queueing');
  });

  test('is a note where it costs less than 100 ms', () => {
    const grown = upload(100, 200, 2, (n) => 20 + Math.min(n, 60));
    const [verdict] = analysed(framed([...shake(0, 20), ...grown])).connections[0]?.verdicts ?? [];
    expect([verdict?.id, verdict?.severity]).toEqual(['queueing', 'note']);
  });

  test('who comes when it is full sees no short round trip: another connection between these hosts has', () => {
    const full = framed([...shake(1000, 200), ...upload(1300, 200, 2, () => 220)]);
    expect(idsOf(analysed(full))).toEqual(['healthy']);
    const analysis = analysed(framed(shake(0, 20), 40_001), full);
    expect(idsOf(analysis, 1)).toEqual(['queueing']);
    expect(analysis.connections[1]?.verdicts[0]?.params['least']).toBe('20 ms');
    expect(analysis.connections[1]?.verdicts[0]?.evidence[0]?.frame).toBe(2);
  });
});

describe('a SYN,ACK that comes late', () => {
  const [syn, synAck, third] = shake(0, 20) as [Line, Line, Line];
  const at = (ms: number, [, made]: Line): Line => [ms, made];

  test('by the timer of a SYN,ACK, while data is fast: the first was lost', () => {
    const late = [...shake(0, 1020), data(1100, 100), ack(1120, 100 + MSS)];
    expect(idsOf(analysed(framed(late)))).toEqual(['syn-ack-lost']);
  });

  test('by some other time: what answers had to wait; and a long way is one', () => {
    const late = [...shake(0, 600), data(700, 100), ack(720, 100 + MSS)];
    expect(idsOf(analysed(framed(late)))).toEqual(['late-syn-ack', 'healthy']);
    const far = [...shake(0, 600), data(700, 100), ack(1300, 100 + MSS)];
    expect(idsOf(analysed(framed(far)))).toEqual(['slow-network']);
  });

  test('and too soon to answer the SYN before it: it answers the first, and one was lost', () => {
    const lines = (second: number): Line[] => [
      ...[syn, at(1030, syn), at(1040, synAck), at(1040.01, third)],
      ...[data(1041, 100), at(1030 + second, synAck), ack(1061, 100 + MSS)],
    ];
    expect(idsOf(analysed(framed(lines(20))))).toEqual(['syn-ack-lost']);
    // A round trip as long as that: nobody knows which of the two was lost.
    const lost = [syn, at(1030, syn), at(1050, synAck), at(1050.01, third), data(1051, 100)];
    expect(idsOf(analysed(framed([...lost, ack(1071, 100 + MSS)])))).toEqual(['syn-lost']);
  });
});

test('a SYN,ACK that comes again within milliseconds answers a SYN that came again: no third ACK was lost', () => {
  const again = (ms: number): Line[] => [
    ...shake(0, 0.1),
    [ms, { from: 'server', flags: 'SYN,ACK', seq: 499, ack: 100, mss: 1460 }],
    [ms + 20, { from: 'client', flags: 'ACK', seq: 100, ack: 500 }],
  ];
  expect(idsOf(analysed(framed(again(12))))).not.toContain('third-ack-lost');
  expect(idsOf(analysed(framed(again(1012))))).toContain('third-ack-lost');
});

test('after a long silence: a RST with an ACK is of an end that knew the connection, one without is of who forgot it', () => {
  const lines = (flags: string): Line[] => [
    ...shake(0, 20),
    ...[data(100, 100), ack(120, 100 + MSS), data(70_000, 100 + MSS)],
    [70_020, { from: 'server', flags, seq: 500, ack: flags === 'RST' ? 0 : 100 + 2 * MSS }],
  ];
  expect(idsOf(analysed(framed(lines('RST'))))).toEqual(['idle-killed']);
  expect(idsOf(analysed(framed(lines('RST,ACK'))))).not.toContain('idle-killed');
});

test('checksums of segments that the kernel has put together say nothing about where it was captured', () => {
  const lines = [...shake(0, 20), data(30, 100), ack(50, 100 + MSS)];
  const merged: Line = [
    51,
    { from: 'server', flags: 'PSH,ACK', seq: 500, ack: 100 + MSS, text: 2896, partial: true },
  ];
  const [one] = analysed(framed([...lines, merged])).connections;
  expect(one?.vantage.at).toBe('client');
  const own: Line = [51, { from: 'server', flags: 'ACK', seq: 500, ack: 100 + MSS, partial: true }];
  const [other] = analysed(framed([...lines, own])).connections;
  expect(other?.vantage).toEqual({ at: 'server', by: 'checksums' });
});

test('a FIN that was lost does not hide the losses before it, and is none of them', () => {
  const lossy = [
    ...shake(0, 20),
    ...[data(30, 100), data(31, 100 + MSS), data(32, 100 + 2 * MSS)],
    ...[data(300, 100), data(900, 100), data(2000, 100), ack(2020, 100 + 3 * MSS)],
  ];
  const end = 100 + 3 * MSS;
  const finTwice: Line[] = [
    [2100, { from: 'client', flags: 'FIN,ACK', seq: end, ack: 500 }],
    ...close(2400, end, 20),
  ];
  expect(idsOf(analysed(framed([...lossy, ...finTwice]))).sort()).toEqual([
    'close-three',
    'fin-lost',
    'loss',
  ]);
  const clean = [...shake(0, 20), data(30, 100), ack(50, end), ...finTwice];
  expect(idsOf(analysed(framed(clean)))).not.toContain('loss');
});

test('beside the server: a client that fills the window as if it had no scale was not told of one', () => {
  const crawl = (text: number): Line[] =>
    Array.from({ length: 5 }, (_, n): Line[] => [
      [
        300 + n * 200,
        { from: 'client', flags: 'PSH,ACK', seq: 1548 + n * text, ack: 500, text, win: 64_240 },
      ],
      [300.1 + n * 200, { from: 'server', flags: 'ACK', seq: 500, ack: 1548 + (n + 1) * text, win: 78 }],
    ]).flat();
  const opened = (third: number): Line[] => [
    [0, { from: 'client', flags: 'SYN', seq: 99, win: 64_240, wscale: 7 }],
    [0.1, { from: 'server', flags: 'SYN,ACK', seq: 499, ack: 100, win: 65_160, wscale: 10 }],
    [20, { from: 'client', flags: 'ACK', seq: 100, ack: 500, win: third }],
    [21, { from: 'client', flags: 'PSH,ACK', seq: 100, ack: 500, text: MSS, win: third }],
    [21.1, { from: 'server', flags: 'ACK', seq: 500, ack: 1548, win: 78 }],
  ];
  expect(idsOf(analysed(framed([...opened(64_240), ...crawl(78)])))).toContain('wscale-stripped');
  expect(idsOf(analysed(framed([...opened(64_240), ...crawl(79)])))).not.toContain('wscale-stripped');
  expect(idsOf(analysed(framed([...opened(502), ...crawl(78)])))).not.toContain('wscale-stripped');
});

test('a client that has forgotten opens again from the same port: SYN, challenge ACK and RST are of the new connection', () => {
  const lines: Line[] = [
    ...shake(0, 20),
    ...[data(30, 100, 50), ack(50, 150)],
    [1500, { from: 'client', flags: 'SYN', seq: 90_000 }],
    [1520, { from: 'server', flags: 'ACK', seq: 500, ack: 150 }],
    [1520.01, { from: 'client', flags: 'RST', seq: 150 }],
    [1530, { from: 'client', flags: 'SYN', seq: 90_000 }],
    [1550, { from: 'server', flags: 'SYN,ACK', seq: 7000, ack: 90_001 }],
    [1550.01, { from: 'client', flags: 'ACK', seq: 90_001, ack: 7001 }],
  ];
  const analysis = analysed(framed(lines));
  expect(analysis.connections.map(({ client }) => client.packets)).toEqual([3, 4]);
  expect(idsOf(analysis, 0)).toEqual(['healthy']);
  expect(idsOf(analysis, 1)).toEqual(['port-reuse-refused']);
});

// What a segment is to those before it, and what the capture itself did.

import { expect, test } from 'vitest';
import { CaptureReader } from '../read/index.ts';
import { type Framed, type Made, packet, pcapFile } from '../testing.ts';
import { type Connection, Follower, namesOfMarks, vantageOf } from './index.ts';

const OUT = '10.0.0.1:40000 > 10.0.0.2:80';
const BACK = '10.0.0.2:80 > 10.0.0.1:40000';

type Line = readonly [us: number, made: Made];

function followed(
  lines: readonly Line[],
  options: { mostLive?: number; mostSegments?: number } = {},
): Connection[] {
  const connections: Connection[] = [];
  const follower = new Follower({ onConnection: (one) => connections.push(one), ...options });
  const reader = new CaptureReader((frame) => void follower.frame(frame));
  const frames: Framed[] = lines.map(([us, made]) => ({ us, octets: packet(made) }));
  reader.push(pcapFile(frames));
  reader.end();
  follower.end();
  return connections;
}

function marksOf(lines: readonly Line[]): string[][] {
  return (followed(lines)[0] as Connection).segments.map(({ marks }) => namesOfMarks(marks));
}

const shake: readonly Line[] = [
  [0, { way: OUT, flags: 'SYN', seq: 100, mss: 1460, wscale: 7, sackOk: true, id: 1 }],
  [
    20_000,
    { way: BACK, flags: 'SYN,ACK', seq: 500, ack: 101, mss: 1460, wscale: 7, sackOk: true, id: 0, ttl: 57 },
  ],
  [20_050, { way: OUT, flags: 'ACK', seq: 101, ack: 501, win: 500, id: 2 }],
];
const data = (us: number, seq: number, more: Partial<Made> = {}): Line => [
  us,
  { way: OUT, flags: 'ACK', seq, ack: 501, win: 500, text: 1000, ...more },
];
const ack = (us: number, n: number, more: Partial<Made> = {}): Line => [
  us,
  { way: BACK, flags: 'ACK', seq: 501, ack: n, win: 500, ttl: 57, id: us & 0xffff, ...more },
];

test('a retransmission after the timer, after duplicate ACKs, and of a hole that SACK shows', () => {
  const flight = [0, 1, 2, 3, 4].map((n) => data(30_000 + n, 101 + 1000 * n, { id: 10 + n }));
  expect(marksOf([...shake, ...flight, data(400_000, 101, { id: 20 })])[8]).toEqual([
    'retransmitted',
    'timeout',
  ]);
  const duplicates = [1, 2, 3].map((n) => ack(50_000 + n, 101));
  const fast = marksOf([...shake, ...flight, ack(49_000, 101), ...duplicates, data(50_100, 101, { id: 20 })]);
  expect(fast.at(-1)).toEqual(['retransmitted', 'fast']);
  const sack = marksOf([
    ...shake,
    ...flight,
    ack(50_000, 101, { sack: [1101, 2101] }),
    data(50_100, 101, { id: 20 }),
  ]);
  expect(sack.at(-1)).toEqual(['retransmitted', 'sack-hole']);
});

test('a tail that is sent again before the timer is a probe; what was acknowledged was not needed', () => {
  expect(marksOf([...shake, data(30_000, 101, { id: 3 }), data(80_000, 101, { id: 4 })]).at(-1)).toEqual([
    'retransmitted',
    'tail-probe',
  ]);
  const needless = [...shake, data(30_000, 101, { id: 3 }), ack(50_000, 1101), data(400_000, 101, { id: 4 })];
  expect(marksOf(needless).at(-1)).toContain('spurious');
});

test('DSACK says afterwards that a retransmission was not needed', () => {
  const lines = [
    ...shake,
    data(30_000, 101, { id: 3 }),
    data(31_000, 1101, { id: 4 }),
    data(300_000, 101, { id: 5 }),
  ];
  const marks = marksOf([...lines, ack(320_000, 2101, { sack: [101, 1101] })]);
  expect(marks[5]).toEqual(['retransmitted', 'timeout', 'spurious']);
});

test('an overtaken segment is no retransmission: its IP identification is older', () => {
  const lines = [...shake, data(30_000, 1101, { id: 4 }), data(30_900, 101, { id: 3 })];
  expect(marksOf(lines).at(-1)).toEqual(['reordered']);
  const lost = [...shake, data(30_000, 1101, { id: 4 }), data(230_000, 101, { id: 5 })];
  expect(marksOf(lost).at(-1)).toEqual(['retransmitted', 'timeout', 'first-unseen']);
});

test('a keep-alive is told from a window probe by the window', () => {
  const probe: Line = [90e6, { way: OUT, flags: 'ACK', seq: 1100, ack: 501, win: 500, id: 9 }];
  const base = [...shake, data(30_000, 101, { id: 3 })];
  expect(marksOf([...base, ack(50_000, 1101), probe]).at(-1)).toEqual(['keep-alive']);
  expect(marksOf([...base, ack(50_000, 1101, { win: 0 }), probe]).at(-1)).toEqual(['window-probe']);
});

test('the same packet twice is a copy, beside a router with a smaller TTL; it is no retransmission', () => {
  const lines = [...shake, data(30_000, 101, { id: 3 }), data(30_200, 101, { id: 3, ttl: 63 })];
  const [connection] = followed(lines);
  expect(connection).toMatchObject({ copies: 1, hopCopies: 1, packets: 5 });
  expect(connection?.sides[0].retransmitted.all).toBe(0);
});

test('what is acknowledged and was not captured is the capture’s loss', () => {
  const [connection] = followed([...shake, data(30_000, 1101, { id: 4 }), ack(50_000, 2101)]);
  expect(connection?.sides[0].unseen).toBe(1000);
  expect(connection?.sides[0].retransmitted.all).toBe(0);
});

test('sequence numbers wrap, and nothing is said of it', () => {
  const base = -2; // 2^32 - 2
  const lines: Line[] = [
    [0, { way: OUT, flags: 'SYN', seq: base, id: 1 }],
    [20_000, { way: BACK, flags: 'SYN,ACK', seq: -1, ack: base + 1, id: 0 }],
    [20_050, { way: OUT, flags: 'ACK', seq: base + 1, ack: 0, id: 2 }],
    [30_000, { way: OUT, flags: 'ACK', seq: base + 1, ack: 0, text: 10, id: 3 }],
    [50_000, { way: BACK, flags: 'ACK', seq: 0, ack: 9, id: 4 }],
    [60_000, { way: OUT, flags: 'ACK', seq: 9, ack: 0, text: 10, id: 5 }],
  ];
  expect(marksOf(lines)).toEqual([[], [], [], [], [], []]);
});

test('a SYN with another number begins another connection, and knows the earlier one', () => {
  const again: Line = [5e6, { way: OUT, flags: 'SYN', seq: 90_000, id: 9 }];
  const closed: Line[] = [
    [30_000, { way: OUT, flags: 'FIN,ACK', seq: 101, ack: 501, id: 3 }],
    [50_000, { way: BACK, flags: 'FIN,ACK', seq: 501, ack: 102, id: 4 }],
    [50_050, { way: OUT, flags: 'ACK', seq: 102, ack: 502, id: 5 }],
  ];
  const [first, second] = followed([...shake, ...closed, again]);
  expect([first?.ending, second?.number]).toEqual(['closed', 1]);
  expect(second?.earlier).toMatchObject({ number: 0, bothClosed: true, closedBy: 0 });
});

test('a SYN into an open connection is doubtful: a SYN,ACK that acknowledges it begins another one', () => {
  const doubtful: Line = [5e6, { way: OUT, flags: 'SYN', seq: 90_000, id: 9 }];
  expect(followed([...shake, doubtful, ack(5_020_000, 101)])).toHaveLength(1);
  const answer: Line = [5_020_000, { way: BACK, flags: 'SYN,ACK', seq: 7000, ack: 90_001, id: 0 }];
  const connections = followed([...shake, doubtful, answer]);
  expect(connections.map(({ sides }) => sides[0].syn?.seq)).toEqual([100, 90_000]);
});

test('the place of capture: by the halves of the round trip, and beside an end only with TTLs that no router has lowered', () => {
  expect(vantageOf(followed(shake)[0] as Connection)).toEqual({ at: 'client', by: 'handshake' });
  const middle = shake.map(([us, made], n): Line => [n === 2 ? 38_000 : us, made]);
  expect(vantageOf(followed(middle)[0] as Connection)).toEqual({ at: 'middle', by: 'handshake' });
  const server = shake.map(([us, made], n): Line => [[0, 100, 30_000][n] ?? us, made]);
  expect(vantageOf(followed(server)[0] as Connection)).toEqual({ at: 'middle', by: 'handshake' });
  // Without a router before it: the server's own TTL.
  const own = server.map(([us, made]): Line => [us, made.way === BACK ? { ...made, ttl: 64 } : made]);
  expect(vantageOf(followed(own)[0] as Connection)).toEqual({ at: 'server', by: 'handshake' });
});

test('text that nobody acknowledges is remembered up to a bound, in whatever order it comes', () => {
  const lines: Line[] = [...shake];
  for (let n = 0; n < 3000; n += 2) {
    const us = 30_000 + 10 * n;
    lines.push(data(us, 101 + 1000 * (n + 1), { id: n + 4 }), data(us + 5, 101 + 1000 * n, { id: n + 3 }));
  }
  expect(followed(lines)[0]?.sides[0].reordered).toBe(1500);
  expect(followed(lines)[0]?.sides[0].flights).toHaveLength(1024);
});

test('a file that does not go on where the last one ended begins with all the room there is', () => {
  const connections: Connection[] = [];
  const follower = new Follower({ onConnection: (one) => connections.push(one), mostSegments: 8 });
  for (let n = 0; n < 4; n++) {
    const reader = new CaptureReader((frame) => void follower.frame(frame));
    reader.push(pcapFile(shake.map(([us, made]) => ({ us, octets: packet(made) }))));
    reader.end();
    follower.nextFile();
  }
  follower.end();
  expect(connections.map(({ packets }) => packets)).toEqual([3, 3, 3, 3]);
  expect(follower.counts.evicted).toBe(0);
});

test('segments beyond a bound: the middle of long connections goes first, and no connection ends of it', () => {
  const lines = Array.from(
    { length: 80 },
    (_, n): Line => [
      n,
      { way: `10.0.0.1:${1000 + (n & 1)} > 10.0.0.2:80`, flags: 'ACK', seq: n, ack: 1, text: 2, id: n },
    ],
  );
  const connections = followed(lines, { mostSegments: 50 });
  expect(connections.map(({ packets, complete }) => [packets, complete])).toEqual([
    [40, false],
    [40, false],
  ]);
  expect(connections[0]?.segments.length).toBeLessThan(30);
  expect(connections[0]?.segments.at(-1)?.frame).toBe(79);
});

test('segments beyond a bound: the connection that was silent longest is handed on, and what it sends later is another', () => {
  const at = (us: number, port: number): Line => [
    us,
    { way: `10.0.0.1:${port} > 10.0.0.2:80`, flags: 'ACK', seq: us, ack: 1, text: 1, id: us },
  ];
  const lines = [at(1, 1000), at(2, 1001), at(3, 1000), at(4, 1001), at(5, 1000)];
  const packetsOf = (mostSegments: number): number[] =>
    followed(lines, { mostSegments }).map(({ packets }) => packets);
  expect(packetsOf(5)).toEqual([3, 2]);
  expect(packetsOf(3)).toEqual([2, 2, 1]);
});

test('when there are too many, those that were silent longest are handed on', () => {
  const many = Array.from(
    { length: 40 },
    (_, n): Line => [n * 100, { way: `10.0.0.1:${1000 + n} > 10.0.0.2:80`, flags: 'SYN', seq: n }],
  );
  const connections = followed(many, { mostLive: 10 });
  expect(connections.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, n) => n));
});

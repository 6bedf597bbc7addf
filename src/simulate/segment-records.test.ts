// Segments in numbers: the text that is made of them, what is kept, and what the digest covers.

import { describe, expect, test } from 'vitest';
import { type DropReason, PacketInfo } from '../sim/index.ts';
import { ACK, Memory, PSH, parseAddress, Segment } from '../wire/index.ts';
import { resetTo } from './network/reset.ts';
import { SegmentRecords } from './segment-records.ts';

const memory = new Memory({ initial: 1 << 16 });
const off = memory.alloc(60);

/** A RST as a wire shows it, at a time; `seq` is its SEG.SEQ. */
function reset(timeUs: number, seq: number, direction: 'a->b' | 'b->a' = 'a->b'): PacketInfo {
  const { w3: src3 } = parseAddress('10.0.0.1') as { w3: number };
  const ip = { family: 4, src0: 0, src1: 0, src2: 0, src3, dst0: 0, dst1: 0, dst2: 0, dst3: src3 + 1 };
  const segment = new Segment();
  Object.assign(segment, { srcPort: 50_000, dstPort: 80, ctl: ACK | PSH, ack: seq });
  const octets = resetTo(ip as never, segment);
  memory.u8.set(octets, off);
  return new PacketInfo(direction, 'ip', memory).set(memory, off, octets.length, 0, 0, timeUs);
}

function records(most: number, lines: readonly (readonly [number, number, DropReason | null])[]) {
  const made = new SegmentRecords(most);
  made.addLink(['client', 'api']);
  made.addLink(['api', 'db']);
  for (const [timeUs, seq, lost] of lines) made.add(1, reset(timeUs, seq, 'b->a'), lost);
  return made;
}

describe('segments in numbers', () => {
  test('a line has time, hosts, ports, control bits, SEG.SEQ, SEG.ACK, length and fate, also beyond 32 bits', () => {
    const made = records(10, [
      [1500, 7, null],
      [604_800_000_000, -2, 'partition'],
    ]);
    expect([made.text(0), made.text(1), made.last]).toEqual([
      '1500 db>api 80>50000 RST 7 0 0',
      '604800000000 db>api 80>50000 RST 4294967294 0 0 lost:partition',
      '604800000000 db>api 80>50000 RST 4294967294 0 0 lost:partition',
    ]);
  });

  test('the first are kept, the last can be read, and all of them are in the digest', () => {
    const lines = Array.from({ length: 5000 }, (_, n) => [n, n, null] as const);
    const all = records(2500, lines);
    expect([all.count, all.kept]).toEqual([5000, 2500]);
    for (const n of [0, 2047, 2048, 2499]) expect(all.text(n)).toContain(` RST ${n} `);
    expect(all.last).toContain(' RST 4999 ');
    expect(records(2500, lines).digest).toBe(all.digest);
    for (const changed of [2499, 2500, 4999]) {
      const others = lines.map(([at, seq], n) => [at, n === changed ? seq + 1 : seq, null] as const);
      expect(records(2500, others).digest).not.toBe(all.digest);
    }
    expect(records(2500, lines.slice(0, -1)).digest).not.toBe(all.digest);
  });

  test('asking for the digest in between changes nothing; names of hosts are in it', () => {
    const lines = [[1, 1, null] as const, [2, 2, 'loss'] as const];
    const asked = records(5, lines.slice(0, 1));
    expect(asked.digest).not.toBe(records(5, lines).digest);
    asked.add(1, reset(2, 2, 'b->a'), 'loss');
    expect(asked.digest).toBe(records(5, lines).digest);
    const elsewhere = new SegmentRecords(5);
    for (const name of ['x', 'y']) elsewhere.addLink(['api', name]);
    for (const [at, seq, lost] of lines) elsewhere.add(1, reset(at, seq, 'b->a'), lost);
    expect(elsewhere.digest).not.toBe(asked.digest);
  });
});

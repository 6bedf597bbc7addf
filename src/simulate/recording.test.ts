// The ring of what passed last: the latest are there with their octets, in order, however often it has gone around.

import { expect, test } from 'vitest';
import { PacketInfo } from '../sim/index.ts';
import { Memory } from '../wire/index.ts';
import { type Passed, Recording } from './recording.ts';

const memory = new Memory({ initial: 1 << 20 });
const off = memory.alloc(65_535);

/** A packet with its number in its octets. */
function packet(index: number, len: number): PacketInfo {
  memory.u8.fill(index & 0xff, off, off + len);
  return new PacketInfo('b->a', 'ip', memory).set(memory, off, len, index, 0, index * 10);
}

test('events are read as they were told: time, fate, link, packet, reason, octets', () => {
  const recording = new Recording();
  const p = packet(3, 40);
  p.injected = true;
  recording.sent(5, p);
  const lost = packet(4, 40);
  lost.copy = 2;
  recording.passed('dropped', 6, lost, 'queue');
  const base = { direction: 'b->a', copy: 0, injected: false, reason: null };
  expect([...recording.events()]).toEqual([
    {
      ...base,
      timeUs: 30,
      what: 'sent',
      link: 5,
      index: 3,
      injected: true,
      octets: new Uint8Array(40).fill(3),
    },
    {
      ...base,
      timeUs: 40,
      what: 'dropped',
      link: 6,
      index: 4,
      copy: 2,
      reason: 'queue',
      octets: new Uint8Array(0),
    },
  ]);
});

test.each([
  ['many short packets', 40_000, 40],
  ['few long packets', 2500, 65_535],
])('%s: the latest are kept, at least half of the ring, with their own octets', (_what, count, len) => {
  const recording = new Recording();
  for (let n = 0; n < count; n++) recording.sent(0, packet(n, len));
  const kept = [...recording.events()] as Passed[];
  expect(kept.length).toBeGreaterThanOrEqual(Math.min(8192, Math.floor(2 ** 25 / len) - 64));
  expect(kept.length).toBeLessThan(count);
  kept.forEach(({ index, timeUs, octets }, n) => {
    expect([index, timeUs, octets.length]).toEqual([count - kept.length + n, index * 10, len]);
    for (const at of [0, len - 1]) if (octets[at] !== (index & 0xff)) expect.fail(`octets of ${index}`);
  });
});

test('changes of states are between the packets, and go with them', () => {
  const recording = new Recording();
  const change = { what: 'change', host: 'api', local: 80, remote: 1, row: {} as never } as const;
  for (let n = 0; n < 20_000; n++) {
    recording.sent(0, packet(n, 1));
    if (n % 1000 === 0) recording.changed({ ...change, timeUs: n * 10 });
  }
  const kept = [...recording.events()];
  const at = kept.findIndex(({ what, timeUs }) => what === 'change' && timeUs === 190_000);
  expect(kept.slice(at - 1, at + 2).map(({ what, timeUs }) => `${what} ${timeUs}`)).toEqual([
    'sent 190000',
    'change 190000',
    'sent 190010',
  ]);
  expect(kept.filter(({ what }) => what === 'change').length).toBeLessThan(20);
});

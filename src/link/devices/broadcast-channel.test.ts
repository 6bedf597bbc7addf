import { expect, test } from 'vitest';
import { Host, nextTurn } from '../../host/index.ts';
import { broadcastChannelDevice } from './index.ts';
import { exchange, hostsOn } from './testing.ts';

const device = (name: string, queue?: number) =>
  broadcastChannelDevice(new BroadcastChannel(name), queue === undefined ? {} : { queue });

test('hosts on one channel are on one Ethernet: two of three talk, the third sees what is for all', async () => {
  const { a, b } = hostsOn(device('lan'), device('lan'));
  const third = new Host();
  const iface = third.attach(device('lan'), { addresses: ['192.0.2.3/24'] });
  await exchange(a, b, 50_000);
  expect(third.counters.notForUs).toBeGreaterThan(50);
  third.detach(iface)?.close?.();
});

test('what goes out in one turn is bounded; more is dropped and counted', async () => {
  const left = device('bounded', 1000);
  for (let i = 0; i < 5; i++) left.send(new Uint8Array(300));
  expect([left.sent, left.dropped]).toEqual([3, 2]);
  await nextTurn();
  left.send(new Uint8Array(300));
  left.close();
  left.send(new Uint8Array(300));
  expect([left.sent, left.dropped, left.closed]).toEqual([4, 3, true]);
});

test('a message that is no octets is counted', async () => {
  const left = device('odd');
  const other = new BroadcastChannel('odd');
  other.postMessage('text');
  while (left.malformed === 0) await nextTurn();
  left.close();
  other.close();
});

test('what is no channel is refused', () => {
  expect(() => broadcastChannelDevice(null as never)).toThrow(/channel must be a BroadcastChannel/);
});

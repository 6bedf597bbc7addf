import { expect, test } from 'vitest';
import { devicePair } from './index.ts';
import { exchange, hostsOn } from './testing.ts';

test.each(['ip', 'ethernet'] as const)('two hosts in real time on a pair of kind %s', async (kind) => {
  const { a, b } = hostsOn(...devicePair({ kind }));
  await exchange(a, b);
});

test('what is sent while nobody is at the other end is dropped and counted; closing one end tells the other', () => {
  const [left, right] = devicePair();
  left.send(new Uint8Array(20));
  expect([left.sent, left.dropped]).toEqual([0, 1]);
  const got: Uint8Array[] = [];
  right.onreceive = (packet) => void got.push(packet);
  left.send(Uint8Array.of(7));
  const closed: (Error | null)[] = [];
  left.onclose = (error) => void closed.push(error);
  right.onclose = (error) => void closed.push(error);
  left.close();
  left.close();
  left.send(Uint8Array.of(8));
  right.send(Uint8Array.of(9));
  expect([got, closed, left.dropped, right.dropped]).toEqual([[Uint8Array.of(7)], [null], 2, 1]);
});

test('options are checked', () => {
  expect(() => devicePair({ mtu: 20 })).toThrow(
    /device: mtu must be a whole number from 68 to 65535, not 20/,
  );
  expect(() => devicePair({ knid: 'ip' } as never)).toThrow(/did you mean 'kind'/);
});

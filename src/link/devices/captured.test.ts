import { expect, test } from 'vitest';
import { nextTurn } from '../../host/index.ts';
import { PcapngWriter } from '../pcapng.ts';
import { capturedDevice, devicePair } from './index.ts';
import { exchange, hostsOn } from './testing.ts';

/** Lengths of the packets in a capture (Enhanced Packet Blocks), and their directions: 1 in, 2 out. */
function packetsOf(chunks: readonly Uint8Array[]): { length: number; direction: number }[] {
  const all = Buffer.concat(chunks);
  const packets = [];
  for (let at = 0; at < all.length; at += all.readUInt32LE(at + 4)) {
    if (all.readUInt32LE(at) !== 6) continue;
    const length = all.readUInt32LE(at + 20);
    const options = at + 28 + ((length + 3) & ~3);
    packets.push({ length, direction: all.readUInt32LE(options + 4) });
  }
  return packets;
}

test('everything that comes and goes is recorded, and the hosts do not notice', async () => {
  const [left, right] = devicePair();
  const chunks: Uint8Array[] = [];
  const writer = new PcapngWriter((octets) => void chunks.push(octets));
  const captured = capturedDevice(left, writer, 'port');
  const { a, b } = hostsOn(captured, right);
  await exchange(a, b, 50_000);
  await nextTurn();
  const packets = packetsOf(chunks);
  expect(packets.filter(({ direction }) => direction === 2).length).toBe(left.sent);
  expect(packets.filter(({ direction }) => direction === 1).length).toBe(left.received);
  expect(packets.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(100_000);
});

test('its far side is seen to go, its host can be taken away, and it closes what it stands on', () => {
  const [left, right] = devicePair();
  const captured = capturedDevice(left, new PcapngWriter(() => {}));
  const closed: (Error | null)[] = [];
  captured.onreceive = () => {};
  captured.onclose = (error) => void closed.push(error);
  right.close();
  captured.onreceive = null;
  expect([closed, left.onreceive]).toEqual([[null], null]);
  captured.close?.();
  expect(left.closed).toBe(true);
  expect(() => capturedDevice({} as never, new PcapngWriter(() => {}))).toThrow(/device must be a device/);
  expect(() => capturedDevice(left, {} as never)).toThrow(/writer must be a PcapngWriter/);
});

import { expect, it } from 'vitest';
import { ipv4Address } from '../../wire/index.ts';
import { FourTuple } from '../base/index.ts';
import { TimestampOffsets } from './timestamp-offset.ts';

function between(local: number, localPort: number, remote: number, remotePort: number): FourTuple {
  return new FourTuple().between(ipv4Address(local), localPort, ipv4Address(remote), remotePort);
}

it('RFC 7323 5.4: an offset for each pair of addresses, whatever the ports, whoever was asked for between', () => {
  const offsets = new TimestampOffsets(Int32Array.of(1, 2, 3, 4));
  const first = offsets.of(between(1, 80, 2, 1000));
  expect(first).not.toBe(0);
  expect(offsets.of(between(1, 81, 2, 1001))).toBe(first);
  const others = [offsets.of(between(1, 80, 3, 1000)), offsets.of(between(3, 80, 2, 1000))];
  expect(new Set([first, ...others]).size).toBe(3);
  expect(offsets.of(between(1, 80, 2, 1000))).toBe(first);
  expect(new TimestampOffsets(Int32Array.of(1, 2, 3, 5)).of(between(1, 80, 2, 1000))).not.toBe(first);
});

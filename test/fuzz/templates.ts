// Packets to begin with: SYNs, echo requests, datagrams, ARP and neighbour discovery as Linux sends them, to
// 10.0.0.1 and fd00::1 from 10.0.0.2 and fd00::2. Traffic of the session itself comes on top.

import { captured, hex } from '../../src/wire/testing.ts';
import { fixChecksums, put16, put32 } from './layout.ts';

const MAC_A = [2, 0, 0, 0, 0, 1];
const MAC_B = [2, 0, 0, 0, 0, 2];

/** A captured frame with the addresses of the lab. */
function adapt(frame: Uint8Array): Uint8Array {
  const b = frame.slice();
  if (((b[0] as number) & 1) === 0) b.set(MAC_A, 0);
  b.set(MAC_B, 6);
  const type = ((b[12] as number) << 8) | (b[13] as number);
  if (type === 0x0800) {
    put32(b, 26, 0x0a000002);
    put32(b, 30, 0x0a000001);
    if (b[23] === 6) put16(b, 36, 80);
    else if (b[23] === 17) put16(b, 36, 7);
  } else if (type === 0x86dd) {
    put32(b, 22, 0xfd000000);
    put32(b, 26, 0);
    b[37] = 2;
    if (b[38] !== 0xff) {
      put32(b, 38, 0xfd000000);
      put32(b, 42, 0);
      b[53] = 1;
    }
    if (b[20] === 6) put16(b, 56, 80);
    else if (b[20] === 17) put16(b, 56, 7);
    else if (b[20] === 58 && (b[54] === 135 || b[54] === 136)) {
      put32(b, 62, 0xfd000000);
      put32(b, 66, 0);
      b[77] = b[54] === 135 ? 1 : 2;
      b.set(MAC_B, 80);
    }
  } else if (type === 0x0806) {
    b.set(MAC_B, 22);
    put32(b, 28, 0x0a000002);
    put32(b, 38, 0x0a000001);
  }
  fixChecksums(b, true);
  return b;
}

const { syn, syn6, ...rest } = captured;
const frames = [syn, syn6, ...Object.values(rest)].map((digits) => adapt(hex(digits)));
const packets = frames.filter((b) => b[12] !== 8 || b[13] !== 6).map((b) => b.slice(14));

/** Frames or packets; the first is a SYN over IPv4, the second one over IPv6. */
export function templates(ethernet: boolean): readonly Uint8Array[] {
  return ethernet ? frames : packets;
}

// `--mss=N`: an inbound packet with more text stands for several segments of N octets, as a card hands them to the stack
// (generic receive offload). A target says so beside the packet, and nothing of the headers: Linux then keeps the packet as
// it keeps any other.

import { Offload } from '../../wire/index.ts';
import { TCP } from './octets.ts';

/** What to say of `packet` beside it; null: it is what it is. */
export function largeSegment(packet: Uint8Array, mss: number): Offload | null {
  const four = (packet[0] as number) >>> 4 === 4;
  if (mss === 0 || packet[four ? 9 : 6] !== TCP) return null;
  const tcp = four ? ((packet[0] as number) & 15) << 2 : 40;
  const headers = tcp + (((packet[tcp + 12] as number) >>> 4) << 2);
  if (packet.length - headers <= mss) return null;
  const said = new Offload();
  said.gsoSize = mss;
  return said;
}

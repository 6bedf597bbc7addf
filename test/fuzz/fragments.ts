// A packet cut into IP fragments by somebody who does not do it well.

import type { Random } from '../../src/sim/index.ts';
import { pick } from '../support/dice.ts';
import { fixChecksums, fixLengths, layoutOf, put16, put32 } from './layout.ts';

/** The packet as IP fragments, some of which overlap, come twice, are missing, or are in another order. */
export function fragments(packet: Uint8Array, r: Random, ethernet: boolean): Uint8Array[] {
  const l = layoutOf(packet, ethernet);
  const header = l.version === 4 ? l.upper : l.ip + 40;
  if (l.version === 0 || l.upper < 0 || l.end - header < 16) return [packet];
  const data = packet.subarray(header, l.end);
  const id = r.int(r.chance(0.5) ? 4 : 65_536);
  const out: Uint8Array[] = [];
  const step = 8 * pick(r, [1, 2, 3, 5, 20, 60]);
  for (let at = 0; at < data.length; at += step) {
    let from = at;
    let to = Math.min(data.length, at + step);
    if (r.chance(0.04)) from = Math.max(0, from - 8);
    if (r.chance(0.04)) to = Math.min(data.length, to + 8);
    const more = to < data.length !== r.chance(0.02);
    const one = oneFragment(packet, l.version, l.ip, header, data.subarray(from, to), from, more, id);
    fixLengths(one, ethernet);
    fixChecksums(one, ethernet);
    if (!r.chance(0.04)) out.push(one);
    if (r.chance(0.05)) out.push(one);
    if (out.length > 1 && r.chance(0.2)) out.push(...out.splice(r.int(out.length), 1));
  }
  return out;
}

function oneFragment(
  packet: Uint8Array,
  version: number,
  ip: number,
  header: number,
  data: Uint8Array,
  from: number,
  more: boolean,
  id: number,
): Uint8Array {
  const extra = version === 6 ? 8 : 0;
  const out = new Uint8Array(header + extra + data.length);
  out.set(packet.subarray(0, header));
  out.set(data, header + extra);
  if (version === 4) {
    put16(out, ip + 4, id);
    put16(out, ip + 6, (more ? 0x2000 : 0) | (from >> 3));
  } else {
    out[header] = packet[ip + 6] as number;
    out[header + 1] = 0;
    put16(out, header + 2, from | (more ? 1 : 0));
    put32(out, header + 4, id);
    out[ip + 6] = 44;
  }
  return out;
}

// Segments that follow each other as one: scripts are written against stacks that leave the cutting to the
// network card.

import type { LivePacket } from './live.ts';
import { Mismatch } from './result.ts';
import { bitNames } from './tcp-octets.ts';

const FIN = 1;
const PSH = 8;
const CWR = 128;

/**
 * `next` behind `first`: the flags FIN and PSH of the last, CWR of the first, all else must agree. Only the
 * last of a line's `length` octets may be shorter. Throws Mismatch.
 */
export function joinSegments(first: LivePacket, next: LivePacket, length: number): LivePacket {
  const a = first.tcp;
  const b = next.tcp;
  const expected = `one segment of ${length} octets`;
  if (a === null || b === null) throw new Mismatch('not a TCP segment', expected, 'another protocol');
  const total = a.payload.length + b.payload.length;
  const cut = `segments of ${a.payload.length} and ${b.payload.length} octets`;
  if (((a.seq + a.payload.length) | 0) !== (b.seq | 0)) {
    throw new Mismatch('the next segment does not follow', expected, `${cut}, the second elsewhere`);
  }
  if (total > length) throw new Mismatch('the payload is cut otherwise', expected, cut);
  const same = ~(FIN | PSH | CWR);
  if ((a.bits & same) !== (b.bits & same)) {
    throw new Mismatch('control bits of following segments differ', bitNames(a.bits), bitNames(b.bits));
  }
  if (a.ack !== b.ack || a.win !== b.win || a.headerLength !== b.headerLength) {
    throw new Mismatch('headers of following segments differ', `ack, win and options of the first`, 'others');
  }
  if (b.payload.length === 0) throw new Mismatch('the segment is too short', expected, `${total} octets`);
  const payload = new Uint8Array(total);
  payload.set(a.payload);
  payload.set(b.payload, a.payload.length);
  const bits = (b.bits & ~CWR) | (a.bits & CWR);
  return { ...first, atUs: next.atUs, fault: first.fault ?? next.fault, tcp: { ...a, bits, payload } };
}

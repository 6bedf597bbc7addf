// A state of a model as octets, in the one form that it has: what nothing refers to any more is forgotten, packets stand in
// order, every deadline and age is relative to one instant.

import { RST } from '../../../wire/segment.ts';
import { GONE, MOST_PACKETS, type Packets } from './packets.ts';
import { BASE_MS, type Side } from './side.ts';
import { MOST_TCB_OCTETS, readTcb, writeTcb } from './tcb-codec.ts';

const NO_LOSSES_BOUND = 7;
const HEADER = 4;
const SIDE_OCTETS = 9;

/** What of the bounds is used up so far. */
export interface Used {
  losses: number;
  duplicates: number;
  injections: number;
  crashes: number;
  floods: number;
}

/** Writes and reads the states of two hosts and the packets between them. */
export class StateCodec {
  /** Most octets of a state. */
  readonly maxBytes: number;
  readonly #sides: readonly [Side, Side];
  readonly #packets: Packets;
  readonly #used: Used;
  readonly #countsLosses: boolean;

  /** `countsLosses`: losses are bounded; `floods`: SYNs of a flood, at most. */
  constructor(
    sides: readonly [Side, Side],
    packets: Packets,
    used: Used,
    { countsLosses, floods }: { readonly countsLosses: boolean; readonly floods: number },
  ) {
    this.#sides = sides;
    this.#packets = packets;
    this.#used = used;
    this.#countsLosses = countsLosses;
    this.maxBytes = HEADER + 2 * (SIDE_OCTETS + MOST_TCB_OCTETS + 2 * floods) + 8 * MOST_PACKETS;
  }

  /** Writes the state; how many octets. */
  write(out: Uint8Array): number {
    const packets = this.#packets;
    const [a, b] = this.#sides;
    this.#forget(a);
    this.#forget(b);
    for (let i = packets.count - 1; i >= 0; i--) {
      const to = this.#sides[(1 - packets.from(i)) as 0 | 1];
      const cause = packets.cause(i);
      if (cause !== 0 && cause !== GONE && (to.present === 0 || to.inc !== cause)) packets.setCause(i, GONE);
      if ((packets.ctl(i) & RST) !== 0 && to.present === 0 && to.listener === null) {
        if (to.inc >= (to.program.opens ?? 0)) packets.remove(i);
      }
    }
    packets.sort();
    const { losses, duplicates, injections, crashes, floods } = this.#used;
    const lost = this.#countsLosses ? Math.min(losses, NO_LOSSES_BOUND) : 0;
    out[0] = lost | (duplicates << 3) | (injections << 6);
    out[1] = crashes | (floods << 3);
    out[2] = packets.count;
    let at = writeSide(a, out, 3);
    at = writeSide(b, out, at);
    for (let i = 0; i < packets.count; i++) {
      const h = packets.head[i] as number;
      const t = packets.tail[i] as number;
      out[at] = h;
      out[at + 1] = h >> 8;
      out[at + 2] = h >> 16;
      out[at + 3] = h >> 24;
      out[at + 4] = t;
      out[at + 5] = t >> 8;
      out[at + 6] = t >> 16;
      out[at + 7] = t >> 24;
      at += 8;
    }
    return at;
  }

  /** Makes the hosts and the packets those of a state. Throws a RangeError for octets that are none. */
  read(bytes: Uint8Array, length: number): void {
    const packets = this.#packets;
    const used = this.#used;
    const first = bytes[0] as number;
    used.losses = first & 7;
    used.duplicates = (first >> 3) & 7;
    used.injections = first >> 6;
    used.crashes = (bytes[1] as number) & 7;
    used.floods = (bytes[1] as number) >> 3;
    packets.count = bytes[2] as number;
    const [a, b] = this.#sides;
    let at = readSide(a, bytes, 3);
    at = readSide(b, bytes, at);
    for (let i = 0; i < packets.count; i++, at += 8) {
      packets.head[i] = word(bytes, at);
      packets.tail[i] = word(bytes, at + 4);
    }
    if (at !== length) throw new RangeError('not a state of this model');
  }

  /** Forgets the ghosts of the incarnations of `s` that nothing refers to. */
  #forget(s: Side): void {
    if (s.inc === 0) return;
    const packets = this.#packets;
    let live = s.present === 1 ? s.bit() : 0;
    const { peer } = s;
    if (peer.present === 1) {
      const j = peer.peerOf(peer.inc);
      if (j !== 0) live |= 1 << (j - 1);
    }
    for (let i = 0; i < packets.count; i++) {
      const j = packets.incarnation(i);
      if (packets.from(i) === s.index && j !== 0) live |= 1 << (j - 1);
    }
    s.closed &= live;
    s.broken &= live;
    s.unheard &= live;
    for (let j = 1; j <= s.inc; j++) {
      if (((live >> (j - 1)) & 1) !== 0) continue;
      s.peers &= ~(7 << (3 * (j - 1)));
      s.written &= ~(3 << (2 * (j - 1)));
    }
  }
}

function writeSide(s: Side, out: Uint8Array, at: number): number {
  out[at++] = s.inc | (s.present << 3) | (s.halfCount << 4);
  if (s.inc > 0) {
    out[at++] = s.closed | (s.broken << 4);
    out[at++] = s.peers;
    out[at++] = (s.peers >> 8) | (s.unheard << 4);
    out[at++] = s.written;
    out[at++] = s.foreign;
  }
  const now = s.engine.ms;
  for (let i = 0; i < s.halfCount; i++) {
    const ms = ((s.half[i] as number) - now) | 0;
    out[at++] = ms;
    out[at++] = ms >> 8;
  }
  if (s.present === 1) at = writeTcb(s.tcb, now, s.numbers, s.peer.numbers, out, at);
  return at;
}

function readSide(s: Side, bytes: Uint8Array, at: number): number {
  s.engine.setNow(BASE_MS * 1000);
  const first = bytes[at++] as number;
  s.inc = first & 7;
  s.present = (first >> 3) & 1;
  s.halfCount = first >> 4;
  s.closed = s.broken = s.peers = s.written = s.foreign = s.unheard = 0;
  if (s.inc > 0) {
    const masks = bytes[at++] as number;
    s.closed = masks & 15;
    s.broken = masks >> 4;
    const peers = bytes[at++] as number;
    const more = bytes[at++] as number;
    s.peers = peers | ((more & 15) << 8);
    s.unheard = more >> 4;
    s.written = bytes[at++] as number;
    s.foreign = bytes[at++] as number;
  }
  for (let i = 0; i < s.halfCount; i++, at += 2) {
    s.half[i] = BASE_MS + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  }
  if (s.present === 1) {
    const iss = s.numbers.iss[s.inc - 1] as number;
    const j = s.peerOf(s.inc);
    const irs = j === 0 ? 0 : (s.peer.numbers.iss[j - 1] as number);
    s.renew(BASE_MS);
    at = readTcb(s.tcb, s.engine.spareSent, BASE_MS, s.numbers, s.peer.numbers, iss, irs, bytes, at);
  }
  return at;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

// Addresses and peers of attackers.

import { ACK, PSH } from '../../src/wire/index.ts';
import { forgeTcp } from './forge.ts';
import type { Stage } from './stage.ts';

/** An address outside 10.0.0.0/8, never the same for 2^28 different `i`. */
export function stranger(i: number): number {
  return (0x20000000 + (Math.imul(i + 1, 0x9e3779b1) & 0x1fffffff)) | 0;
}

/** Pseudo-random int32 for `i`. */
export function scatter(i: number): number {
  let x = Math.imul(i + 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/** A peer that speaks TCP by hand: it keeps two numbers, and promises nothing. */
export class Puppet {
  readonly src: number;
  readonly sport: number;
  readonly dport: number;
  readonly irs: number;
  readonly iss: number;
  wnd = 0xffff;

  constructor(src: number, sport: number, dport: number, irs: number, iss: number) {
    this.src = src;
    this.sport = sport;
    this.dport = dport;
    this.irs = irs;
    this.iss = iss;
  }

  /** Text (or so many octets of it) at `at` of its stream, acknowledging `acked` octets of the victim's. */
  write(
    mem: Parameters<typeof forgeTcp>[0],
    off: number,
    at: number,
    text: number | Uint8Array,
    acked = 0,
  ): number {
    const { src, sport, dport, wnd } = this;
    const seq = this.irs + 1 + at;
    return forgeTcp(mem, off, {
      src,
      sport,
      dport,
      wnd,
      text,
      seq,
      ack: this.iss + 1 + acked,
      ctl: ACK | (text === 0 ? 0 : PSH),
    });
  }
}

/** Puppet number `i`, connected to a port of the victim, or null when it was not let in. */
export function connect(
  stage: Stage,
  i: number,
  dport: number,
  wnd = 0xffff,
  more?: Parameters<Stage['shake']>[0]['more'],
): Puppet | null {
  const src = stranger(i >> 4);
  const sport = 2000 + (i & 15);
  const irs = Math.imul(i, 0x01000193);
  const iss = stage.shake({ src, sport, dport, wnd, ...(more === undefined ? {} : { more }) }, irs);
  if (iss === null) return null;
  const puppet = new Puppet(src, sport, dport, irs, iss);
  puppet.wnd = wnd;
  return puppet;
}

// Packets made of packets: one or more damages that know what a header is, then, mostly, right lengths and
// checksums, since a bad checksum ends most packets' lives too early. Everything follows from the dice.

import type { Random } from '../../src/sim/index.ts';
import { pick } from '../support/dice.ts';
import { type Damage, type Knowledge, noise, replaceRange } from './damage.ts';
import { ipDamages } from './damage-ip.ts';
import { tcpDamages } from './damage-tcp.ts';
import { fixChecksums, fixLengths } from './layout.ts';

const flip: Damage = (b, r) => {
  const n = 1 + r.int(4);
  for (let i = 0; i < n && b.length > 0; i++) {
    const at = r.int(Math.min(b.length, 100));
    b[at] = (b[at] as number) ^ (1 << r.int(8));
  }
  return b;
};
const octet: Damage = (b, r) => {
  if (b.length > 0) b[r.int(Math.min(b.length, 120))] = pick(r, [0, 1, 0x7f, 0x80, 0xff, r.int(256)]);
  return b;
};
const truncate: Damage = (b, r) => b.slice(0, r.int(b.length + 1));
const insert: Damage = (b, r) => {
  const at = r.int(b.length + 1);
  return replaceRange(b, at, at, noise(r, 1 + r.int(40)));
};
const remove: Damage = (b, r) => {
  const at = r.int(b.length + 1);
  return replaceRange(b, at, Math.min(b.length, at + 1 + r.int(20)), new Uint8Array(0));
};
const splice: Damage = (b, r, k) => {
  if (k.others.length === 0) return b;
  const other = pick(r, k.others);
  const at = r.int(Math.min(b.length, other.length, 120) + 1);
  return replaceRange(b, at, b.length, other.slice(at));
};
const none: Damage = (b) => b;

/** Each damage as often as it stands here. */
const DAMAGES: readonly Damage[] = [
  ...[none, flip, octet, truncate, insert, remove, splice],
  ...tcpDamages,
  ...ipDamages,
];

/** The packet with one or more damages. */
export function mutate(packet: Uint8Array, r: Random, k: Knowledge): Uint8Array {
  let b: Uint8Array = packet.slice();
  const n = 1 + r.int(r.chance(0.3) ? 6 : 3);
  for (let i = 0; i < n; i++) b = pick(r, DAMAGES)(b, r, k);
  if (b.length > 20_000) b = b.slice(0, 20_000);
  if (r.chance(0.9)) fixLengths(b, k.ethernet);
  if (r.chance(0.1)) b = pick(r, DAMAGES)(b, r, k);
  if (r.chance(0.93)) fixChecksums(b, k.ethernet);
  return b;
}

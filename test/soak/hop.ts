// Routers on a wire that are no hosts of the world: one whose next link is narrow, and a firewall.

import type { PacketInfo, Wire } from '../../src/sim/index.ts';
import { cut, tooBig, unreachable } from './router.ts';

const SYN = 2;

type LiveRule = ReturnType<Wire['rule']>;

const back = (p: PacketInfo): 'a->b' | 'b->a' => (p.direction === 'a->b' ? 'b->a' : 'a->b');

/**
 * Longer packets do not pass: those without DF are cut; of others the router says so, or does not. `ethernet`: with
 * this header in front. An IPv6 link takes 1280 octets.
 */
export function narrow(wire: Wire, ethernet: boolean, mtu: number, tells: boolean): LiveRule {
  const match = (p: PacketInfo): boolean => {
    const { family } = p;
    const least = family === 6 ? Math.max(mtu, 1280) : mtu;
    if (family === 0 || p.len - (ethernet ? 14 : 0) <= least) return false;
    const packet = p.bytes();
    const pieces = cut(packet, ethernet, least);
    const answer = tells && pieces === null ? tooBig(packet, ethernet, least) : null;
    for (const piece of pieces ?? []) wire.inject(p.direction, piece);
    if (answer !== null) wire.inject(back(p), answer);
    return true;
  };
  return wire.rule({ match, action: { drop: true } });
}

/** SYNs are answered by ICMP: port unreachable, which is hard (RFC 9293 SHLD-26). */
export function refuse(wire: Wire, ethernet: boolean): LiveRule {
  const match = (p: PacketInfo): boolean => {
    if (((p.tcp?.ctl ?? 0) & SYN) === 0) return false;
    const answer = unreachable(p.bytes(), ethernet);
    if (answer !== null) wire.inject(back(p), answer);
    return true;
  };
  return wire.rule({ match, action: { drop: true } });
}

// A path that swallows large packets (RFC 1191, RFC 2923 section 2.1): small ones pass, full-size ones never do.

import { ACK, RST, seqGeq, seqGt, seqMin } from '../../../wire/index.ts';
import { Mark, type Seen, type Way } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Rule, shows } from '../verdict.ts';

/** Smaller segments fit through every path that carries IPv4 with Ethernet at both ends. */
const LEAST = 500;

/** Full-size segments are repeated and never acknowledged. */
export const mtuHole: Rule = {
  id: 'mtu-hole',
  severity: 'fault',
  title: { en: 'The path swallows large packets', zh: '路径吞掉大包' },
  means: {
    en: 'The handshake passed, and what the {who} sent in segments of {size|1 octet|# octets}, {times|once|# times}, got no acknowledgment, while smaller ones pass: an MTU on the way is smaller, and the ICMP that would say so is filtered.',
    zh: '握手能通过，而{who}的 {size} 字节报文段发了 {times} 次都没有确认，小的却能通过：途中 MTU 更小，而报告它的 ICMP 被过滤了。',
  },
  advice: [
    {
      en: 'Prove it: ping -M do -s 1472 ADDRESS, and smaller, from the {who}. For now: ip route change … mtu 1400, or clamp the MSS (nft … tcp option maxseg size set rt mtu).',
      zh: '验证：在{who}上 ping -M do -s 1472 地址，逐步减小。应急：ip route change … mtu 1400，或限制 MSS（nft … tcp option maxseg size set rt mtu）。',
    },
    {
      en: 'For good: let ICMP “fragmentation needed” (type 3 code 4; IPv6: packet too big) through; sysctl net.ipv4.tcp_mtu_probing=1.',
      zh: '根治：放行 ICMP“需要分片”（类型 3 代码 4；IPv6：Packet Too Big）；sysctl net.ipv4.tcp_mtu_probing=1。',
    },
  ],
  scenario: { id: 'mtu-hole' },
  over: ['peer-vanished', 'loss', 'spurious', 'idle-killed'],
  judge({ sides, segments, icmp, opened }) {
    if (!opened) return null;
    for (const way of [0, 1] as const) {
      const side = sides[way];
      const again = segments.filter(
        (seen) => seen.way === way && (seen.marks & Mark.RETRANSMITTED) !== 0 && seen.length >= LEAST,
      );
      const sent = new Map<string, number>();
      for (const seen of again) sent.set(textOf(seen), (sent.get(textOf(seen)) ?? 0) + 1);
      const large = again.filter((seen) => (sent.get(textOf(seen)) ?? 0) > 1);
      const [one] = large;
      const told = icmp.find(
        ({ mtu, way: about, family, type, code }) =>
          about === way && (mtu > 0 || (family === 4 && type === 3 && code === 4)),
      );
      if (one === undefined && told === undefined) continue;
      const first = one ?? segments.find((seen) => seen.way === way && seen.length >= LEAST);
      if (first === undefined) continue;
      const size = Math.max(first.length, one?.length ?? 0);
      // Did one of that size ever arrive? Then the path carries it.
      if (arrivedBig(segments, way, size)) continue;
      const times = 1 + again.filter((seen) => seen.length >= size).length;
      if (told === undefined && times < 3) continue;
      const peerSpoke = segments.find((seen) => seen.way !== way && seen.us > first.us && !seen.is(RST));
      const small = segments.find(
        (seen) =>
          seen.way === way &&
          seen.length > 0 &&
          seen.length < size &&
          seen.us > first.us &&
          seqGt(sides[way].una, seen.seq),
      );
      return {
        confidence:
          told !== undefined || small !== undefined
            ? 'certain'
            : peerSpoke !== undefined
              ? 'likely'
              : 'possible',
        culprit: 'network',
        params: { who: way === 0 ? 'client' : 'server', size, times },
        evidence: [
          shows(first, roles.text),
          ...large.slice(0, 4).map((seen) => shows(seen, roles.textAgain)),
          ...(told === undefined ? [] : [{ frame: told.frame, role: roles.icmp }]),
          ...(small === undefined
            ? []
            : [shows(small, { en: 'a smaller one passes', zh: '小一点的能通过' })]),
        ],
        orElse: told === undefined && small === undefined ? ['peer-vanished'] : [],
        excluded: [
          {
            verdict: 'loss',
            because: {
              en: `no segment of ${size} octets was ever acknowledged`,
              zh: `没有任何 ${size} 字节的报文段得到过确认`,
            },
          },
        ],
        severity: side.una === side.nxt && side.begun ? 'warning' : 'fault',
      };
    }
    return null;
  },
};

function textOf({ seq, length }: Seen): string {
  return `${seq} ${length}`;
}

/** Whether a segment of at least this size, sent whole, was acknowledged. */
function arrivedBig(segments: readonly Seen[], way: Way, size: number): boolean {
  /** The lowest end of those that were sent so far. */
  let least: number | null = null;
  for (const seen of segments) {
    if (seen.way === way) {
      if (seen.length >= size) least = least === null ? seen.end : seqMin(least, seen.end);
    } else if (least !== null && seen.is(ACK) && !seen.is(RST) && seqGeq(seen.ack, least)) return true;
  }
  return false;
}

// Fragments of a hostile guest: packets are put together before anybody judges them, and what could be read in two ways is
// nobody's (RFC 791 section 3.2, RFC 1858, RFC 5722).

import { describe, expect, it } from 'vitest';
import { Site } from './testing.ts';

const FAR = [192, 0, 2, 80];
const GUEST = [10, 0, 2, 15];
const [WEB, SSH] = [80, 22];
const [TCP, UDP] = [6, 17];
const SYN = 2;

function sumOf(words: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < words.length; at += 2) sum += ((words[at] as number) << 8) | (words[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
const two = (n: number): number[] => [n >> 8, n & 255];

/** A SYN with options, 40 octets. */
function syn(port: number): number[] {
  const segment = [...two(40_000), ...two(port), 0, 0, 0, 9, 0, 0, 0, 0, 10 << 4, SYN, ...two(0xffff), 0, 0];
  segment.push(0, 0, 2, 4, ...two(1460), ...new Array(16).fill(1));
  const [hi, lo] = two(sumOf([...GUEST, ...FAR, 0, TCP, ...two(segment.length), ...segment]));
  segment[16] = hi as number;
  segment[17] = lo as number;
  return segment;
}

/** A datagram without a checksum. */
function datagram(port: number, length: number): number[] {
  return [...two(40_000), ...two(port), ...two(8 + length), 0, 0, ...new Array(length).fill(7)];
}

/** The frame of a part of a packet: octets from `at` on. */
function fragment(
  protocol: number,
  octets: readonly number[],
  at: number,
  more: boolean,
  id = 1,
): Uint8Array {
  const ip = [0x45, 0, ...two(20 + octets.length), ...two(id), ...two((more ? 0x2000 : 0) | (at >> 3))];
  ip.push(64, protocol, 0, 0, ...GUEST, ...FAR);
  const [hi, lo] = two(sumOf(ip));
  ip[10] = hi as number;
  ip[11] = lo as number;
  return Uint8Array.from([0x52, 0x55, 10, 0, 2, 2, 2, 0, 0, 0, 0, 1, 8, 0, ...ip, ...octets]);
}

/** What becomes of these fragments where port 80 alone is allowed: who was asked for, and what went out. */
async function outcome(fragments: readonly Uint8Array[]): Promise<{ asked: number; outside: number[] }> {
  const site = new Site({ policy: { allow: ['192.0.2.80:80/any'], answer: 'drop' } });
  const { port } = site.machine();
  for (const each of fragments) {
    port.onreceive?.(each);
    await site.pass(1);
  }
  await site.pass(100);
  const { connections, flows } = site.outer;
  const outside = [...connections, ...flows].map(({ target }) => target.port);
  return { asked: site.gateway.info().counters.tcp.asked, outside };
}

describe('fragments of a guest', () => {
  it('are judged as the packet that they are, in any order', async () => {
    const [web, ssh] = [syn(WEB), syn(SSH)];
    const whole = [fragment(TCP, web.slice(0, 24), 0, true), fragment(TCP, web.slice(24), 24, false)];
    for (const each of [whole, whole.toReversed()])
      expect(await outcome(each)).toEqual({ asked: 1, outside: [WEB] });
    expect(
      await outcome([fragment(TCP, ssh.slice(0, 24), 0, true), fragment(TCP, ssh.slice(24), 24, false)]),
    ).toEqual({ asked: 1, outside: [] });
    const ask = datagram(WEB, 80);
    expect(
      await outcome([fragment(UDP, ask.slice(0, 40), 0, true), fragment(UDP, ask.slice(40), 40, false)]),
    ).toEqual({ asked: 0, outside: [WEB] });
  });

  it('that say a port twice are none of both: an allowed one under a denied one, and the other way round', async () => {
    const [web, ssh] = [syn(WEB), syn(SSH)];
    for (const [one, other] of [
      [web, ssh],
      [ssh, web],
    ] as const)
      expect(
        await outcome([
          fragment(TCP, one.slice(0, 24), 0, true),
          fragment(TCP, other.slice(0, 24), 0, true),
          fragment(TCP, other.slice(24), 24, false),
        ]),
      ).toEqual({ asked: 0, outside: [] });
    // The second begins within the first (RFC 1858 section 4).
    expect(
      await outcome([fragment(TCP, web.slice(0, 24), 0, true), fragment(TCP, ssh.slice(8), 8, false)]),
    ).toEqual({ asked: 0, outside: [] });
  });

  it('that cut a header of TCP apart are dropped (RFC 1858 section 3)', async () => {
    const web = syn(WEB);
    expect(
      await outcome([fragment(TCP, web.slice(0, 8), 0, true), fragment(TCP, web.slice(8), 8, false)]),
    ).toEqual({ asked: 0, outside: [] });
  });

  it('that never become a packet reach nobody', async () => {
    const ask = datagram(WEB, 80);
    expect(await outcome([fragment(UDP, ask.slice(0, 40), 0, true)])).toEqual({ asked: 0, outside: [] });
  });
});

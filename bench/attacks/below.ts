// Attacks below TCP: fragments that never end, forged ICMP, a link full of neighbours that do not exist.

import type { Connection } from '../../src/host/index.ts';
import {
  ICMP4_REDIRECT,
  ICMP4_SOURCE_QUENCH,
  ICMP4_UNREACHABLE,
  OPT_MSS,
  type Segment,
  SYN,
} from '../../src/wire/index.ts';
import {
  CLIENT,
  forgeArp,
  forgeFragment4,
  forgeFragment6,
  forgeFrame,
  forgeFrame6,
  forgeIcmp,
  forgeUdp,
} from './forge.ts';
import { SERVICE } from './legit.ts';
import { type Outcome, Stage } from './stage.ts';
import { connect, type Puppet, scatter, stranger } from './strangers.ts';

const FRAGMENT_MEMORY = 1 << 20;

function fragments(stage: Stage, packets: number, fill: Parameters<Stage['flood']>[2]): Outcome {
  stage.peace();
  const quiet = stage.used;
  stage.watch('octets for fragments', FRAGMENT_MEMORY, () => Math.max(0, stage.used - quiet - (64 << 10)));
  stage.flood(packets, 100_000, fill);
  return stage.end(61_000_000);
}

/** 32 fragments of each datagram, of which the last never comes. */
export function fragmentFlood4(packets: number): Outcome {
  return fragments(new Stage('fragments-ipv4'), packets, (mem, off, i) =>
    forgeFragment4(mem, off, stranger(i >> 5), i >> 5, (i & 31) * 1400, 1400, true),
  );
}

/** The same in IPv6. */
export function fragmentFlood6(packets: number): Outcome {
  return fragments(new Stage('fragments-ipv6'), packets, (mem, off, i) =>
    forgeFragment6(mem, off, 0x100 + (i >> 5), scatter(i >> 5), (i & 31) * 1400, 1400, true),
  );
}

/** Every ICMP message that could hurt, with guessed and with right sequence numbers. */
export function icmpForging(packets: number): Outcome {
  const stage = new Stage('icmp-forging');
  stage.legit.opening = false;
  stage.peace();
  const c = stage.victim.connections.find((x) => x.localPort === SERVICE);
  if (c === undefined) throw new Error('no client');
  const remotePort = c.remotePort;
  const kinds = [
    [ICMP4_UNREACHABLE, 3],
    [ICMP4_UNREACHABLE, 2],
    [ICMP4_UNREACHABLE, 1],
    [ICMP4_UNREACHABLE, 4],
    [ICMP4_SOURCE_QUENCH, 0],
    [ICMP4_REDIRECT, 1],
  ] as const;
  const forge = (i: number, seq: number) => {
    const [type, code] = kinds[i % kinds.length] as readonly [number, number];
    const rest = type === ICMP4_REDIRECT ? 0x0a000063 : code === 4 ? 68 : 0;
    return { src: 0x0a000063, type, code, rest, to: CLIENT, port: SERVICE, remotePort, seq };
  };
  stage.flood(packets, 100_000, (mem, off, i) => forgeIcmp(mem, off, forge(i, scatter(i))));
  stage.facts['path MTU after guessing'] = c.tcb.pmtu;
  // An attacker on the path knows what is in flight: wait for an answer to be out.
  for (let i = 0; i < 1000 && c.tcb.snd.una === c.tcb.snd.nxt; i++) stage.pass(1000);
  for (let i = 0; i < kinds.length; i++)
    stage.one((mem, off) => forgeIcmp(mem, off, forge(i, c.tcb.snd.una)));
  stage.facts['state after every kind with the right number'] = c.state;
  stage.facts['path MTU after "68"'] = c.tcb.pmtu;
  stage.pass(1_000_000);
  return stage.end();
}

/**
 * "Fragmentation needed" by peers about their own connections, with the right sequence number and ever smaller
 * MTUs, while many other connections exist: what a message costs must not depend on how many.
 */
export function icmpTooBig(connections: number): Outcome {
  const stage = new Stage('icmp-too-big');
  const answer = new Uint8Array(1400);
  const readable = (c: Connection): void => void (c.discard() > 0 && c.offer(answer));
  stage.victim.listen({ port: 81, handler: { readable } });
  stage.legit.opening = false;
  stage.peace();
  const mss = (seg: Segment): void => {
    seg.opts |= OPT_MSS;
    seg.mss = 1460;
  };
  const peers: Puppet[] = [];
  for (let i = 0; i < connections; i++) {
    const peer = connect(stage, i, 81, 0xffff, mss);
    if (peer !== null) peers.push(peer);
    if (i % 100 === 99) stage.pass(10_000);
  }
  stage.facts['connections'] = stage.victim.tcp.size;
  const liars = peers.slice(-100);
  for (const peer of liars) stage.one((mem, off) => peer.write(mem, off, 0, 100));
  const before = stage.victim.connections.reduce((n, c) => n + c.tcb.retransmissions, 0);
  stage.flood(liars.length * 20, 100_000, (mem, off, i) => {
    const { src, sport, dport, iss } = liars[i % liars.length] as Puppet;
    const rest = 1499 - 40 * Math.floor(i / liars.length);
    const to = { to: src, port: dport, remotePort: sport, seq: iss + 1 };
    return forgeIcmp(mem, off, { src, type: ICMP4_UNREACHABLE, code: 4, rest, ...to });
  });
  const after = stage.victim.connections.reduce((n, c) => n + c.tcb.retransmissions, 0);
  const messages = liars.length * 20;
  stage.facts['messages'] = messages;
  stage.facts['segments drawn by a message'] = ((after - before) / messages).toFixed(2);
  const o = stage.end();
  o.ns = stage.nsSpent / messages; // handshakes are not timed
  return o;
}

/** Datagrams to a closed port, each of which asks for an ICMP error. */
export function udpClosedPort(packets: number): Outcome {
  const stage = new Stage('udp-closed-port');
  stage.peace();
  stage.flood(packets, 100_000, (mem, off, i) => forgeUdp(mem, off, stranger(i), 7, 9, 0));
  stage.facts['ICMP errors in a second'] = stage.replies / Math.ceil(packets / 100_000);
  return stage.end();
}

/** ARP requests of hosts that do not exist, then SYNs of others: the victim asks for each in vain. */
export function neighbourFlood(packets: number): Outcome {
  const stage = new Stage('neighbour-flood', { kind: 'ethernet' });
  stage.peace();
  const { hi, lo } = stage.port.mac;
  const onLink = (i: number): number => (0x0a010000 + (scatter(i) & 0xfeffff)) | 0;
  stage.flood(packets / 2, 100_000, (mem, off, i) => forgeArp(mem, off, onLink(i)));
  stage.flood(packets / 2, 100_000, (mem, off, i) =>
    forgeFrame(mem, off, hi, lo, { src: onLink(~i), sport: 7, dport: SERVICE, ctl: SYN, seq: i }),
  );
  return stage.end(5_000_000);
}

/** SYNs from addresses of the victim's /64 that nobody has (RFC 6583); the client shares the cache by IPv4. */
export function neighbourFlood6(packets: number): Outcome {
  const stage = new Stage('neighbour-flood-ipv6', { kind: 'ethernet' });
  stage.peace();
  const { hi, lo } = stage.port.mac;
  stage.flood(packets, 100_000, (mem, off, i) => forgeFrame6(mem, off, hi, lo, scatter(i), SERVICE));
  return stage.end(5_000_000);
}

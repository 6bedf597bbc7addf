// The attacks, by name.

import { ackFlood, ackFloodEstablished, textFloodEstablished } from './ack-flood.ts';
import {
  fragmentFlood4,
  fragmentFlood6,
  icmpForging,
  icmpTooBig,
  neighbourFlood,
  neighbourFlood6,
  udpClosedPort,
} from './below.ts';
import { dataInjection, finGuessing, rstGuessing, synGuessing } from './blind.ts';
import {
  acceptQueue,
  idleConnections,
  timeWaitFlood,
  unreadText,
  zeroWindow,
  zeroWindowOrphans,
} from './holders.ts';
import { slowReaders } from './readers.ts';
import { farFlood, holeFlood, holeFloodWide, tinyFlood, tinyScattered } from './reassembly.ts';
import { ackStorm, amplification, keepAliveFlood, pawsPoisoning } from './reflection.ts';
import { duplicateAcks, optimisticAck, sackFlood } from './sender.ts';
import type { Outcome } from './stage.ts';
import { synFlood, synFloodNoCookies } from './syn-flood.ts';

/** An attack: `full` and `small` are sizes for `run`, as a rule packets or connections. */
export interface Attack {
  readonly name: string;
  readonly full: number;
  readonly small: number;
  readonly run: (size: number) => Outcome | Promise<Outcome>;
}

/** All of them, in the order of docs/security.md. */
export const attacks: readonly Attack[] = [
  { name: 'syn-flood', full: 1_000_000, small: 20_000, run: synFlood },
  { name: 'syn-flood-no-cookies', full: 500_000, small: 5000, run: synFloodNoCookies },
  { name: 'ack-flood', full: 500_000, small: 20_000, run: ackFlood },
  { name: 'ack-flood-established', full: 500_000, small: 5000, run: ackFloodEstablished },
  { name: 'text-flood-established', full: 500_000, small: 5000, run: textFloodEstablished },

  { name: 'rst-guessing', full: 262_016, small: 1 << 22, run: rstGuessing },
  { name: 'syn-guessing', full: 262_016, small: 1 << 22, run: synGuessing },
  { name: 'data-injection', full: 262_016, small: 1 << 22, run: dataInjection },
  { name: 'fin-guessing', full: 300_000, small: 5000, run: finGuessing },
  { name: 'hole-flood', full: 300_000, small: 5000, run: holeFlood },
  { name: 'hole-flood-wide', full: 300_000, small: 40_000, run: holeFloodWide },
  { name: 'far-octet-flood', full: 4000, small: 600, run: farFlood },
  { name: 'tiny-segments', full: 300_000, small: 5000, run: tinyFlood },
  { name: 'tiny-segments-scattered', full: 300_000, small: 5000, run: tinyScattered },
  { name: 'sack-flood', full: 300_000, small: 5000, run: sackFlood },
  { name: 'optimistic-ack', full: 5, small: 1, run: optimisticAck },
  { name: 'duplicate-acks', full: 300_000, small: 5000, run: duplicateAcks },
  { name: 'zero-window', full: 4000, small: 400, run: zeroWindow },
  { name: 'zero-window-orphans', full: 4000, small: 400, run: zeroWindowOrphans },
  { name: 'slow-readers', full: 2000, small: 200, run: slowReaders },
  { name: 'unread-text', full: 2000, small: 1000, run: unreadText },
  { name: 'idle-connections', full: 100_000, small: 2000, run: idleConnections },
  { name: 'accept-queue', full: 10_000, small: 1000, run: acceptQueue },
  { name: 'time-wait-flood', full: 100_000, small: 2000, run: timeWaitFlood },
  { name: 'fragments-ipv4', full: 300_000, small: 5000, run: fragmentFlood4 },
  { name: 'fragments-ipv6', full: 300_000, small: 5000, run: fragmentFlood6 },
  { name: 'icmp-forging', full: 300_000, small: 5000, run: icmpForging },
  { name: 'icmp-too-big', full: 200_000, small: 2000, run: icmpTooBig },
  { name: 'udp-closed-port', full: 300_000, small: 5000, run: udpClosedPort },
  { name: 'neighbour-flood', full: 300_000, small: 20_000, run: neighbourFlood },
  { name: 'neighbour-flood-ipv6', full: 300_000, small: 20_000, run: neighbourFlood6 },
  { name: 'amplification', full: 20, small: 5, run: amplification },
  { name: 'keepalive-flood', full: 300_000, small: 5000, run: keepAliveFlood },
  { name: 'ack-storm', full: 10, small: 3, run: ackStorm },
  { name: 'paws-poisoning', full: 300_000, small: 5000, run: pawsPoisoning },
];

// What is done to the connections of kernels, and what each place of capture can name of it.

import { Random, type WireOptions } from '../../../src/sim/index.ts';
import type { At } from '../labelled.ts';

/** A kind of connection: its port says which it is. */
export interface Situation {
  readonly label: string;
  /** The pair of functions of programs.py; `none`: nobody listens. */
  readonly does: string;
  /** The wire that it goes over; default 1. */
  readonly wire?: number;
  /** Rules of the router's chain `way`, in nft's words; `PORT` is the port. */
  readonly rules?: readonly string[];
  /** Rules of the server's own chain. */
  readonly serverRules?: readonly string[];
  /** Rules of the router's chains before and behind routing, for NAT. */
  readonly before?: readonly string[];
  readonly behind?: readonly string[];
  /** The address that clients ask, where it is not the server's. */
  readonly server?: string;
  /** The router translates the client's address: it is not known behind it. */
  readonly translated?: boolean;
  /** What forge.py at the router does in the name of others. */
  readonly forge?: 'rst' | 'old-syn';
  /** The verdict is about all connections to its port together. */
  readonly many?: boolean;
  /** Needs SYNPROXY. */
  readonly synproxy?: boolean;
  /** Verdicts of which one must be there; null: this place sees nothing of it. */
  readonly expected: Readonly<Record<At, readonly string[] | null>>;
  /** Verdicts that may be there, too. */
  readonly also?: readonly string[];
  /** Clients at another address that talk to the same port first, and are not looked at: so many. */
  readonly habit?: number;
  /** The clients' sockets open twice with the same ports: the second connection is looked at. */
  readonly again?: boolean;
  /** The rules put the connections that they hit into the set `lost`; those that are not in it are healthy. */
  readonly byChance?: boolean;
  /** It is over only after more than a minute. */
  readonly long?: boolean;
}

/** The same at all places. */
const everywhere = (...ids: string[]): Situation['expected'] => ({ left: ids, wire: ids, right: ids });
/** What is lost on the way to the server: the server sees nothing wrong. */
const before = (ids: readonly string[], right: readonly string[] | null): Situation['expected'] => ({
  left: ids,
  wire: ids,
  right,
});

const CLIENT = 'ip saddr . tcp sport';
/** Of each connection the first segment with these flags is dropped, on its way to the server. */
const firstDropped = (flags: string): string =>
  `tcp dport PORT ${flags} ${CLIENT} != @once add @once { ${CLIENT} } drop`;

/** Wires: one that only delays, one that loses and reorders, a far one, and one with a narrow bottleneck. */
export function wiresOf(seed: number): WireOptions[] {
  const r = new Random(seed);
  const ms = (low: number, high: number): number => 1000 * (low + r.int(high - low + 1));
  return [
    { delayUs: ms(5, 25) },
    {
      ...{ delayUs: ms(10, 40), loss: 0.03 + r.int(30) / 1000 },
      reorder: { probability: 0.01, extraDelayUs: ms(2, 6) },
    },
    { delayUs: ms(170, 300) },
    { delayUs: ms(5, 25), aToB: { bandwidthBps: 1e6 * (6 + r.int(5)), queuePackets: 2000 } },
  ];
}

/** A table of connections that forgets. */
const ALIVE = `tcp dport PORT update @alive { ${CLIENT} timeout 45s }`;

/** Of the segments with text and PSH of each connection of a client the second and the third are dropped. */
const SECOND_DROPPED_TWICE = [
  `tcp dport PORT tcp flags & psh == psh ${CLIENT} @fin accept`,
  `tcp dport PORT tcp flags & psh == psh ${CLIENT} @gone add @fin { ${CLIENT} } drop`,
  `tcp dport PORT tcp flags & psh == psh ${CLIENT} @once add @gone { ${CLIENT} } drop`,
  `tcp dport PORT tcp flags & psh == psh add @once { ${CLIENT} } accept`,
];

const OTHER_ADDRESS = '10.8.0.9';
const TO_SERVER = 'dnat ip to 10.9.0.2';

/** The situations. */
export const SITUATIONS: readonly Situation[] = [
  { label: 'healthy', does: 'talk', expected: everywhere('healthy') },
  { label: 'healthy', does: 'upload', expected: everywhere('healthy') },
  { label: 'healthy', does: 'download', expected: everywhere('healthy') },
  {
    label: 'healthy, DNAT',
    does: 'talk',
    server: OTHER_ADDRESS,
    before: [`tcp dport PORT ${TO_SERVER}`],
    expected: everywhere('healthy'),
  },
  {
    label: 'healthy, masquerade',
    does: 'upload',
    behind: ['tcp dport PORT masquerade'],
    translated: true,
    expected: everywhere('healthy'),
  },
  {
    label: 'healthy, SYNPROXY',
    does: 'talk',
    synproxy: true,
    rules: [
      'tcp dport PORT ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm',
      'tcp dport PORT ct state invalid drop',
    ],
    expected: everywhere('healthy'),
  },
  { label: 'close-four', does: 'four', expected: everywhere('close-four') },
  { label: 'half-close', does: 'half', expected: everywhere('half-close') },
  { label: 'refused', does: 'none', expected: everywhere('refused') },
  {
    label: 'refused, by a router',
    does: 'talk',
    rules: ['tcp dport PORT reject with tcp reset'],
    expected: before(['refused'], null),
  },
  {
    label: 'filtered',
    does: 'talk',
    rules: ['tcp dport PORT drop'],
    expected: before(['filtered'], null),
  },
  {
    label: 'filtered, ICMP',
    does: 'talk',
    rules: ['tcp dport PORT reject with icmp admin-prohibited'],
    expected: before(['filtered'], null),
  },
  {
    label: 'filtered, at the server',
    does: 'talk',
    serverRules: ['tcp dport PORT drop'],
    expected: everywhere('filtered'),
  },
  {
    label: 'accept-queue-full',
    does: 'full',
    expected: {
      left: ['accept-queue-full', 'filtered', 'third-ack-lost'],
      wire: ['accept-queue-full', 'filtered', 'third-ack-lost'],
      right: ['accept-queue-full'],
    },
  },
  {
    label: 'syn-lost',
    does: 'talk',
    rules: [firstDropped('tcp flags == syn')],
    expected: before(['syn-lost'], ['healthy']),
  },
  {
    label: 'syn-ack-lost',
    does: 'talk',
    rules: [
      'tcp sport PORT tcp flags == syn | ack ip daddr . tcp dport != @once add @once { ip daddr . tcp dport } drop',
    ],
    // Where the second SYN,ACK overtakes the second SYN, the client sees nothing but a long way.
    expected: before(['syn-lost', 'syn-ack-lost', 'slow-network'], ['syn-ack-lost']),
    also: ['third-ack-lost'],
  },
  {
    label: 'third-ack-lost',
    does: 'hold',
    rules: [firstDropped('tcp flags == ack')],
    expected: everywhere('third-ack-lost', 'accept-queue-full'),
    also: ['syn-ack-lost'],
  },
  {
    label: 'fin-lost',
    does: 'talk',
    rules: [firstDropped('tcp flags & fin == fin')],
    expected: before(['fin-lost'], ['close-four', 'close-three']),
  },
  {
    label: 'last-ack-lost',
    does: 'four',
    rules: [
      'tcp sport PORT tcp flags & fin == fin add @fin { ip daddr . tcp dport } accept',
      `tcp dport PORT tcp flags == ack ${CLIENT} @fin ${CLIENT} != @once add @once { ${CLIENT} } drop`,
    ],
    expected: before(['last-ack-lost'], ['fin-lost', 'last-ack-lost']),
    also: ['spurious'],
  },
  {
    label: 'loss',
    does: 'upload',
    rules: [`tcp dport PORT ip length > 1000 numgen random mod 100 < 4 add @lost { ${CLIENT} } drop`],
    byChance: true,
    expected: before(['loss'], ['loss', 'reordered']),
    also: ['spurious'],
  },
  {
    label: 'loss, on our wire',
    does: 'upload',
    wire: 2,
    // Behind the wire what was lost is a hole that is filled later.
    expected: { left: ['loss'], wire: ['loss', 'reordered'], right: ['loss', 'reordered'] },
    also: [
      'spurious',
      'reordered',
      'syn-lost',
      'syn-ack-lost',
      'third-ack-lost',
      'fin-lost',
      'last-ack-lost',
    ],
  },
  {
    label: 'mtu-hole',
    does: 'upload',
    rules: ['tcp dport PORT ip length > 1300 drop'],
    expected: before(['mtu-hole'], ['healthy']),
  },
  {
    label: 'peer-vanished',
    does: 'vanish',
    rules: [
      // From its second segment with text on nothing of it passes.
      `tcp dport PORT ${CLIENT} @gone drop`,
      `tcp dport PORT tcp flags & psh == psh ${CLIENT} @once add @gone { ${CLIENT} } drop`,
      `tcp dport PORT tcp flags & psh == psh add @once { ${CLIENT} } accept`,
    ],
    expected: before(['peer-vanished'], ['healthy']),
    also: ['loss'],
  },
  {
    label: 'reset-by-middlebox',
    does: 'talk',
    rules: [`tcp dport PORT tcp flags & psh == psh reject with tcp reset`],
    expected: before(['reset-by-middlebox'], null),
  },
  {
    label: 'reset-by-middlebox, forged',
    does: 'talk',
    forge: 'rst',
    rules: ['tcp dport PORT tcp flags & psh == psh drop'],
    expected: everywhere('reset-by-middlebox'),
  },
  {
    label: 'stale-syn',
    does: 'talk',
    forge: 'old-syn',
    rules: [firstDropped('tcp flags == syn')],
    again: true,
    // Behind the router the old SYN has come as a connection of its own.
    expected: before(['stale-syn'], ['healthy']),
  },
  { label: 'syn-flood', does: 'flood', many: true, expected: everywhere('syn-flood') },
  { label: 'half-open', does: 'crash', expected: everywhere('half-open') },
  {
    label: 'half-open, after silence',
    does: 'crash',
    rules: SECOND_DROPPED_TWICE,
    expected: everywhere('half-open'),
    also: ['loss'],
  },
  { label: 'abort', does: 'abort', expected: everywhere('abort', 'unread-reset') },
  { label: 'unread-reset', does: 'unread', expected: everywhere('unread-reset') },
  { label: 'late-data-reset', does: 'late', expected: everywhere('late-data-reset') },
  { label: 'zero-window', does: 'stall', expected: everywhere('zero-window', 'slow-reader') },
  { label: 'slow-reader', does: 'lazy', expected: everywhere('slow-reader', 'zero-window') },
  { label: 'slow-server', does: 'slow', expected: everywhere('slow-server') },
  { label: 'nagle-delayed-ack', does: 'nagle', expected: everywhere('nagle-delayed-ack') },
  // The two segments cross on the way; what a late timer makes of them is late data.
  {
    label: 'idle-pool-race',
    does: 'race',
    expected: everywhere('idle-pool-race', 'late-data-reset'),
    also: ['lb-idle-timeout'],
  },
  { label: 'slow-network', does: 'talk', wire: 3, expected: everywhere('slow-network') },
  {
    label: 'queueing',
    does: 'big',
    wire: 4,
    expected: { left: ['queueing'], wire: null, right: null },
    // Those that come when it is full wait in the handshake, and with their last ACK.
    also: ['spurious', 'loss', 'slow-network', 'last-ack-lost'],
  },
  ...['sack-perm', 'timestamp', 'window'].map(
    (option): Situation => ({
      label: `options-stripped, ${option}`,
      does: 'talk',
      habit: 3,
      rules: [`ip saddr CLIENT tcp dport PORT tcp flags & (syn | ack) == syn reset tcp option ${option}`],
      // Behind the router nobody has offered it.
      expected: before(['options-stripped'], ['healthy']),
    }),
  ),
  {
    label: 'wscale-stripped',
    does: 'upload',
    rules: ['tcp sport PORT tcp flags & (syn | ack) == (syn | ack) reset tcp option window'],
    expected: everywhere('wscale-stripped'),
    also: ['nagle-delayed-ack'],
  },
  {
    label: 'time-wait-reopened',
    does: 'reopen',
    again: true,
    expected: everywhere('time-wait-reopened'),
  },
  {
    label: 'port-reuse-refused',
    does: 'forget',
    again: true,
    expected: everywhere('port-reuse-refused'),
  },
  {
    label: 'idle-killed, dropped',
    does: 'idle',
    long: true,
    rules: [`tcp dport PORT tcp flags & syn == 0 ${CLIENT} != @alive drop`, ALIVE],
    expected: before(['idle-killed'], ['healthy']),
  },
  {
    label: 'idle-killed, reset',
    does: 'idle',
    long: true,
    rules: [`tcp dport PORT tcp flags & syn == 0 ${CLIENT} != @alive reject with tcp reset`, ALIVE],
    expected: before(['idle-killed'], null),
  },
  { label: 'healthy, idle', does: 'idle', long: true, expected: everywhere('healthy') },
  { label: 'close-wait-leak', does: 'leak', long: true, expected: everywhere('close-wait-leak') },
];

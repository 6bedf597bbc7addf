// getsockopt and setsockopt of TCP sockets: a table by level and name. An option that is not in it is
// unsupported, not ignored.

import { fastOpenKeys } from '../../host/index.ts';
import { congestionControl, type TcpConfig } from '../../tcp/index.ts';
import { constant, constantName, FREEBSD_OPTIONS } from './constants.ts';
import { errnoNumbers } from './errno.ts';
import { done, failed, type Outcome, unsupported } from './outcome.ts';
import type { Linger } from './owner.ts';
import { synR2Ms, synRetries } from './syn-retries.ts';
import { tcpInfo } from './tcp-info.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** What an option holds: a number, a name (TCP_CONGESTION), or SO_LINGER. */
export type OptionValue = number | string | Linger;

/** Segments that TCP_QUICKACK has acknowledged at once. */
const QUICK_ACKS = 16;

/** What of SO_TIMESTAMPING there is: all without hardware, statistics and control messages of one call. */
const STAMPS = [
  ...['TX_SOFTWARE', 'RX_SOFTWARE', 'SOFTWARE', 'RAW_HARDWARE', 'SYS_HARDWARE', 'OPT_ID', 'TX_SCHED'],
  ...['TX_ACK', 'OPT_CMSG', 'OPT_TSONLY', 'OPT_ID_TCP'],
].reduce((flags, name) => flags | constant(`SOF_TIMESTAMPING_${name}`), 0);

interface Option {
  /** null: write only. */
  readonly get: ((s: TcpSocket) => unknown) | null;
  /** null: read only (ENOPROTOOPT). */
  readonly set: ((s: TcpSocket, value: number) => Outcome) | null;
}

const table = new Map<string, Option>();
const key = (level: number, name: number): string => `${level}/${name}`;

function option(level: string, name: string, get: Option['get'], set: Option['set']): void {
  table.set(key(constant(level), constant(name)), { get, set });
}

/** A setting of the connection, in units of `scale` of the setting. */
function setting(name: string, field: keyof TcpConfig, scale: number, low: number, high: number): void {
  option(
    'SOL_TCP',
    name,
    (s) => Math.floor((effective(s)[field] as number) / scale),
    (s, value) => {
      if (value < low || value > high) return failed('EINVAL');
      return change(s, { [field]: value * scale });
    },
  );
}

/** An option without an effect on segments: its value is remembered. */
function remembered(level: string, name: string, initial: number): void {
  option(
    level,
    name,
    (s) => s.remembered.get(name) ?? initial,
    (s, value) => {
      s.remembered.set(name, value);
      return done();
    },
  );
}

function effective(s: TcpSocket): TcpConfig {
  return s.connection?.tcb.config ?? { ...s.owner.host.tcp.config, ...s.owner.settings, ...s.config };
}

function change(s: TcpSocket, settings: Partial<TcpConfig>): Outcome {
  s.config = { ...s.config, ...settings };
  s.applySettings();
  return done();
}

function apply(s: TcpSocket, act: () => void): Outcome {
  act();
  s.applySettings();
  return done();
}

const flag = (on: boolean): number => (on ? 1 : 0);

option('SOL_SOCKET', 'SO_TYPE', () => constant('SOCK_STREAM'), null);
option('SOL_SOCKET', 'SO_PROTOCOL', () => constant('IPPROTO_TCP'), null);
option('SOL_SOCKET', 'SO_DOMAIN', (s) => constant(s.family === 6 ? 'AF_INET6' : 'AF_INET'), null);
option('SOL_SOCKET', 'SO_ACCEPTCONN', (s) => flag(s.listener !== null && !s.listener.closed), null);
option(
  'SOL_SOCKET',
  'SO_ERROR',
  (s) => {
    const errno = s.takeError();
    return errno === null ? 0 : errnoNumbers[errno];
  },
  null,
);
option(
  'SOL_SOCKET',
  'SO_REUSEADDR',
  (s) => flag(s.reuseAddress),
  (s, v) => apply(s, () => (s.reuseAddress = v !== 0)),
);
remembered('SOL_SOCKET', 'SO_REUSEPORT', 0);
remembered('SOL_SOCKET', 'SO_PRIORITY', 0);
remembered('SOL_SOCKET', 'SO_MARK', 0);
remembered('SOL_SOCKET', 'SO_BUSY_POLL', 0);
remembered('SOL_SOCKET', 'SO_DEBUG', 0);
remembered('SOL_IP', 'IP_RECVERR', 0);
remembered('SOL_IP', 'IP_FREEBIND', 0);
remembered('SOL_IP', 'IP_BIND_ADDRESS_NO_PORT', 0);
remembered('SOL_IPV6', 'IPV6_RECVERR', 0);
remembered('SOL_IPV6', 'IPV6_V6ONLY', 0);
option(
  'SOL_SOCKET',
  'SO_KEEPALIVE',
  (s) => flag(s.keepAlive),
  (s, v) => apply(s, () => (s.keepAlive = v !== 0)),
);
option(
  'SOL_SOCKET',
  'SO_OOBINLINE',
  (s) => flag(s.receiving.inline),
  (s, v) => apply(s, () => (s.receiving.inline = v !== 0)),
);
option(
  'SOL_SOCKET',
  'SO_RCVLOWAT',
  (s) => s.receiving.lowWater,
  (s, v) => (v < 0 ? failed('EINVAL') : apply(s, () => (s.receiving.lowWater = Math.max(1, v)))),
);
for (const name of ['SO_SNDBUF', 'SO_SNDBUFFORCE']) option('SOL_SOCKET', name, sendBuffer, setSendBuffer);
for (const name of ['SO_RCVBUF', 'SO_RCVBUFFORCE']) {
  option('SOL_SOCKET', name, receiveBuffer, (s, v) => {
    const size = Math.max(v, 1152);
    // A program that sets it also fixes what the window scale is chosen for.
    return change(s, { receiveBuffer: size, receiveBufferMax: size });
  });
}

function receiveBuffer(s: TcpSocket): number {
  const tcb = s.connection?.tcb;
  if (tcb?.memory != null) return tcb.memory.limit;
  return (tcb?.rcv.buf ?? effective(s).receiveBuffer) * s.owner.personality.bufferFactor;
}

function sendBuffer(s: TcpSocket): number {
  const octets = s.connection?.tcb.snd.buf ?? effective(s).sendBuffer;
  const { memory } = s.sending;
  return memory.set ? memory.limit : octets * s.owner.personality.bufferFactor;
}

function setSendBuffer(s: TcpSocket, v: number): Outcome {
  if (!s.owner.personality.sendMemory) return change(s, { sendBuffer: Math.max(v, 2304) });
  s.sending.memory.setSize(v);
  return change(s, { sendBuffer: s.sending.memory.octets });
}

option(
  'SOL_SOCKET',
  'SO_ZEROCOPY',
  (s) => flag(s.sending.reports.zeroCopy),
  (s, v) => {
    if (v < 0 || v > 1) return failed('EINVAL');
    s.sending.reports.zeroCopy = v === 1;
    return done();
  },
);
option(
  'SOL_SOCKET',
  'SO_TIMESTAMPING',
  (s) => s.sending.reports.stamps,
  (s, v) => {
    if ((v & ~STAMPS) !== 0) return unsupported(`SO_TIMESTAMPING with flags 0x${(v & ~STAMPS).toString(16)}`);
    // Keys count from a sequence number.
    if ((v & constant('SOF_TIMESTAMPING_OPT_ID')) !== 0 && s.connection === null) return failed('EINVAL');
    s.sending.reports.setStamps(v, s.connection);
    return done();
  },
);
option(
  'SOL_TCP',
  'TCP_INQ',
  (s) => flag(s.receiving.tellsLeft),
  (s, v) => {
    if (v < 0 || v > 1) return failed('EINVAL');
    s.receiving.tellsLeft = v === 1;
    return done();
  },
);

option(
  'SOL_TCP',
  'TCP_NODELAY',
  (s) => flag(s.noDelay),
  (s, v) => {
    const c = s.connection;
    if (v !== 0 && c !== null && !c.ended) {
      c.setNoDelay(); // what MSG_MORE held goes
      if (s.cork && s.owner.personality.noDelayPushes) {
        c.uncork(); // TCP_NAGLE_PUSH: and what is corked now
        c.cork();
      }
    }
    return apply(s, () => (s.noDelay = v !== 0));
  },
);
option(
  'SOL_TCP',
  'TCP_CORK',
  (s) => flag(s.cork),
  (s, v) => apply(s, () => (s.cork = v !== 0)),
);
option(
  'SOL_TCP',
  'TCP_MAXSEG',
  (s) => s.connection?.tcb.snd.mss ?? (effective(s).maxMss === 0 ? 536 : effective(s).maxMss),
  (s, v) => {
    if (v !== 0 && (v < 88 || v > 32_767)) return failed('EINVAL');
    if (s.connection === null) return change(s, { maxMss: v });
    if (!s.owner.personality.maxsegShrinks) return unsupported('TCP_MAXSEG after the handshake');
    return v === 0 || v > s.connection.tcb.snd.mss ? failed('EINVAL') : change(s, { maxMss: v });
  },
);
setting('TCP_KEEPIDLE', 'keepAliveIdleMs', 1000, 1, 32_767);
setting('TCP_KEEPINTVL', 'keepAliveIntervalMs', 1000, 1, 32_767);
setting('TCP_KEEPCNT', 'keepAliveCount', 1, 1, 127);
setting('TCP_KEEPINIT', 'synR2Ms', 1000, 1, 32_767);
option(
  'SOL_TCP',
  'TCP_NOOPT',
  (s) => flag(!effective(s).mssOption),
  (s, v) => {
    if (s.connection !== null) return unsupported('TCP_NOOPT after the handshake');
    const on = v === 0;
    return change(s, { mssOption: on, windowScale: on, timestamps: on, sack: on });
  },
);
option(
  'SOL_TCP',
  'TCP_REMOTE_UDP_ENCAPS_PORT',
  (s) => s.connection?.udpPort ?? s.opening.udpPort,
  (s, v) => {
    if (s.connection !== null || s.listener !== null || v < 0 || v > 0xffff) return failed('EINVAL');
    if (v !== 0 && s.owner.host.tcpOverUdp === 0) return failed('EINVAL');
    s.opening.udpPort = v;
    return done();
  },
);
option(
  'SOL_TCP',
  'TCP_MD5SIG',
  (s) => flag(s.connection === null ? s.md5 : s.connection.tcb.md5 === 1),
  (s, v) => {
    if (s.owner.personality.name === 'linux') return unsupported('TCP_MD5SIG, whose value is a structure');
    if (s.connection !== null || s.listener !== null)
      return unsupported('TCP_MD5SIG after listen or connect');
    s.md5 = v !== 0;
    return done();
  },
);
option(
  'SOL_IPV6',
  'IPV6_USE_MIN_MTU',
  (s) => flag(s.opening.leastMtu),
  (s, v) => {
    if (s.connection !== null) return unsupported('IPV6_USE_MIN_MTU after the handshake');
    s.opening.leastMtu = v === 1;
    return done();
  },
);
setting('TCP_USER_TIMEOUT', 'userTimeoutMs', 1, 0, 2 ** 30);
option(
  'SOL_TCP',
  'TCP_FASTOPEN',
  (s) => s.fastOpenQueue,
  (s, v) => {
    if (v < 0 || s.connection !== null) return failed('EINVAL');
    s.fastOpenQueue = v;
    if (s.listener !== null) s.listener.fastOpen = v;
    return done();
  },
);
option(
  'SOL_TCP',
  'TCP_DEFER_ACCEPT',
  (s) => 2 ** s.deferAccept - 1,
  (s, v) => {
    // Linux counts in repetitions of the SYN,ACK: as many as take so long.
    s.deferAccept = v <= 0 ? 0 : Math.ceil(Math.log2(v + 1));
    if (s.listener !== null) s.listener.deferAccept = s.deferAccept;
    return done();
  },
);
option(
  'SOL_TCP',
  'TCP_NOTSENT_LOWAT',
  (s) => s.sending.notSentLowWater,
  (s, v) => apply(s, () => (s.sending.notSentLowWater = v)),
);
option(
  'SOL_TCP',
  'TCP_FASTOPEN_CONNECT',
  (s) => flag(s.opening.fastOpenConnect),
  (s, v) => {
    if (v < 0 || v > 1) return failed('EINVAL');
    if (!s.owner.host.tcp.fastOpen.mode.client) return failed('EOPNOTSUPP');
    if (s.connection !== null || s.listener !== null) return failed('EINVAL');
    s.opening.fastOpenConnect = v === 1;
    return done();
  },
);
option(
  'SOL_TCP',
  'TCP_SYNCNT',
  (s) => {
    const { synR2Ms, initialRtoMs } = effective(s);
    return synRetries(synR2Ms, initialRtoMs, s.owner.personality.synLinearTimeouts);
  },
  (s, v) => {
    if (v < 1 || v > 127) return failed('EINVAL');
    const { initialRtoMs, synR2Ms: before } = effective(s);
    const ms = synR2Ms(v, initialRtoMs, s.owner.personality.synLinearTimeouts);
    if (s.connection !== null) s.owner.host.tcp.calls.extendSynR2(s.connection, ms - before);
    return change(s, { synR2Ms: ms });
  },
);
option(
  'SOL_TCP',
  'TCP_LINGER2',
  (s) => Math.floor(effective(s).finWait2Ms / 1000),
  (s, v) => {
    if (v < 0) return unsupported('TCP_LINGER2 below 0: no FIN-WAIT-2');
    return change(s, { finWait2Ms: v === 0 ? s.owner.host.tcp.config.finWait2Ms : Math.min(v, 120) * 1000 });
  },
);
option(
  'SOL_TCP',
  'TCP_QUICKACK',
  (s) => flag((s.connection?.tcb.rcv.quick ?? 0) > 0),
  (s, v) => {
    const c = s.connection;
    if (c === null || c.ended) return done();
    c.tcb.rcv.quick = v === 0 ? 0 : QUICK_ACKS;
    if (v !== 0 && c.tcb.timer.delack !== 0) {
      c.tcb.ackNow = 1;
      s.owner.host.tcp.calls.push(c);
    }
    return done();
  },
);
// The default stack of FreeBSD is not RACK, and has none of its options.
for (const name of ['MAX_SEG', 'ALWAYS', 'RATE_CA', 'RATE_SS', 'RATE_REC'] as const)
  option('SOL_TCP', `TCP_RACK_PACE_${name}`, null, null);
option('SOL_TCP', 'TCP_INFO', tcpInfo, null);
option('SOL_IP', 'IP_MTU', (s) => s.connection?.tcb.pmtu ?? null, null);
option('SOL_IPV6', 'IPV6_MTU', (s) => s.connection?.tcb.pmtu ?? null, null);
option(
  'SOL_IP',
  'IP_LOCAL_PORT_RANGE',
  (s) => s.opening.portRange,
  (s, v) => {
    const [first, last] = [v & 0xffff, v >>> 16];
    if (first !== 0 && last !== 0 && first > last) return failed('EINVAL');
    s.opening.portRange = v >>> 0;
    return done();
  },
);
for (const [level, name] of [
  ['SOL_IP', 'IP_TOS'],
  ['SOL_IPV6', 'IPV6_TCLASS'],
] as const) {
  option(
    level,
    name,
    (s) => s.tos,
    (s, v) => apply(s, () => (s.tos = v & 0xfc)), // the ECN bits are TCP's own
  );
}
for (const [level, name] of [
  ['SOL_IP', 'IP_TTL'],
  ['SOL_IPV6', 'IPV6_UNICAST_HOPS'],
] as const) {
  option(
    level,
    name,
    (s) => (s.ttl === 0 ? 64 : s.ttl),
    (s, v) => (v < 1 || v > 255 ? failed('EINVAL') : apply(s, () => (s.ttl = v))),
  );
}
for (const [level, name] of [
  ['SOL_IP', 'IP_MTU_DISCOVER'],
  ['SOL_IPV6', 'IPV6_MTU_DISCOVER'],
] as const) {
  option(
    level,
    name,
    (s) => constant(s.fragments ? 'IP_PMTUDISC_DONT' : 'IP_PMTUDISC_WANT'),
    (s, v) => {
      const dont = v === constant('IP_PMTUDISC_DONT');
      if (!dont && v !== constant('IP_PMTUDISC_WANT') && v !== constant('IP_PMTUDISC_DO'))
        return unsupported('path MTU discovery of this kind');
      return apply(s, () => (s.fragments = dont));
    },
  );
}

const label = (level: number, name: number): string => {
  if (level === constant('SOL_SOCKET')) return constantName('SO_', name);
  return level === constant('SOL_TCP') ? constantName('TCP_', name) : `option ${name} of level ${level}`;
};

/** The option is one of FreeBSD, and the socket is not. */
function isForeign(s: TcpSocket, name: number): boolean {
  return name >= FREEBSD_OPTIONS && s.owner.personality.name !== 'freebsd';
}

/** setsockopt. */
export function setOption(s: TcpSocket, level: number, name: number, value: OptionValue): Outcome {
  if (isForeign(s, name)) return failed('ENOPROTOOPT');
  if (level === constant('SOL_SOCKET') && name === constant('SO_LINGER')) {
    if (typeof value !== 'object') return failed('EINVAL');
    s.linger = value;
    return done();
  }
  if (level === constant('SOL_TCP') && name === constant('TCP_CONGESTION')) return setCongestion(s, value);
  if (level === constant('SOL_TCP') && name === constant('TCP_FASTOPEN_KEY')) return setFastOpenKey(s, value);
  if (level === constant('SOL_TCP') && name === constant('TCP_FUNCTION_BLK')) {
    // There is one stack: tcp_functions_default of FreeBSD.
    return value === 'freebsd' ? done() : unsupported(`the stack ${value} of FreeBSD`);
  }
  const entry = table.get(key(level, name));
  if (entry === undefined) return unsupported(`setsockopt ${label(level, name)}`);
  if (entry.set === null) return failed('ENOPROTOOPT');
  if (typeof value !== 'number') return failed('EINVAL');
  return entry.set(s, value);
}

/** TCP_FASTOPEN_KEY: one key of 16 octets, or two. */
function setFastOpenKey(s: TcpSocket, value: OptionValue): Outcome {
  if (typeof value !== 'string' || (value.length !== 16 && value.length !== 32)) return failed('EINVAL');
  s.fastOpenKey = Uint8Array.from(value, (c) => c.charCodeAt(0));
  if (s.listener !== null) s.listener.fastOpenKeys = fastOpenKeys(s.fastOpenKey);
  return done();
}

/** The control that the system of a host has under this name. */
export function congestionOf({ congestion }: TcpConfig, name: string): string {
  if (name === 'reno') return 'newreno';
  return congestion === `linux-${name}` ? congestion : name;
}

function setCongestion(s: TcpSocket, value: OptionValue): Outcome {
  const name = congestionOf(s.owner.host.tcp.config, String(value));
  try {
    congestionControl(name);
  } catch {
    return unsupported(`congestion control '${value}'`);
  }
  return change(s, { congestion: name });
}

/** getsockopt: `out` of the result is a number, a string, a {@link Linger} or a TcpInfo. */
export function getOption(s: TcpSocket, level: number, name: number): Outcome {
  if (isForeign(s, name)) return failed('ENOPROTOOPT');
  if (level === constant('SOL_SOCKET') && name === constant('SO_LINGER')) return done(0, s.linger);
  if (level === constant('SOL_TCP') && name === constant('TCP_CONGESTION')) {
    const { congestion } = effective(s);
    return done(0, congestion === 'newreno' ? 'reno' : congestion.replace(/^linux-/, ''));
  }
  const entry = table.get(key(level, name));
  if (entry === undefined || entry.get === null) return unsupported(`getsockopt ${label(level, name)}`);
  const value = entry.get(s);
  return value === null ? failed('ENOTCONN') : done(0, value);
}

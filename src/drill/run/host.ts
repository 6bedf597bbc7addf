// What every target that is a synfin Host has in common: its settings and what it tells.

import type { Host } from '../../host/index.ts';
import { congestionOf, type Posix, type TcpInfo, tcpInfo } from '../../socket/posix/index.ts';
import { checkConfig, congestionControl, type TcpConfig, withSettings } from '../../tcp/index.ts';
import type { HostSettings } from './shell-action.ts';

/** Settings that Linux looks up when it needs them: a sysctl changes them for connections that there are, too. */
const LOOKED_UP = ['accEcnOption', 'receiveBufferTuning', 'restartAfterIdle', 'windowMayShrink'] as const;

/** Settings for sockets to come, and some for those that there are; a reason when they make no sense. */
export function configureHost(posix: Posix, settings: Partial<TcpConfig>): string | null {
  const { congestion } = settings;
  const named =
    congestion === undefined ? {} : { congestion: congestionOf(posix.host.tcp.config, congestion) };
  const merged = { ...posix.settings, ...settings, ...named };
  try {
    checkConfig(withSettings(posix.host.tcp.config, merged));
    congestionControl(merged.congestion ?? posix.host.tcp.config.congestion);
  } catch (e) {
    return (e as Error).message;
  }
  posix.settings = merged;
  const live = Object.fromEntries(
    LOOKED_UP.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]),
  );
  if (Object.keys(live).length > 0)
    for (const { tcb } of posix.host.connections) tcb.config = { ...tcb.config, ...live };
  return null;
}

/** Settings of the host itself; a reason when they cannot be. */
export function setHost(
  posix: Posix,
  {
    tcpOverUdp,
    synCookies,
    synCookiesOnly,
    md5Keys,
    fastOpen,
    fastOpenKeys,
    flushMetrics,
    timeWaitReuse,
  }: HostSettings,
): string | null {
  if (synCookies !== undefined) posix.synCookies = synCookies;
  if (synCookiesOnly !== undefined) posix.synCookiesOnly = synCookiesOnly;
  if (fastOpen !== undefined) Object.assign(posix.host.tcp.fastOpen.mode, fastOpen);
  if (timeWaitReuse !== undefined) Object.assign(posix.host.tcp.timeWaitReuse, timeWaitReuse);
  if (flushMetrics === true) {
    posix.host.tcp.fastOpen.flush();
    posix.host.tcp.metrics.flush();
  }
  if (fastOpenKeys !== undefined) posix.host.tcp.fastOpen.setKeys(fastOpenKeys);
  try {
    if (md5Keys === null) posix.host.tcp.md5Keys.clear();
    for (const [address, key] of md5Keys ?? []) posix.host.setMd5Key(address, key);
    if (tcpOverUdp !== undefined) posix.host.tcpOverUdp = tcpOverUdp;
  } catch (e) {
    return (e as Error).message;
  }
  return null;
}

/** TCP_INFO of a descriptor, null when it is none of a TCP socket. */
export function hostTcpInfo(posix: Posix, fd: number): TcpInfo | null {
  const socket = posix.tcp(fd);
  return socket === null ? null : tcpInfo(socket);
}

/** Connections by state; null: cannot be told. */
export function connectionsInState(host: Host, state: string): number | null {
  if (state === 'TIME-WAIT') return host.tcp.timeWait.size;
  if (state === 'LISTEN') return host.listeners.length;
  if (state === 'CLOSED') return null;
  return host.connections.filter((c) => c.state === state).length;
}

/** Ends the connections in `state`, or all, as FreeBSD's tcpdrop does: our side says ECONNABORTED, the peer gets a RST. */
export function dropConnections(posix: Posix, state: string | null): void {
  if (state === null || state === 'TIME-WAIT') posix.host.tcp.timeWait.clear();
  for (const c of [...posix.host.connections]) {
    if (state === null || c.state === state) c.abort();
  }
}

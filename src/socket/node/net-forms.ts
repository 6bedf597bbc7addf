// What net.js takes and does not show in its types, without loading it.

import type * as Net from 'node:net';
import { nodeNet } from './internals.ts';
import type { TcpHandle } from './tcp-handle.ts';

type Arguments = readonly unknown[];

/** What of a net.Server its types do not show. */
export interface ServerInside {
  _handle: TcpHandle | null;
  emit(...args: Arguments): boolean;
  /** Called by `listen`; kept by Node "to avoid breaking code that wraps this function". */
  _listen2: Listen2;
}

/** `net.Server.prototype._listen2`. */
export type Listen2 = (
  this: ServerInside,
  address: string | null,
  port: number,
  type: number,
  backlog: number,
  fd?: number,
  flags?: number,
) => void;

/** `_listen2` of net.Server with a handle of ours, bound: that it could not be shows when it listens. */
export function listeningWith(handleOf: () => TcpHandle, listen2: Listen2): Listen2 {
  return function (address, port, type, backlog, fd, flags) {
    const isDescriptor = typeof fd === 'number' && fd >= 0;
    if (this._handle === null && type !== -1 && !isDescriptor) {
      const handle = handleOf();
      if (address === null || address === undefined || address === '') handle.bind6('::', port, flags);
      else if (type === 6) handle.bind6(address, port, flags);
      else handle.bind(address, port, flags);
      this._handle = handle;
    }
    listen2.call(this, address, port, type, backlog, fd, flags);
  };
}

/** The options of connect and of listen, as net.js has read them. */
export interface NormalizedOptions extends Net.SocketConstructorOpts {
  readonly timeout?: number;
  readonly lookup?: Net.LookupFunction;
  readonly host?: unknown;
  readonly path?: unknown;
}

type Normalized = [options: NormalizedOptions, listener: (() => void) | null];

/** net.js's own reading of the many forms of connect and listen; what it has read once it hands on as one array. */
export function normalizeArgs(args: Arguments): Normalized {
  if (Array.isArray(args[0])) return args[0] as unknown as Normalized;
  const { _normalizeArgs: normalize } = nodeNet() as unknown as {
    _normalizeArgs: (args: Arguments) => Normalized;
  };
  return normalize(args);
}

/** Whether connect was asked for a path: that is no matter of a host. */
export function isPipe(args: Arguments): boolean {
  // net.connect hands on what it has normalized as one array.
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'string') return Number.isNaN(Number(first));
  return typeof first === 'object' && first !== null && (first as { path?: unknown }).path != null;
}

/** What a net.Socket needs of the options for TLS over it; Node would give its own socket all of them. */
const PLAIN = [
  'port',
  'host',
  'lookup',
  'family',
  'hints',
  'localAddress',
  'localPort',
  'signal',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'timeout',
] as const;

/** Of the options of `tls.connect`, those for the net.Socket under it. */
export function plainOptions(options: object): Record<string, unknown> {
  const given = options as Record<string, unknown>;
  const named = PLAIN.filter((name) => given[name] !== undefined);
  return Object.fromEntries(named.map((name) => [name, given[name]]));
}

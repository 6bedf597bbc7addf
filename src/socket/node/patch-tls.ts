// tls for `register`: TLS over a net.Socket. Over a handle of its own, C++ would take the place of the handle's reader,
// and a RST would be told to nobody.

import type * as Net from 'node:net';
import type * as Tls from 'node:tls';
import { nodeNet, requireLater } from './internals.ts';
import { plainOptions } from './net-forms.ts';
import { type Patched, replaced } from './patched.ts';

export function* tlsConnect(): Generator<Patched> {
  const tls = requireLater('node:tls') as { connect: typeof Tls.connect };
  const { connect } = tls;
  yield replaced('tls.connect', tls, 'connect', (...args: readonly unknown[]) => {
    const [options, listener] = tlsArguments(args);
    if (options.socket != null || options.path != null)
      return connect(options as Tls.ConnectionOptions, listener);
    const socket = nodeNet().connect(plainOptions(options) as unknown as Net.NetConnectOpts);
    return connect({ ...options, socket } as Tls.ConnectionOptions, listener);
  });
}

interface TlsOptions extends Record<string, unknown> {
  readonly socket?: unknown;
  readonly path?: unknown;
}

/** The forms of tls.connect: (options), (port, host, options), (port, options), each with a callback. */
function tlsArguments(args: readonly unknown[]): [TlsOptions, (() => void) | undefined] {
  const listener = args.find((arg) => typeof arg === 'function') as (() => void) | undefined;
  let options: TlsOptions = {};
  for (const arg of args) if (typeof arg === 'object' && arg !== null) options = { ...options, ...arg };
  const [port, name] = args;
  if (typeof port === 'number' || typeof port === 'string') options = { ...options, port };
  if (typeof name === 'string') options = { ...options, host: name };
  return [options, listener];
}

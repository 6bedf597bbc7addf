// tls for `register`: TLS over a net.Socket. Over a handle of its own, C++ would take the place of the handle's reader,
// and a RST would be told to nobody.

import type * as Net from 'node:net';
import type * as Tls from 'node:tls';
import { nodeNet, requireLater } from './internals.ts';
import { type NormalizedOptions, normalizeArgs, plainOptions } from './net-forms.ts';
import { type PatchContext, type Patched, replaced } from './patched.ts';

export function* tlsConnect({ redirects }: PatchContext): Generator<Patched> {
  const tls = requireLater('node:tls') as { connect: typeof Tls.connect };
  const { connect } = tls;
  yield replaced('tls.connect', tls, 'connect', (...args: readonly unknown[]) => {
    const [options, listener] = tlsArguments(args);
    if (options.socket != null || options.path != null || redirects.isNone)
      return connect(options as Tls.ConnectionOptions, listener);
    const socket = nodeNet().connect(plainOptions(options) as unknown as Net.NetConnectOpts);
    return connect({ ...options, socket } as Tls.ConnectionOptions, listener);
  });
}

interface TlsOptions extends NormalizedOptions {
  readonly socket?: unknown;
}

/** The forms of tls.connect: those of net.connect, whose options may follow, and count more, as in tls.js. */
function tlsArguments(args: readonly unknown[]): [TlsOptions, (() => void) | undefined] {
  const [options, listener] = normalizeArgs(args);
  const more = args.slice(1, 3).find((arg) => typeof arg === 'object' && arg !== null);
  return [{ ...options, ...more }, listener ?? undefined];
}

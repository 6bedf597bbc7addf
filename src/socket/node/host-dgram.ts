// `node:dgram` on a host: Node's own Socket over a handle of ours. Nothing of Node is changed; every host of a process
// has a dgram of its own.

import * as dgram from 'node:dgram';
import type { Host } from '../../host/index.ts';
import { giveDatagramHandle } from './dgram-forms.ts';
import { lookupOf } from './host-dns.ts';
import { UdpHandle } from './udp-handle.ts';

/** `node:dgram` as it is on one host. */
export type HostDgram = typeof dgram;

type Options = dgram.SocketOptions | dgram.SocketType;
type Listener = (message: Buffer, from: dgram.RemoteInfo) => void;

const dgrams = new WeakMap<Host, HostDgram>();

/**
 * `node:dgram` whose sockets are on `host`: Node's own class, so the same options, events and errors.
 *
 * ```ts
 * const dgram = dgramOf(host);
 * const socket = dgram.createSocket('udp4', (message, { port, address }) => socket.send(message, port, address)).bind(7);
 * ```
 *
 * Throws MissingInternalError where Node's sockets are not as in 22, 24 and 26.
 */
export function dgramOf(host: Host): HostDgram {
  let found = dgrams.get(host);
  if (found === undefined) {
    found = makeDgram(host);
    dgrams.set(host, found);
  }
  return found;
}

function makeDgram(host: Host): HostDgram {
  class Socket extends (dgram.Socket as unknown as new (
    options: Options,
    listener?: Listener,
  ) => dgram.Socket) {
    constructor(options: Options, listener?: Listener) {
      const { lookup = lookupOf(host), ...given } = typeof options === 'object' ? options : { type: options };
      super({ ...given, lookup: lookup as NonNullable<dgram.SocketOptions['lookup']> }, listener);
      giveDatagramHandle(this, () => new UdpHandle(host));
    }
  }
  const createSocket = (options: Options, listener?: Listener): dgram.Socket => new Socket(options, listener);
  return { ...dgram, Socket, createSocket } as unknown as HostDgram;
}

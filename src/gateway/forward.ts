// A port outside that leads to a guest's, and who came there, told to the guest on request (PROXY protocol version 2).

import { flag, needed, oneOf, Schema, text, whole } from '../options/index.ts';
import { parseAddress } from '../wire/index.ts';
import type { OuterIncoming } from './outer.ts';

/** Options of `gateway.forward`. */
export interface ForwardOptions {
  /** Default 'tcp'. */
  protocol?: 'tcp' | 'udp';
  /** Where it listens outside. Default 127.0.0.1: who can connect to it can reach the guest. */
  address?: string;
  /** 0: one that is free. */
  port: number;
  /** The guest's name. Default: the guest that is there, or the first that comes. */
  guest?: string;
  /** An address of the guest. Default: the one that it speaks from. */
  guestAddress?: string;
  guestPort: number;
  /**
   * The guest is told who has connected, by a header of the PROXY protocol, version 2, in front of everything: its server
   * has to expect it. Otherwise everybody comes from the gateway's address. TCP only. Default false.
   */
  proxyProtocol?: boolean;
}

export const forwardOptions = new Schema<ForwardOptions>('forward', {
  protocol: oneOf('tcp', 'udp'),
  address: text,
  port: needed(whole(0, 0xffff)),
  guest: text,
  guestAddress: text,
  guestPort: needed(whole(1, 0xffff)),
  proxyProtocol: flag,
});

/** A port outside that leads to a guest's. */
export interface Forward {
  readonly protocol: 'tcp' | 'udp';
  /** Where it listens. */
  readonly address: string;
  readonly port: number;
  readonly guest: string | null;
  readonly guestAddress: string | null;
  readonly guestPort: number;
  /** Nobody new comes; who is connected stays. Of UDP nothing comes or goes any more. */
  close(): void;
}

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const PROXY_2 = 0x21;
const TCP = 1;
const INET = 1;
const INET6 = 2;

/** The header of the PROXY protocol for who has come (haproxy.org, proxy-protocol.txt, section 2.2). */
export function proxyHeader({
  remoteAddress,
  remotePort,
  localAddress,
  localPort,
}: OuterIncoming): Uint8Array {
  const from = parseAddress(remoteAddress);
  const to = parseAddress(localAddress);
  if (from === null || to === null) return new Uint8Array(0);
  const isV4 = from.family === 4 && to.family === 4;
  const size = isV4 ? 4 : 16;
  const b = new Uint8Array(16 + 2 * size + 4);
  const view = new DataView(b.buffer);
  b.set(SIGNATURE);
  b[12] = PROXY_2;
  b[13] = ((isV4 ? INET : INET6) << 4) | TCP;
  view.setUint16(14, 2 * size + 4);
  for (const [at, { w0, w1, w2, w3 }] of [
    [16, from],
    [16 + size, to],
  ] as const)
    for (const [n, word] of (isV4 ? [w3] : [w0, w1, w2, w3]).entries()) view.setInt32(at + 4 * n, word);
  view.setUint16(16 + 2 * size, remotePort);
  view.setUint16(18 + 2 * size, localPort);
  return b;
}

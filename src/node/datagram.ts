// Packets in UDP datagrams: a tunnel between two processes or machines, and `-netdev dgram` of QEMU.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { cost, DeviceBase, type QueueOptions, queueKinds } from '../link/devices/index.ts';
import { needed, nested, outOfRange, Schema, text, whole } from '../options/index.ts';

/** Where the far side is. */
export interface DatagramRemote {
  port: number;
  /** An address, or a name to be resolved. Default 127.0.0.1. */
  address?: string;
}

/** Where this side is. */
export interface DatagramLocal {
  /** Default 0: a free one. */
  port?: number;
  /** Default: all addresses of the family of the far side. */
  address?: string;
}

/** Options of {@link openDatagramDevice}. */
export interface DatagramOptions extends QueueOptions {
  /** The far side; datagrams of others are not received. */
  remote: DatagramRemote;
  local?: DatagramLocal;
}

const options = new Schema<DatagramOptions>('openDatagramDevice', {
  ...queueKinds,
  remote: needed(
    nested(new Schema<DatagramRemote>('remote', { port: needed(whole(1, 65_535)), address: text })),
  ),
  local: nested(new Schema<DatagramLocal>('local', { port: whole(0, 65_535), address: text })),
});
const QUEUE = 1024 * 1024;
/** The most that a datagram over IPv4 carries. */
const MOST_OCTETS = 65_507;
const ETHERNET_HEADER = 14;

/** A device on a UDP socket. The far side cannot be seen to go: there is no `onclose` for that. */
export class DatagramDevice extends DeviceBase {
  readonly #socket: Socket;
  readonly #queue: number;
  /** Datagrams that the system did not take, or that came back: nobody was there (ECONNREFUSED). */
  failed = 0;
  /** Datagrams that the system has not told of yet. */
  #pending = 0;

  /** @internal */
  constructor(socket: Socket, o: DatagramOptions) {
    super(o);
    this.#socket = socket;
    this.#queue = o.queue ?? QUEUE;
    socket.on('message', (packet) => this.deliver(packet));
    socket.on('error', () => this.failed++);
    socket.on('close', () => this.gone(null));
  }

  /** Where this side is bound. */
  get localAddress(): string {
    return this.#socket.address().address;
  }
  get localPort(): number {
    return this.#socket.address().port;
  }

  override send(packet: Uint8Array): void {
    if (this.closed || this.#socket.getSendQueueSize() + cost(packet) > this.#queue) {
      this.dropped++;
      return;
    }
    this.sent++;
    this.#pending++;
    this.#socket.send(packet, (error) => {
      if (error !== null) this.failed++;
      if (--this.#pending === 0 && this.closed) this.#socket.close();
    });
  }

  /** Closes the socket, after what was sent. */
  close(): void {
    if (this.end() && this.#pending === 0) this.#socket.close();
  }

  ref(): void {
    this.#socket.ref();
  }
  unref(): void {
    this.#socket.unref();
  }
}

/**
 * A device whose packets are datagrams to and from one far side, which need not be there yet. `queue` is what the
 * system may not have taken yet, by default 1 MiB. Rejects with what node:dgram throws (EADDRINUSE, ENOTFOUND…), and
 * with TypeError, RangeError.
 */
export async function openDatagramDevice(o: DatagramOptions): Promise<DatagramDevice> {
  options.check(o);
  const { remote, local = {}, mtu = 1500, kind = 'ip' } = o;
  const most = MOST_OCTETS - (kind === 'ethernet' ? ETHERNET_HEADER : 0);
  if (mtu > most)
    throw outOfRange('openDatagramDevice', 'mtu', mtu, `at most ${most}, what a datagram carries`);
  const address = remote.address ?? '127.0.0.1';
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    socket.bind(local.port ?? 0, local.address);
    await once(socket, 'listening');
    socket.connect(remote.port, address);
    await once(socket, 'connect');
  } catch (error) {
    socket.close();
    throw error;
  }
  return new DatagramDevice(socket, o);
}

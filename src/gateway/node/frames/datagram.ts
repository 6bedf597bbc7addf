// Guests whose frames are UDP datagrams: `-netdev dgram` of QEMU. One socket for all of them; each is told by where its
// datagrams come from, and gets its own back there.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { cost, DeviceBase, type QueueOptions } from '../../../link/devices/index.ts';
import { outOfRange } from '../../../options/index.ts';
import type { FramePort } from '../../port.ts';
import { hostPortText } from './address.ts';
import { type Frames, type PortArrived, Ports } from './frames.ts';

/** The most that a datagram over IPv4 carries, and what of it is no IP packet. */
const MOST_OCTETS = 65_507;
const ETHERNET_HEADER = 14;
/** Octets that the system may not have taken yet. */
const QUEUE = 1024 * 1024;
/** A guest that said nothing for so long gives its place to a new one: a datagram's sender cannot be seen to go. */
const SILENT_MS = 300_000;

/** One guest of many on a UDP socket. */
class DatagramPort extends DeviceBase implements FramePort {
  override readonly kind = 'ethernet';
  /** When it last said something. */
  heardMs = 0;
  readonly #socket: Socket;
  readonly #port: number;
  readonly #address: string;
  readonly #queue: number;
  readonly #closed: (port: DatagramPort) => void;

  constructor(
    socket: Socket,
    { port, address }: RemoteInfo,
    options: QueueOptions,
    closed: (port: DatagramPort) => void,
  ) {
    super(options);
    this.#socket = socket;
    this.#port = port;
    this.#address = address;
    this.#queue = options.queue ?? QUEUE;
    this.#closed = closed;
  }

  arrived(frame: Uint8Array, nowMs: number): void {
    this.heardMs = nowMs;
    if (frame.length < ETHERNET_HEADER) this.malformed++;
    else this.deliver(frame);
  }

  override send(frame: Uint8Array): void {
    if (this.closed || this.#socket.getSendQueueSize() + cost(frame) > this.#queue) {
      this.dropped++;
      return;
    }
    this.sent++;
    this.#socket.send(frame, this.#port, this.#address, () => {}); // who is not there will hear the next one
  }

  /** Its place is another's now. */
  forget(): void {
    this.gone(null);
  }

  close(): void {
    if (this.end()) this.#closed(this);
  }
}

class DatagramFrames implements Frames {
  readonly at: string;
  readonly #socket: Socket;
  readonly #options: QueueOptions;
  readonly #ports: Ports<DatagramPort>;
  readonly #byPlace = new Map<string, DatagramPort>();
  readonly #most: number;

  constructor(socket: Socket, options: QueueOptions, most: number, arrived: PortArrived) {
    const { address, port } = socket.address();
    this.at = `udp:${hostPortText(address, port)}`;
    this.#socket = socket;
    this.#options = options;
    this.#most = most;
    this.#ports = new Ports(most, arrived);
    socket.on('message', (frame, from) => this.#message(frame, from));
    socket.on('error', () => {}); // of one datagram
  }

  get guests(): number {
    return this.#ports.size;
  }
  get refused(): number {
    return this.#ports.refused;
  }

  #message(frame: Uint8Array, from: RemoteInfo): void {
    const place = hostPortText(from.address, from.port);
    const nowMs = performance.now();
    const port = this.#byPlace.get(place) ?? this.#newcomer(frame, place, from, nowMs);
    port?.arrived(frame, nowMs);
  }

  /** Who begins with what is no frame is no guest: vfkit says `VFKT` first, and its frames after it. */
  #newcomer(frame: Uint8Array, place: string, from: RemoteInfo, nowMs: number): DatagramPort | null {
    if (frame.length < ETHERNET_HEADER) {
      this.#ports.refused++;
      return null;
    }
    if (this.#byPlace.size >= this.#most) this.#forgetSilent(nowMs);
    if (!this.#ports.admit()) return null;
    const port = new DatagramPort(this.#socket, from, this.#options, (closed) => this.#left(place, closed));
    this.#byPlace.set(place, port);
    this.#ports.add(port, `udp from ${place}`);
    return port;
  }

  #forgetSilent(nowMs: number): void {
    for (const [place, port] of this.#byPlace) {
      if (nowMs - port.heardMs < SILENT_MS) continue;
      this.#left(place, port);
      port.forget();
    }
  }

  #left(place: string, port: DatagramPort): void {
    this.#byPlace.delete(place);
    this.#ports.delete(port);
  }

  async close(): Promise<void> {
    this.#ports.close();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** Listens for guests on a UDP port. Rejects with what node:dgram says, and with RangeError. */
export async function listenDatagrams(
  host: string,
  port: number,
  options: QueueOptions,
  mostGuests: number,
  arrived: PortArrived,
): Promise<Frames> {
  const { mtu = 1500 } = options;
  if (mtu > MOST_OCTETS - ETHERNET_HEADER)
    throw outOfRange(
      'openFrames',
      'mtu',
      mtu,
      `at most ${MOST_OCTETS - ETHERNET_HEADER}, what a datagram carries`,
    );
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  return new DatagramFrames(socket, options, mostGuests, arrived);
}

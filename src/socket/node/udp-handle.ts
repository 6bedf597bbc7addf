// The UDP handle under Node's own dgram: what dgram.js asks of the `UDP` of its udp_wrap, over a UDP socket of a host,
// with the manners of libuv on Linux: a datagram is sent inside the call, one datagram is told in a turn, and an error
// that ICMP reports is told to a connected socket once, to the call that comes first.

import { AsyncResource } from 'node:async_hooks';
import type { Host, UdpMessage, UdpProblem, UdpSendOptions, UdpSocket } from '../../host/index.ts';
import { parseAddress } from '../../wire/index.ts';
import {
  ANY_4,
  ANY_6,
  destination,
  isForMany,
  isLocal,
  isOfFamily,
  type SocketName,
  shownAs,
  unmapped,
} from './addresses.ts';
import { datagramSocketOf, uvError } from './internals.ts';
import { keepAlive } from './liveness.ts';
import { currentTurns, type Turns } from './places.ts';
import { datagramError } from './udp-errors.ts';
import { Groups } from './udp-groups.ts';
import type { BufferSizeProblem, DatagramHandle, SendArguments, Sender } from './udp-types.ts';

/** libuv's flags of bind. */
const IPV6_ONLY = 1;
const REUSE_ADDRESS = 4;
const REUSE_PORT = 8;

/** net.core.rmem_default and wmem_default, and what is the least and the most that SO_RCVBUF and SO_SNDBUF come to. */
const DEFAULT_BUFFER = 212_992;
const LEAST_RECEIVE = 2304;
const LEAST_SEND = 4608;
const MOST_BUFFER = 2 * DEFAULT_BUFFER;
/** What a datagram takes of the receive buffer beside its octets, as in Linux. */
const OVERHEAD = 768;

/** Errors that Linux tells the program of a connected socket; all others are forgotten (RFC 1122 section 4.2.3.9). */
const HARD: readonly string[] = ['ECONNREFUSED', 'ENOPROTOOPT', 'EMSGSIZE'];

/** A {@link DatagramHandle} on a host. */
export class UdpHandle implements DatagramHandle {
  readonly host: Host;
  onmessage?: (length: number, handle: object, octets?: Buffer, from?: Sender) => void;
  /** The context in which the program made the socket. */
  readonly #context: AsyncResource;
  readonly #turns: Turns = currentTurns();
  /** Whom datagrams are told to be for: this, or a handle that has this one inside. */
  readonly #outside: object;
  #socket: UdpSocket | null = null;
  #isSix = false;
  #bound = ANY_4;
  /** The group, or 255.255.255.255, that it is bound to. */
  #onlyTo: string | null = null;
  #peer: Required<SocketName> | null = null;
  /** Of a connected socket: its own address. */
  #source = '';
  #ttl = 64;
  #receiveBuffer = DEFAULT_BUFFER;
  #sendBuffer = DEFAULT_BUFFER;
  readonly #groups: Groups;
  readonly #waiting: UdpMessage[] = [];
  #waitingBytes = 0;
  /** The number of an error that nobody was told. */
  #error = 0;
  #isReceiving = false;
  #isClosed = false;
  #isRef = true;
  #counted = false;

  /** `outside`, `context`: of a handle that has this one inside. */
  constructor(host: Host, outside?: object, context: AsyncResource = new AsyncResource('SYNFIN_UDP')) {
    this.host = host;
    this.#context = context;
    this.#outside = outside ?? this;
    this.#groups = new Groups(host);
  }

  // Binding.

  bind(address: string, port: number, flags: number): number {
    return this.#bind(address, port, flags, false);
  }

  bind6(address: string, port: number, flags: number): number {
    return this.#bind(address, port, flags, true);
  }

  #bind(address: string, port: number, flags: number, isSix: boolean): number {
    if (this.#isClosed) return uvError('EBADF');
    if (this.#socket !== null || !isOfFamily(address, isSix)) return uvError('EINVAL');
    const only6 = isSix && (flags & IPV6_ONLY) !== 0;
    const plain = unmapped(address);
    if (only6 && !plain.includes(':')) return uvError('EINVAL');
    const toMany = isForMany(plain);
    if (!toMany && !isLocal(this.host, plain)) return uvError('EADDRNOTAVAIL');
    const isAny = plain === ANY_4 || plain === ANY_6 || toMany;
    const family = !plain.includes(':') ? 4 : only6 || !isAny ? 6 : undefined;
    const reuse = (flags & (REUSE_ADDRESS | REUSE_PORT)) !== 0;
    if (port !== 0 && isTaken(this.host, { address: isAny ? null : plain, family: family ?? 0, port, reuse }))
      return uvError('EADDRINUSE');
    try {
      this.#socket = this.host.udp({
        port,
        ...(isAny ? {} : { address: plain }),
        ...(isAny && family !== undefined ? { family } : {}),
        reuse,
        fragment: true,
        broadcast: 'receive',
        onMessage: (message) => this.#arrived(message),
        onError: (problem) => this.#failed(problem),
        onClose: () => this.#ended(),
      });
    } catch (error) {
      return datagramError(error);
    }
    this.#isSix = isSix;
    this.#bound = plain;
    this.#onlyTo = toMany ? plain : null;
    return 0;
  }

  /** libuv binds a socket when it is used. */
  #whenBound(isSix: boolean): UdpSocket | number {
    if (this.#isClosed) return uvError('EBADF');
    const status = this.#socket === null ? this.#bind(isSix ? ANY_6 : ANY_4, 0, 0, isSix) : 0;
    return status === 0 ? (this.#socket as UdpSocket) : status;
  }

  getsockname(out: SocketName): number {
    if (this.#socket === null) return uvError('EBADF');
    const isAny = this.#bound === ANY_4 || this.#bound === ANY_6;
    const address = isAny && this.#peer !== null ? this.#source : this.#bound;
    Object.assign(out, shownAs(address, this.#socket.port, this.#isSix));
    return 0;
  }

  // One peer.

  connect(address: string, port: number): number {
    return this.#connect(address, port, false);
  }

  connect6(address: string, port: number): number {
    return this.#connect(address, port, true);
  }

  #connect(address: string, port: number, isSix: boolean): number {
    const socket = this.#whenBound(isSix);
    if (typeof socket === 'number') return socket;
    if (this.#peer !== null) return uvError('EISCONN');
    if (!isOfFamily(address, isSix)) return uvError('EINVAL');
    const to = destination(address);
    const parsed = parseAddress(to);
    if (parsed === null) return uvError('EINVAL');
    const path = this.host.ip.path(parsed.w0, parsed.w1, parsed.w2, parsed.w3, socket.address);
    if (path === null || (socket.family !== 0 && socket.family !== parsed.family))
      return uvError('ENETUNREACH');
    try {
      socket.connect(to, port);
    } catch (error) {
      return datagramError(error);
    }
    this.#source = `${path.source}`;
    this.#peer = shownAs(to, port, this.#isSix);
    return 0;
  }

  disconnect(): number {
    if (this.#peer === null || this.#socket === null) return uvError('ENOTCONN');
    this.#socket.disconnect();
    this.#peer = null;
    this.#error = 0;
    return 0;
  }

  getpeername(out: SocketName): number {
    if (this.#socket === null) return uvError('EBADF');
    if (this.#peer === null) return uvError('ENOTCONN');
    Object.assign(out, this.#peer);
    return 0;
  }

  // Sending.

  send(...args: SendArguments): number {
    return this.#send(args, false);
  }

  send6(...args: SendArguments): number {
    return this.#send(args, true);
  }

  #send(args: SendArguments, isSix: boolean): number {
    const socket = this.#whenBound(isSix);
    if (typeof socket === 'number') return socket;
    const error = this.#error;
    this.#error = 0;
    if (error !== 0) return error;
    const octets = whole(args[1]);
    try {
      if (args.length === 4)
        socket.send(octets, undefined, undefined, this.#serviceTo(this.#peer?.address ?? ''));
      else {
        const [, , , port, address] = args;
        if (!isOfFamily(address, isSix)) return uvError('EINVAL');
        const to = destination(address);
        socket.send(octets, to, port, this.#serviceTo(to));
      }
    } catch (thrown) {
      return datagramError(thrown);
    }
    return octets.length + 1;
  }

  #serviceTo(address: string): UdpSendOptions {
    return this.#groups.serviceTo(address) ?? { ttl: this.#ttl };
  }

  /** What is sent has left: the link below has a queue of its own. */
  getSendQueueSize(): number {
    return 0;
  }
  getSendQueueCount(): number {
    return 0;
  }

  // Receiving.

  recvStart(): number {
    const socket = this.#whenBound(this.#isSix);
    if (typeof socket === 'number') return socket;
    if (this.#isReceiving) return 0;
    this.#isReceiving = true;
    this.#live();
    for (let n = this.#waiting.length + (this.#error === 0 ? 0 : 1); n > 0; n--) this.#schedule();
    return 0;
  }

  recvStop(): number {
    this.#isReceiving = false;
    this.#live();
    return 0;
  }

  #arrived(message: UdpMessage): void {
    if (this.#onlyTo !== null && message.localAddress !== this.#onlyTo) return;
    if (this.#groups.refuses(message)) return;
    const taken = message.data.length + OVERHEAD;
    if (this.#waitingBytes + taken > this.#receiveBuffer) {
      (this.#socket as UdpSocket).dropped++;
      this.host.counters.udpDropped++;
      return;
    }
    this.#waitingBytes += taken;
    this.#waiting.push(message);
    this.#schedule();
  }

  #failed({ error }: UdpProblem): void {
    if (this.#peer === null || !HARD.includes(error.code)) return;
    this.#error = datagramError(error);
    this.#schedule();
  }

  /** By us, or with the host: then as if the program had closed its socket. */
  #ended(): void {
    if (!this.#isClosed && !this.#turns.isOver) datagramSocketOf(this.#outside)?.close();
  }

  #schedule(): void {
    if (this.#isReceiving) this.#turns.later((handle) => handle.#deliver(), this);
  }

  /** One datagram, or an error: what a program does at `nextTick` about it comes before the next one. */
  #deliver(): void {
    if (!this.#isReceiving || this.#isClosed) return;
    const error = this.#error;
    if (error !== 0) {
      this.#error = 0;
      this.#tell(error);
      return;
    }
    const message = this.#waiting.shift();
    if (message === undefined) return;
    const { data, address, port } = message;
    this.#waitingBytes -= data.length + OVERHEAD;
    const octets = Buffer.from(data.buffer, data.byteOffset, data.length);
    this.#tell(octets.length, octets, { ...shownAs(address, port, this.#isSix), size: octets.length });
  }

  #tell(length: number, octets?: Buffer, from?: Sender): void {
    const handle = this.#outside as { onmessage?: UdpHandle['onmessage'] };
    this.#context.runInAsyncScope(() => handle.onmessage?.(length, handle, octets, from));
  }

  // Settings.

  setTTL(ttl: number): number {
    if (ttl < 1 || ttl > 255) return uvError('EINVAL');
    if (this.#socket === null) return uvError('EBADF');
    this.#ttl = Math.trunc(ttl);
    return 0;
  }

  setBroadcast(on: number): number {
    if (this.#socket === null) return uvError('EBADF');
    this.#socket.broadcast = on !== 0;
    return 0;
  }

  bufferSize(size: number, isReceive: boolean, problem: BufferSizeProblem): number | undefined {
    const isWrong = (size | 0) !== size;
    if (isWrong || this.#socket === null) {
      const code = isWrong ? 'EINVAL' : 'EBADF';
      const message = isWrong ? 'invalid argument' : 'bad file descriptor';
      const syscall = isReceive ? 'uv_recv_buffer_size' : 'uv_send_buffer_size';
      Object.assign(problem, { errno: uvError(code), code, message, syscall });
      return undefined;
    }
    if (size !== 0) {
      // As Linux: twice of what was asked for.
      const least = isReceive ? LEAST_RECEIVE : LEAST_SEND;
      const granted = Math.min(Math.max(2 * size, least), MOST_BUFFER);
      if (isReceive) this.#receiveBuffer = granted;
      else this.#sendBuffer = granted;
      return size;
    }
    return isReceive ? this.#receiveBuffer : this.#sendBuffer;
  }

  /** A descriptor cannot be had: this is no socket of the kernel. */
  open(): number {
    return uvError('EINVAL');
  }
  get fd(): number {
    return -1;
  }

  // Groups.

  setMulticastTTL(ttl: number): number {
    if (ttl < 0 || ttl > 255) return uvError('EINVAL');
    if (this.#socket === null) return uvError('EBADF');
    this.#groups.ttl = Math.trunc(ttl);
    return 0;
  }

  setMulticastLoopback(on: number): number {
    if (this.#socket === null) return uvError('EBADF');
    this.#groups.loop = on !== 0;
    return 0;
  }

  setMulticastInterface(address: string): number {
    return this.#socket === null ? uvError('EBADF') : this.#groups.setInterface(address, this.#isSix);
  }

  addMembership(group: string, interfaceAddress?: string): number {
    const socket = this.#whenBound(group.includes(':'));
    if (typeof socket === 'number') return socket;
    return this.#groups.add(socket, group, interfaceAddress);
  }

  addSourceSpecificMembership(source: string, group: string, interfaceAddress?: string): number {
    const socket = this.#whenBound(group.includes(':'));
    if (typeof socket === 'number') return socket;
    return this.#groups.addSource(socket, source, group, interfaceAddress);
  }

  dropMembership(group: string): number {
    return this.#socket === null ? uvError('EBADF') : this.#groups.drop(this.#socket, group);
  }

  dropSourceSpecificMembership(source: string, group: string): number {
    return this.#socket === null ? uvError('EBADF') : this.#groups.dropSource(this.#socket, source, group);
  }

  // Its end, and whether the process lives on for it, as for libuv's: while it receives.

  close(callback?: () => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isReceiving = false;
    this.#waiting.length = 0;
    this.#live();
    this.#socket?.close();
    if (callback !== undefined)
      this.#turns.later(() => this.#context.runInAsyncScope(() => callback.call(this)), null);
  }

  ref(): void {
    this.#isRef = true;
    this.#live();
  }
  unref(): void {
    this.#isRef = false;
    this.#live();
  }
  hasRef(): boolean {
    return this.#isRef && !this.#isClosed;
  }

  getAsyncId(): number {
    return this.#context.asyncId();
  }

  #live(): void {
    const wanted = this.#isReceiving && this.#isRef;
    if (wanted === this.#counted || !this.#turns.keepAlive) return;
    this.#counted = wanted;
    keepAlive(wanted ? 1 : -1);
  }
}

interface Place {
  readonly address: string | null;
  readonly family: 0 | 4 | 6;
  readonly port: number;
  readonly reuse: boolean;
}

/** To Linux a socket on every address of a family and one on an address of it are in each other's way. */
function isTaken(host: Host, { address, family, port, reuse }: Place): boolean {
  return host.udpSockets.some((other) => {
    if (other.port !== port || (reuse && other.reuse)) return false;
    const own = address === null ? family : address.includes(':') ? 6 : 4;
    if (own !== 0 && other.family !== 0 && own !== other.family) return false;
    return address === null || other.address === null || `${other.address}` === address;
  });
}

/** The octets of a list of buffers. */
function whole(list: readonly ArrayBufferView[]): Uint8Array {
  const parts = list.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

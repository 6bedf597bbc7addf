// The UDP handle that `register` puts in the place of Node's. A socket has one side until it is used otherwise: synfin's or
// the kernel's, by the address that it is bound to; with the first datagram to an address of the other side it gets that
// one, too, with a port of its own there. What both sides hear is told to the one socket.

import { AsyncResource } from 'node:async_hooks';
import type { Host } from '../../host/index.ts';
import { ANY_4, ANY_6, isForMany, type SocketName, unmapped } from './addresses.ts';
import { uvError } from './internals.ts';
import { currentHost, currentTurns, type Redirects, type Turns } from './places.ts';
import { UdpHandle } from './udp-handle.ts';
import type { BufferSizeProblem, DatagramHandle, SendArguments, Sender } from './udp-types.ts';

/** Node's own class. */
export type KernelDatagramClass = new () => DatagramHandle & {
  open(fd: number): number;
  readonly fd: number;
};
type KernelDatagram = InstanceType<KernelDatagramClass>;

/** What `register` decides with. */
export interface DatagramRegistry {
  readonly redirects: Redirects;
  /** The host of code that runs on none in particular. */
  readonly host: Host;
  readonly Kernel: KernelDatagramClass;
}

type Side = 'ours' | 'kernel';
type Setting = (handle: DatagramHandle) => number;

/** A {@link DatagramHandle} that is synfin's, the kernel's, or both. */
export class HybridUdp implements DatagramHandle {
  onmessage?: (length: number, handle: object, octets?: Buffer, from?: Sender) => void;
  onerror?: (...args: unknown[]) => void;
  readonly #registry: DatagramRegistry;
  /** The host that the code is on that made it; null: on none in particular. */
  readonly #placed: Host | null;
  /** The context in which the program made the socket: its sides are made later. */
  readonly #context = new AsyncResource('SYNFIN_UDP');
  readonly #turns: Turns = currentTurns();
  readonly #sides = new Map<Side, DatagramHandle>();
  /** The side that it was bound on. */
  #first: Side | null = null;
  /** The side of its peer. */
  #connected: Side | null = null;
  #isSix = false;
  /** What was set: a side that comes later gets it, too. */
  readonly #settings = new Map<string, Setting>();
  #isReceiving = false;
  #isRef = true;
  #isClosed = false;

  constructor(registry: DatagramRegistry) {
    this.#registry = registry;
    this.#placed = currentHost();
  }

  #isPlaced(): boolean {
    return this.#placed !== null && !this.#registry.redirects.isOver;
  }

  /** Whose an address is that something is sent to. */
  #sideOf(address: string): Side {
    const { redirects } = this.#registry;
    if (this.#isPlaced() || redirects.has(address)) return 'ours';
    // What is for many leaves by where the socket is.
    return isForMany(unmapped(address)) && this.#first !== null ? this.#first : 'kernel';
  }

  #sideOfLocal(address: string): Side {
    const isAny = isForMany(unmapped(address));
    return this.#isPlaced() || this.#registry.redirects.hasLocal(isAny ? ANY_4 : address) ? 'ours' : 'kernel';
  }

  #made(side: Side): DatagramHandle {
    const { host, Kernel } = this.#registry;
    const handle = side === 'ours' ? new UdpHandle(this.#placed ?? host, this, this.#context) : new Kernel();
    if (side === 'kernel') {
      handle.onmessage = (length, _handle, octets, from) =>
        this.#context.runInAsyncScope(() => this.onmessage?.(length, this, octets, from));
      (handle as KernelDatagram & { onerror?: unknown }).onerror = (
        length: number,
        _handle: object,
        error: unknown,
      ) => this.onerror?.(length, this, error);
    }
    if (!this.#isRef) handle.unref();
    this.#sides.set(side, handle);
    return handle;
  }

  /** The side for an address; a number: why there is none. */
  #sideTo(address: string): DatagramHandle | number {
    const side = this.#sideOf(address);
    const there = this.#sides.get(side);
    if (there !== undefined) return there;
    const handle = this.#made(side);
    const status = this.#isSix ? handle.bind6(ANY_6, 0, 0) : handle.bind(ANY_4, 0, 0);
    if (status !== 0) {
      this.#sides.delete(side);
      handle.close();
      return status;
    }
    this.#first ??= side;
    for (const setting of this.#settings.values()) setting(handle);
    if (this.#isReceiving) handle.recvStart();
    return handle;
  }

  get #main(): DatagramHandle | undefined {
    const side = this.#connected ?? this.#first;
    return side === null ? undefined : this.#sides.get(side);
  }

  // Binding.

  bind(address: string, port: number, flags: number): number {
    return this.#bind(address, false, (handle) => handle.bind(address, port, flags));
  }
  bind6(address: string, port: number, flags: number): number {
    return this.#bind(address, true, (handle) => handle.bind6(address, port, flags));
  }
  /** A descriptor is the kernel's. */
  open(fd: number): number {
    return this.#bind('', false, (handle) => (handle as KernelDatagram).open(fd), 'kernel');
  }

  #bind(address: string, isSix: boolean, bind: Setting, side: Side = this.#sideOfLocal(address)): number {
    if (this.#isClosed) return uvError('EBADF');
    if (this.#first !== null) return uvError('EINVAL');
    const handle = this.#made(side);
    const status = bind(handle);
    if (status !== 0) {
      this.#sides.delete(side);
      handle.close();
      return status;
    }
    this.#isSix = isSix;
    this.#first = side;
    return 0;
  }

  getsockname(out: SocketName): number {
    return this.#main?.getsockname(out) ?? uvError('EBADF');
  }
  get fd(): number {
    const kernel = this.#sides.get('kernel') as KernelDatagram | undefined;
    return kernel?.fd ?? -1;
  }

  // One peer: the side of it alone is heard.

  connect(address: string, port: number): number {
    return this.#connect(address, false, (handle) => handle.connect(address, port));
  }
  connect6(address: string, port: number): number {
    return this.#connect(address, true, (handle) => handle.connect6(address, port));
  }

  #connect(address: string, isSix: boolean, connect: Setting): number {
    if (this.#isClosed) return uvError('EBADF');
    if (this.#connected !== null) return uvError('EISCONN');
    if (this.#first === null) this.#isSix = isSix;
    const handle = this.#sideTo(address);
    const status = typeof handle === 'number' ? handle : connect(handle);
    if (status !== 0) return status;
    this.#connected = this.#sideOf(address);
    this.#listen();
    return 0;
  }

  disconnect(): number {
    if (this.#connected === null) return uvError('ENOTCONN');
    const status = this.#main?.disconnect() ?? uvError('EBADF');
    this.#connected = null;
    this.#listen();
    return status;
  }

  getpeername(out: SocketName): number {
    return this.#main?.getpeername(out) ?? uvError('EBADF');
  }

  // Sending and receiving.

  send(...args: SendArguments): number {
    return this.#send(args, false);
  }
  send6(...args: SendArguments): number {
    return this.#send(args, true);
  }

  #send(args: SendArguments, isSix: boolean): number {
    if (this.#isClosed) return uvError('EBADF');
    if (this.#first === null) this.#isSix = isSix;
    const handle = args.length === 4 ? (this.#main ?? uvError('EBADF')) : this.#sideTo(args[4]);
    if (typeof handle === 'number') return handle;
    return isSix ? handle.send6(...args) : handle.send(...args);
  }

  recvStart(): number {
    this.#isReceiving = true;
    return this.#listen();
  }
  recvStop(): number {
    this.#isReceiving = false;
    return this.#listen();
  }

  /** Every side receives, or that of the peer alone. */
  #listen(): number {
    let status = 0;
    for (const [side, handle] of this.#sides) {
      const isHeard = this.#isReceiving && (this.#connected === null || this.#connected === side);
      const each = isHeard ? handle.recvStart() : handle.recvStop();
      if (each !== 0) status = each;
    }
    return status;
  }

  getSendQueueSize(): number {
    return this.#sides.get('kernel')?.getSendQueueSize() ?? 0;
  }
  getSendQueueCount(): number {
    return this.#sides.get('kernel')?.getSendQueueCount() ?? 0;
  }

  // Settings.

  #set(name: string, setting: Setting): number {
    if (this.#main === undefined) return uvError('EBADF');
    let status = 0;
    for (const handle of this.#sides.values()) {
      const each = setting(handle);
      if (each !== 0) status = each;
    }
    if (status === 0) this.#settings.set(name, setting);
    return status;
  }

  setTTL(ttl: number): number {
    return this.#set('setTTL', (handle) => handle.setTTL(ttl));
  }
  setBroadcast(on: number): number {
    return this.#set('setBroadcast', (handle) => handle.setBroadcast(on));
  }
  setMulticastTTL(ttl: number): number {
    return this.#set('setMulticastTTL', (handle) => handle.setMulticastTTL(ttl));
  }
  setMulticastLoopback(on: number): number {
    return this.#set('setMulticastLoopback', (handle) => handle.setMulticastLoopback(on));
  }

  bufferSize(size: number, isReceive: boolean, problem: BufferSizeProblem): number | undefined {
    const handle = this.#main ?? new UdpHandle(this.#registry.host); // one that is not bound says what is wrong
    const answer = handle.bufferSize(size, isReceive, problem);
    if (size === 0 || answer === undefined) return answer;
    const setting: Setting = (each) => each.bufferSize(size, isReceive, {}) ?? 0;
    this.#settings.set(`bufferSize ${isReceive}`, setting);
    for (const each of this.#sides.values()) if (each !== handle) setting(each);
    return answer;
  }

  // Groups are joined where the socket is.

  setMulticastInterface(address: string): number {
    return this.#main?.setMulticastInterface(address) ?? uvError('EBADF');
  }
  addMembership(group: string, interfaceAddress?: string): number {
    return this.#inGroup(group, (handle) => handle.addMembership(group, interfaceAddress));
  }
  dropMembership(group: string, interfaceAddress?: string): number {
    return this.#inGroup(group, (handle) => handle.dropMembership(group, interfaceAddress));
  }
  addSourceSpecificMembership(source: string, group: string, interfaceAddress?: string): number {
    return this.#inGroup(group, (handle) =>
      handle.addSourceSpecificMembership(source, group, interfaceAddress),
    );
  }
  dropSourceSpecificMembership(source: string, group: string, interfaceAddress?: string): number {
    return this.#inGroup(group, (handle) =>
      handle.dropSourceSpecificMembership(source, group, interfaceAddress),
    );
  }

  /** libuv binds a socket that joins. */
  #inGroup(group: string, call: Setting): number {
    if (this.#isClosed) return uvError('EBADF');
    if (this.#first === null) {
      const isSix = group.includes(':');
      const status = isSix ? this.bind6(ANY_6, 0, 0) : this.bind(ANY_4, 0, 0);
      if (status !== 0) return status;
    }
    return call(this.#main as DatagramHandle);
  }

  // Its end.

  close(callback?: () => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const handle of this.#sides.values()) handle.close();
    this.#sides.clear();
    if (callback !== undefined)
      this.#turns.later(() => this.#context.runInAsyncScope(() => callback.call(this)), null);
  }

  ref(): void {
    this.#isRef = true;
    for (const handle of this.#sides.values()) handle.ref();
  }
  unref(): void {
    this.#isRef = false;
    for (const handle of this.#sides.values()) handle.unref();
  }
  hasRef(): boolean {
    return this.#isRef && !this.#isClosed;
  }
  getAsyncId(): number {
    return this.#context.asyncId();
  }
}

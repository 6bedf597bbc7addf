// A TUN interface: IP packets between the kernel and a Memory, without a copy on our side. One read() or
// write() per packet; libuv says when there is something to read (uv_poll), then up to a batch is drained.
// Linux: Documentation/networking/tuntap.rst.

import { closeSync, constants, openSync } from 'node:fs';
import { func, needed, Schema, text, whole } from '../../options/index.ts';
import { type Memory, memoryKind } from '../../wire/index.ts';
import { setLink } from './config.ts';
import { fromNodeError, systemError, TunError } from './errors.ts';
import { type Libc, loadLibc, type PollHandle, pinnedBytes } from './libc.ts';

const TUNSETIFF = 0x400454ca;
/** Packets that `catchUp` reads at most: the kernel's queue. */
const CATCH_UP = 8192;
const IFF_TUN = 0x0001;
/** No "packet information" before each packet: bytes are the IP packet and nothing else. */
const IFF_NO_PI = 0x1000;

/** sizeof(struct ifreq) on 64-bit Linux; the name takes the first 16 bytes, with its zero. */
const IFREQ_BYTES = 40;
const NAME_BYTES = 16;

/**
 * Bytes in front of a packet on the file descriptor: none. With IFF_VNET_HDR (checksum and segmentation
 * offload) a virtio_net_hdr of 10 bytes stands there; openTun would set the flag, and reads and writes
 * start that much before the packet.
 */
const PREFIX_BYTES = 0;

/** The largest IP packet, and so the largest read. */
const READ_BYTES = 65536;

const EAGAIN = 11;
const ENOMEM = 12;
const EINTR = 4;
const ENOBUFS = 105;

/** Who gets what the kernel sends into the interface. */
export interface TunReceiver {
  /** A packet; the block belongs to the device and is overwritten by the next one: copy what must stay. */
  receive(off: number, len: number): void;
  /** After the last packet of a batch: the moment to send what the batch made due. */
  batchEnd(): void;
}

/** What went through a device; packets unless said otherwise. */
export interface TunCounters {
  rxPackets: number;
  rxBytes: number;
  txPackets: number;
  txBytes: number;
  /** Packets that the kernel had no room for. */
  txDropped: number;
  /** Packets that the kernel refused: not an IP packet, or the interface is down. `lastError` has the last. */
  txErrors: number;
  /** Times that libuv woke us. */
  wakes: number;
  /** Batches drained: `rxPackets / batches` is what a wake is worth. */
  batches: number;
}

/** Options of {@link openTun}. */
export interface TunOptions {
  /** Where packets are read to and written from. */
  memory: Memory;
  /** At most 15 bytes. A '%d' becomes the first free number. Default 'synfin%d'. */
  name?: string;
  /** Bytes of the largest packet either side sends, 68..65535 (IPv6 needs 1280). Default 1500. */
  mtu?: number;
  /** Packets read per turn of the event loop. Default 64. */
  batch?: number;
  /**
   * After a turn with packets, look again for this many turns of the event loop without sleeping: less
   * latency, a busy CPU. Default 0.
   */
  busyTurns?: number;
  /** The interface is gone; the device closed itself. Without a handler the error is thrown uncaught. */
  onError?: (error: TunError) => void;
}

/** What {@link TunOptions} may hold. */
export const tunOptions = new Schema<TunOptions>('openTun', {
  memory: needed(memoryKind),
  name: text,
  mtu: whole(68, 65_535),
  batch: whole(1),
  busyTurns: whole(0),
  onError: func,
});

/** An open TUN interface, not persistent: closing the device deletes it. See {@link openTun}. */
export class TunDevice {
  /** The interface's name, as the kernel chose it. */
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  readonly memory: Memory;
  readonly counters: TunCounters = {
    rxPackets: 0,
    rxBytes: 0,
    txPackets: 0,
    txBytes: 0,
    txDropped: 0,
    txErrors: 0,
    wakes: 0,
    batches: 0,
  };
  #libc: Libc;
  #fd: number;
  #batch: number;
  #busyTurns: number;
  #onError: ((error: TunError) => void) | undefined;
  #block: number;
  /** The address of `memory.u8[0]`, true for `#generation`. */
  #base = 0;
  #generation = -1;
  #receiver: TunReceiver | null = null;
  #poll: PollHandle | null = null;
  #polling = false;
  #paused = false;
  #closed = false;
  #draining = false;
  #scheduled = false;
  #referenced = true;
  #turnsLeft = 0;
  #lastErrno = 0;
  readonly #onReadable: () => void;
  readonly #onTurn: () => void;

  /** Not for callers: {@link openTun} makes devices. */
  constructor(libc: Libc, fd: number, name: string, mtu: number, block: number, options: TunOptions) {
    this.name = name;
    this.mtu = mtu;
    this.memory = options.memory;
    this.#libc = libc;
    this.#fd = fd;
    this.#block = block;
    this.#batch = Math.max(1, options.batch ?? 64);
    this.#busyTurns = options.busyTurns ?? 0;
    this.#onError = options.onError;
    this.#onReadable = () => {
      this.counters.wakes++;
      this.#schedule();
    };
    this.#onTurn = () => this.#turn();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Why the last packet counted in `txErrors` was refused. */
  get lastError(): TunError | undefined {
    return this.#lastErrno === 0 ? undefined : systemError(`writing to ${this.name}`, this.#lastErrno);
  }

  /** Starts reading, and hands every packet to `receiver` from now on. */
  onPackets(receiver: TunReceiver): void {
    this.#receiver = receiver;
    if (!this.#paused) this.#listen();
  }

  /**
   * Gives one IP packet to the kernel; the block stays the caller's. False when the packet was lost (no
   * room, refused, closed): a network loses packets, so this never throws, it counts.
   */
  write(off: number, len: number): boolean {
    if (this.#closed) return false;
    if (this.#generation !== this.memory.generation) this.#rebase();
    const n = this.#libc.write(this.#fd, this.#base + off - PREFIX_BYTES, len + PREFIX_BYTES);
    if (n >= 0) {
      this.counters.txPackets++;
      this.counters.txBytes += len;
      return true;
    }
    const errno = this.#libc.errno();
    if (errno === EAGAIN || errno === ENOBUFS || errno === ENOMEM || errno === EINTR) {
      this.counters.txDropped++;
    } else {
      this.counters.txErrors++;
      this.#lastErrno = errno;
    }
    return false;
  }

  /** What a host calls: writes a packet whose block, of `memory.alloc(len)`, becomes ours, and frees it. */
  transmit(off: number, len: number): void {
    this.write(off, len);
    this.memory.free(off, len);
  }

  /** Stops reading: the kernel queues up to the interface's queue length, then drops. */
  pause(): void {
    this.#paused = true;
    if (this.#poll !== null && this.#polling) this.#poll.stop();
    this.#polling = false;
  }

  /** Reads again after {@link pause}. */
  resume(): void {
    this.#paused = false;
    if (this.#receiver !== null) this.#listen();
  }

  /** The open device keeps the process alive (the default), or not. */
  ref(): void {
    this.#referenced = true;
    if (!this.#closed) this.#poll?.ref();
  }

  /** See {@link ref}. */
  unref(): void {
    this.#referenced = false;
    if (!this.#closed) this.#poll?.unref();
  }

  /** Deletes the interface, its addresses and its routes. Calling it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#poll?.close();
    this.#poll = null;
    closeSync(this.#fd);
    if (!this.#draining) this.memory.free(this.#block, READ_BYTES);
  }

  #rebase(): void {
    this.#base = this.#libc.addressOf(this.memory.u8);
    this.#generation = this.memory.generation;
  }

  #listen(): void {
    if (this.#closed || this.#polling) return;
    this.#polling = true;
    if (this.#poll === null) {
      this.#poll = this.#libc.poll(this.#fd, this.#onReadable);
      if (!this.#referenced) this.#poll.unref();
    } else {
      this.#poll.start({ readable: true }, this.#onReadable);
    }
  }

  // What koffi's callback throws is lost, and the polling with it. An immediate runs in the same turn of
  // the event loop, and an exception of the receiver becomes an ordinary uncaught one.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#onTurn);
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#closed || this.#paused) return;
    const count = this.#drain(this.#batch);
    if (this.#busyTurns === 0 || this.#closed || this.#paused) return;
    if (count > 0) this.#turnsLeft = this.#busyTurns;
    else this.#turnsLeft--;
    if (this.#turnsLeft > 0) this.#schedule();
  }

  /**
   * Takes what waits in the kernel's queue now, as one batch. For whoever is about to run timers: after a
   * pause of this process the answers that would have stopped them are in the queue.
   */
  catchUp(): void {
    if (!this.#polling || this.#paused || this.#closed || this.#draining) return;
    this.#drain(CATCH_UP);
  }

  /** Reads until the queue is empty or the batch is full; the number of packets. */
  #drain(most: number): number {
    const { memory, counters } = this;
    const receiver = this.#receiver as TunReceiver;
    const block = this.#block;
    let count = 0;
    let errno = 0;
    this.#draining = true;
    try {
      while (count < most && !this.#paused && !this.#closed) {
        if (this.#generation !== memory.generation) this.#rebase();
        const n = this.#libc.read(this.#fd, this.#base + block, READ_BYTES);
        if (n <= PREFIX_BYTES) {
          if (n < 0) errno = this.#libc.errno();
          break;
        }
        count++;
        counters.rxPackets++;
        counters.rxBytes += n - PREFIX_BYTES;
        receiver.receive(block + PREFIX_BYTES, n - PREFIX_BYTES);
      }
      if (count > 0) {
        counters.batches++;
        receiver.batchEnd();
      }
    } finally {
      this.#draining = false;
      if (this.#closed) memory.free(block, READ_BYTES);
    }
    if (errno !== 0 && errno !== EAGAIN && errno !== EINTR) this.#fail(errno);
    return count;
  }

  #fail(errno: number): void {
    this.close();
    const error = systemError(`reading from ${this.name}`, errno);
    if (this.#onError === undefined) throw error;
    this.#onError(error);
  }
}

/** ioctl(TUNSETIFF): makes `fd` a queue of the interface; the name that the kernel gave it. */
function attach(libc: Libc, fd: number, name: string): string {
  const ifreq = pinnedBytes(IFREQ_BYTES);
  const bytes = new TextEncoder().encode(name);
  if (bytes.length === 0 || bytes.length >= NAME_BYTES) {
    throw new TunError('EINVAL', `an interface name has 1 to 15 bytes: '${name}'`);
  }
  ifreq.set(bytes);
  new Uint16Array(ifreq.buffer, NAME_BYTES, 1)[0] = IFF_TUN | IFF_NO_PI;
  if (libc.ioctl(fd, TUNSETIFF, libc.addressOf(ifreq)) < 0) {
    throw systemError(`making the TUN interface ${name}`, libc.errno());
  }
  return new TextDecoder().decode(ifreq.subarray(0, ifreq.indexOf(0)));
}

/**
 * Makes a TUN interface and opens it. It has no address and is down until
 * {@link configureInterface}. Rejects with a {@link TunError}.
 */
export async function openTun(options: TunOptions): Promise<TunDevice> {
  tunOptions.check(options);
  const libc = await loadLibc();
  const mtu = options.mtu ?? 1500;
  let fd: number;
  try {
    fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    throw fromNodeError('opening /dev/net/tun', error);
  }
  try {
    const name = attach(libc, fd, options.name ?? 'synfin%d');
    setLink(libc, name, { mtu });
    const block = options.memory.alloc(READ_BYTES);
    if (block === 0) throw new TunError('ENOMEM', 'the Memory has no room for a read block of 64 KiB');
    return new TunDevice(libc, fd, name, mtu, block, options);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

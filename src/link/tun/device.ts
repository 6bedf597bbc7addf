// A TUN interface: IP packets between the kernel and a Memory, without a copy on our side. One read() or
// write() per packet; libuv says when there is something to read (uv_poll), then up to a batch is drained.
// With offload (IFF_VNET_HDR) a packet may stand for many TCP segments, and checksums may be partial: see vnet.ts.
// Linux: Documentation/networking/tuntap.rst.

import { closeSync } from 'node:fs';
import { flag, func, needed, Schema, text, whole } from '../../options/index.ts';
import { type Memory, memoryKind, Offload } from '../../wire/index.ts';
import { systemError, type TunError } from './errors.ts';
import { JOIN_BYTES, Joiner } from './join.ts';
import { type Libc, type PollHandle, pinnedBytes } from './libc.ts';
import { LITTLE_ENDIAN, readVnetHeader, VNET_HEADER_BYTES, writeVnetHeader } from './vnet.ts';

/** Packets that `catchUp` reads at most: the kernel's queue. */
const CATCH_UP = 8192;

/**
 * How often a turn that polls looks for a packet: a look is a third of what a turn of the event loop costs, and a packet
 * waits for half of the time between two.
 */
const LOOKS = 8;

/** The largest IP packet. */
const PACKET_BYTES = 65536;
/** Before the packet in a block of a device with offload: the header ends there, and the packet is on a whole word. */
const HEADROOM = 16;

/** The largest packet that stands for several: with its headers an IPv4 packet still. */
export const GSO_OCTETS = 65_535;

/** sizeof(struct iovec) on 64-bit Linux. */
const IOVEC_BYTES = 16;

const EAGAIN = 11;
const ENOMEM = 12;
const EINTR = 4;
const ENOBUFS = 105;

/** Who gets what the kernel sends into the interface. */
export interface TunReceiver {
  /**
   * A packet; the block belongs to the device and is overwritten by the next one: copy what must stay. `offload`, of
   * a device with offload: what the kernel says beside it, likewise.
   */
  receive(off: number, len: number, offload?: Offload | null): void;
  /** After the last packet of a batch: the moment to send what the batch made due. */
  batchEnd(): void;
}

/** What went through a device; packets unless said otherwise. */
export interface TunCounters {
  rxPackets: number;
  rxBytes: number;
  txPackets: number;
  txBytes: number;
  /** Packets that stood for several TCP segments (`rxPackets` and `txPackets` are the kernel's, before `gro`). */
  rxGso: number;
  txGso: number;
  /** Packets from the kernel with a virtio_net_hdr that was not asked for. */
  rxErrors: number;
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
   * After a turn with packets, look again for this many turns of the event loop without sleeping, some times in each: less
   * latency, a busy CPU. Default 0.
   */
  busyTurns?: number;
  /**
   * IFF_VNET_HDR: packets come with partial checksums, and TCP segments of up to 64 KiB that stand for several; the
   * same may be written. What a packet is, its {@link Offload} says. Where the kernel cannot, `offload` of the device
   * is false. Default false.
   */
  offload?: boolean;
  /**
   * IFF_NAPI: a thread of the kernel takes what is written, joins it to larger segments (GRO) and works on it while this
   * program writes on: for packets of one segment. What is written is not processed yet when `write` returns. Only
   * where /sys tells of this interface and may be written to; else as without. Default false.
   */
  napi?: boolean;
  /**
   * Segments of a batch that follow each other are joined to one that stands for them (GRO), of a device without
   * offload. Default false.
   */
  gro?: boolean;
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
  offload: flag,
  napi: flag,
  gro: flag,
  onError: func,
});

/** What became of ioctl(TUNSETIFF). */
export interface Attached {
  /** The name that the kernel gave the interface. */
  readonly name: string;
  readonly offload: boolean;
}

/** Octets of the block that packets are read to. */
export function blockBytes({ offload }: Attached, gro: boolean): number {
  if (offload) return HEADROOM + PACKET_BYTES;
  return gro ? JOIN_BYTES : PACKET_BYTES;
}

/** An open TUN interface, not persistent: closing the device deletes it. See {@link openTun}. */
export class TunDevice {
  /** The interface's name, as the kernel chose it. */
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  readonly memory: Memory;
  /** Whether packets may stand for several, and have partial checksums; see {@link TunOptions}. */
  readonly offload: boolean;
  /** For the host: see `LinkOffload`. */
  readonly gso: { readonly maxOctets: number } | null;
  readonly counters: TunCounters = {
    rxPackets: 0,
    rxBytes: 0,
    txPackets: 0,
    txBytes: 0,
    rxGso: 0,
    txGso: 0,
    rxErrors: 0,
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
  readonly #blockBytes: number;
  readonly #headroom: number;
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
  /** Octets before each packet on the file descriptor. */
  readonly #prefix: number;
  readonly #rx = new Offload();
  readonly #joiner: Joiner | null;
  /** The virtio_net_hdr of the packet that is written, and two struct iovec: the header's and the packet's. */
  readonly #header = new DataView(pinnedBytes(VNET_HEADER_BYTES).buffer);
  readonly #vector = new DataView(pinnedBytes(2 * IOVEC_BYTES).buffer);
  readonly #vectorAt: number;
  readonly #onReadable: () => void;
  readonly #onTurn: () => void;

  /** Not for callers: {@link openTun} makes devices. */
  constructor(libc: Libc, fd: number, attached: Attached, mtu: number, block: number, options: TunOptions) {
    const { name, offload } = attached;
    this.name = name;
    this.offload = offload;
    this.gso = offload ? { maxOctets: GSO_OCTETS } : null;
    this.#prefix = offload ? VNET_HEADER_BYTES : 0;
    this.mtu = mtu;
    this.memory = options.memory;
    this.#libc = libc;
    this.#fd = fd;
    this.#block = block;
    this.#blockBytes = blockBytes(attached, options.gro ?? false);
    this.#headroom = offload ? HEADROOM : 0;
    this.#batch = Math.max(1, options.batch ?? 64);
    this.#busyTurns = options.busyTurns ?? 0;
    this.#onError = options.onError;
    this.#joiner =
      options.gro === true && !offload
        ? new Joiner(options.memory, block, (off, len, said) => this.#joined(off, len, said))
        : null;
    this.#onReadable = () => {
      this.counters.wakes++;
      this.#schedule();
    };
    this.#onTurn = () => this.#turn();
    this.#vectorAt = libc.addressOf(new Uint8Array(this.#vector.buffer));
    setAddress(this.#vector, 0, libc.addressOf(new Uint8Array(this.#header.buffer)));
    setAddress(this.#vector, 8, VNET_HEADER_BYTES);
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
   * room, refused, closed): a network loses packets, so this never throws, it counts. `offload`: what the kernel has
   * to do with it, of a device with offload.
   */
  write(off: number, len: number, offload: Offload | null = null): boolean {
    if (this.#closed) return false;
    if (this.#generation !== this.memory.generation) this.#rebase();
    const at = this.#base + off;
    const n = this.offload ? this.#writeVnet(at, off, len, offload) : this.#libc.write(this.#fd, at, len);
    if (n >= 0) {
      const { counters } = this;
      counters.txPackets++;
      counters.txBytes += len;
      if (offload !== null && offload.gsoSize !== 0) counters.txGso++;
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

  #writeVnet(at: number, off: number, len: number, offload: Offload | null): number {
    writeVnetHeader(this.#header, offload, this.memory, off);
    setAddress(this.#vector, IOVEC_BYTES, at);
    setAddress(this.#vector, IOVEC_BYTES + 8, len);
    return this.#libc.writev(this.#fd, this.#vectorAt, 2);
  }

  /** What a host calls: writes a packet whose block, of `memory.alloc(len)`, becomes ours, and frees it. */
  transmit(off: number, len: number, offload: Offload | null = null): void {
    this.write(off, len, offload);
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
    if (!this.#draining) this.memory.free(this.#block, this.#blockBytes);
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

  // What a callback of libuv throws is lost, and the polling with it. An immediate runs in the same turn of
  // the event loop, and an exception of the receiver becomes an ordinary uncaught one.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#onTurn);
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#closed || this.#paused) return;
    let count = this.#drain(this.#batch);
    if (this.#busyTurns === 0) return;
    for (let looks = 1; count === 0 && looks < LOOKS && !this.#closed && !this.#paused; looks++)
      count = this.#drain(this.#batch);
    if (this.#closed || this.#paused) return;
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
    const prefix = this.#prefix;
    const joiner = this.#joiner;
    let at = this.#block + this.#headroom;
    let count = 0;
    let errno = 0;
    this.#draining = true;
    try {
      while (count < most && !this.#paused && !this.#closed) {
        if (this.#generation !== memory.generation) this.#rebase();
        if (joiner !== null) at = joiner.place();
        const n = this.#libc.read(this.#fd, this.#base + at - prefix, prefix + PACKET_BYTES) - prefix;
        if (n <= 0) {
          if (n < -prefix) errno = this.#libc.errno();
          break;
        }
        count++;
        counters.rxPackets++;
        counters.rxBytes += n;
        if (joiner === null) this.#received(receiver, at, n);
        else joiner.took(n);
      }
      if (!this.#closed) joiner?.flush();
      if (count > 0) {
        counters.batches++;
        receiver.batchEnd();
      }
    } finally {
      this.#draining = false;
      if (this.#closed) memory.free(this.#block, this.#blockBytes);
    }
    if (errno !== 0 && errno !== EAGAIN && errno !== EINTR) this.#fail(errno);
    return count;
  }

  #received(receiver: TunReceiver, off: number, len: number): void {
    if (!this.offload) {
      receiver.receive(off, len, null);
    } else if (readVnetHeader(this.memory, off - VNET_HEADER_BYTES, this.#rx)) {
      if (this.#rx.gsoSize !== 0) this.counters.rxGso++;
      receiver.receive(off, len, this.#rx);
    } else {
      this.counters.rxErrors++;
    }
  }

  #joined(off: number, len: number, said: Offload | null): void {
    if (said !== null && said.gsoSize !== 0) this.counters.rxGso++;
    this.#receiver?.receive(off, len, said);
  }

  #fail(errno: number): void {
    this.close();
    const error = systemError(`reading from ${this.name}`, errno);
    if (this.#onError === undefined) throw error;
    this.#onError(error);
  }
}

/** A number of 64 bits in a struct of the machine. */
function setAddress(dv: DataView, at: number, value: number): void {
  dv.setUint32(at + (LITTLE_ENDIAN ? 0 : 4), value >>> 0, LITTLE_ENDIAN);
  dv.setUint32(at + (LITTLE_ENDIAN ? 4 : 0), Math.floor(value / 2 ** 32), LITTLE_ENDIAN);
}

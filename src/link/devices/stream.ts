// Packets over a stream of octets: a socket of QEMU or HyperKit, a pipe, a serial line, a WebTransport stream. TCP
// over such a stream waits for what the stream repeats: a queue that is too long makes it slow, so it is short.

import { nextTurn } from '../../host/index.ts';
import { like, oneOf, Schema } from '../../options/index.ts';
import { cost, DeviceBase, type QueueOptions, queueKinds } from './base.ts';
import { Deframer, type Framing, frame } from './framing.ts';

/** A stream of octets, as little as it takes to have one. */
export interface OctetStream {
  /** Takes octets, which are the stream's from then on. false: not more before `ondrain`; anything else: go on. */
  write(octets: Uint8Array): unknown;
  /** Set by the device: the stream calls it with what arrives, and takes the octets back when it returns. */
  ondata: ((octets: Uint8Array) => void) | null;
  /** Set by the device: there is room again, after `write` gave false. */
  ondrain?: (() => void) | null;
  /** Set by the device: the stream has ended, or broken. */
  onclose?: ((error: Error | null) => void) | null;
  /** Ends the stream, after what was written. */
  close?(): void;
  ref?(): void;
  unref?(): void;
}

/** A stream that takes packets, and frames them itself: many in one piece of memory. */
export interface PacketStream extends OctetStream {
  /** As `write`, of a packet, which stays the caller's. */
  writePacket?(packet: Uint8Array, framing: Framing): boolean;
}

/** A pair of WHATWG streams of octets: a WebTransportBidirectionalStream, a Deno.Conn, `Duplex.toWeb` of Node. */
export interface OctetStreams {
  readonly readable: {
    getReader(): {
      read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
      cancel(reason?: unknown): Promise<unknown>;
    };
  };
  readonly writable: {
    getWriter(): {
      readonly desiredSize: number | null;
      readonly ready: Promise<unknown>;
      write(octets: Uint8Array): Promise<unknown>;
      close(): Promise<unknown>;
    };
  };
}

/** Options of {@link streamDevice}. */
export interface StreamDeviceOptions extends QueueOptions {
  /** Default 'uint32be', QEMU's; 'uint16le' is HyperKit's. */
  framing?: Framing;
}

export const streamOptions = new Schema<StreamDeviceOptions>('streamDevice', {
  ...queueKinds,
  framing: oneOf('uint32be', 'uint16le'),
});
const streams = like('a stream: { write, ondata }, or { readable, writable }', 'write');
const QUEUE = 256 * 1024;
/** A queue holds as many of the longest packets, at least. */
const QUEUE_PACKETS = 16;
const FRAME_OCTETS = 18;

/** A device on a stream. `malformed` counts packets that were longer than its mtu allows, or empty. */
export class StreamDevice extends DeviceBase {
  readonly #stream: PacketStream;
  readonly #framing: Framing;
  readonly #queue: number;
  readonly #deframer: Deframer;
  /** Packets that wait for the stream to drain. */
  #waiting: Uint8Array[] = [];
  #waitingCost = 0;
  #full = false;
  readonly #deliver = (packet: Uint8Array): void => this.deliver(packet);

  /** @internal */
  constructor(stream: PacketStream, o: StreamDeviceOptions) {
    super({ ...o, kind: o.kind ?? 'ethernet' });
    this.#stream = stream;
    this.#framing = o.framing ?? 'uint32be';
    this.#queue = o.queue ?? Math.max(QUEUE, QUEUE_PACKETS * this.mtu);
    this.#deframer = new Deframer(this.#framing, this.mtu + (this.kind === 'ethernet' ? FRAME_OCTETS : 0));
    stream.ondata = (octets) => this.#data(octets);
    stream.ondrain = () => this.#drained();
    stream.onclose = (error) => this.#gone(error);
  }

  override send(packet: Uint8Array): void {
    if (this.#goesNow(packet)) this.#write(packet);
    else if (this.#fits(packet)) this.#wait(packet);
    else this.dropped++;
  }

  /** As `send`: a packet is copied into its frame, or to wait. */
  sendView(packet: Uint8Array): void {
    if (this.#goesNow(packet)) this.#write(packet);
    else if (this.#fits(packet)) this.#wait(packet.slice());
    else this.dropped++;
  }

  #goesNow(packet: Uint8Array): boolean {
    return !this.#full && this.#fits(packet);
  }

  #fits(packet: Uint8Array): boolean {
    return !this.closed && this.#waitingCost + cost(packet) <= this.#queue;
  }

  #wait(packet: Uint8Array): void {
    this.#waiting.push(packet);
    this.#waitingCost += cost(packet);
  }

  #write(packet: Uint8Array): void {
    this.sent++;
    if (this.#put(packet) === false) this.#full = true;
  }

  #put(packet: Uint8Array): unknown {
    const stream = this.#stream;
    if (stream.writePacket !== undefined) return stream.writePacket(packet, this.#framing);
    return stream.write(frame(packet, this.#framing));
  }

  #drained(): void {
    if (this.closed) return;
    this.#full = false;
    let next = 0;
    while (!this.#full && next < this.#waiting.length) {
      const packet = this.#waiting[next++] as Uint8Array;
      this.#waitingCost -= cost(packet);
      this.#write(packet);
    }
    this.#waiting.splice(0, next);
  }

  #data(octets: Uint8Array): void {
    if (this.closed) return;
    try {
      this.#deframer.push(octets, this.#deliver);
    } catch (error) {
      this.#gone(error as Error);
      this.#stream.close?.();
    } finally {
      this.malformed = this.#deframer.skipped;
    }
  }

  #gone(error: Error | null): void {
    this.dropped += this.#waiting.length;
    this.#waiting = [];
    this.gone(error);
  }

  /** Ends the stream, after what was written to it. */
  close(): void {
    if (!this.end()) return;
    for (const packet of this.#waiting.splice(0)) this.#put(packet);
    this.#stream.close?.();
  }

  ref(): void {
    this.#stream.ref?.();
  }
  unref(): void {
    this.#stream.unref?.();
  }
}

/** WHATWG streams in the small shape. */
function fromStreams({ readable, writable }: OctetStreams): OctetStream {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let closed = false;
  const ended = (error: Error | null): void => {
    if (closed) return;
    closed = true;
    stream.onclose?.(error);
  };
  const failed = (error: unknown): void => ended(error instanceof Error ? error : new Error(String(error)));
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      stream.ondata?.(value);
      await nextTurn(); // the host takes what has come before more does
    }
    ended(null);
  };
  const stream: OctetStream = {
    write(octets) {
      writer.write(octets).catch(failed);
      if ((writer.desiredSize ?? 1) > 0) return true;
      writer.ready.then(() => stream.ondrain?.(), failed);
      return false;
    },
    ondata: null,
    close() {
      closed = true;
      writer.close().catch(() => {});
      reader.cancel().catch(() => {});
    },
  };
  read().catch(failed);
  return stream;
}

/**
 * A device on a stream, which is the device's from then on; by default of kind 'ethernet'. A length that no packet
 * can have closes it with a {@link FramingError}; a packet that is longer than its mtu allows is skipped. `queue` is
 * what waits while the stream takes no more, by default 256 KiB, and no less than sixteen packets of `mtu`.
 * @throws TypeError, RangeError
 */
export function streamDevice(stream: OctetStream | OctetStreams, o: StreamDeviceOptions = {}): StreamDevice {
  streamOptions.check(o);
  if (typeof stream === 'object' && stream !== null && 'readable' in stream && 'writable' in stream)
    return new StreamDevice(fromStreams(stream), o);
  streams.check(stream, 'streamDevice', 'stream');
  return new StreamDevice(stream, o);
}

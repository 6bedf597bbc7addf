// A server of Wisp for one client: its streams are connections and flows of datagrams of a network outside.

import type { WebSocketLike } from '../../link/index.ts';
import type { Outer, OuterConnection, OuterDatagramEvents, OuterDatagrams, OuterError } from '../outer.ts';
import {
  readWisp,
  WispKind,
  type WispPacket,
  WispReason,
  wispClose,
  wispContinue,
  wispData,
} from './packets.ts';

/** What a session needs of the world. */
export interface WispOutlet {
  readonly outer: Outer;
  /** The addresses of a name, or of an address itself, the best first; none: there are none. Rejects as lookups do. */
  resolve(host: string): Promise<readonly string[]>;
}

/** A WebSocket that says when it has room again: 'drain'. */
export interface WispSocket extends WebSocketLike {
  /** Octets that wait in it at most before streams are paused. */
  readonly highWaterMark: number;
}

/** Packets of DATA that a client may have under way on a stream. */
const BUFFER_PACKETS = 32;

/** A stream, once its name has addresses. */
interface Stream {
  readonly number: number;
  readonly udp: boolean;
  connection: OuterConnection | null;
  datagrams: OuterDatagrams | null;
  /** DATA that came before it was open; null: it is open. */
  early: Uint8Array[] | null;
  /** Packets of DATA that the client may still send. */
  credit: number;
  /** Outside has room. */
  writable: boolean;
}

/** The reason that stands for an error. */
function reasonOf(error: OuterError | null): number {
  switch (error?.code) {
    case undefined:
      return error === null ? WispReason.VOLUNTARY : WispReason.UNKNOWN;
    case 'ECONNREFUSED':
      return WispReason.REFUSED;
    case 'ETIMEDOUT':
      return WispReason.TIMEOUT;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return WispReason.UNREACHABLE;
    case 'EACCES':
      return WispReason.BLOCKED;
    default:
      return WispReason.NETWORK_ERROR;
  }
}

/** Counters of a session. */
export interface WispCounters {
  /** Streams that were opened, and of them those that were refused: there were as many as there may be. */
  opened: number;
  throttled: number;
  /** Messages that were no packets of a client, or of no stream. */
  malformed: number;
  /** Streams that were closed since the client sent more than it may. */
  overrun: number;
}

/** One client. */
export class WispSession {
  readonly counters: WispCounters = { opened: 0, throttled: 0, malformed: 0, overrun: 0 };
  readonly #socket: WispSocket;
  readonly #outlet: WispOutlet;
  readonly #most: number;
  readonly #streams = new Map<number, Stream>();
  /** Connections whose stream is over, and that have not ended yet: what was sent is still delivered. */
  readonly #leaving = new Set<OuterConnection>();
  #paused = false;

  /** `mostStreams`: streams at the same time; more are closed as throttled. */
  constructor(socket: WispSocket, outlet: WispOutlet, mostStreams: number) {
    this.#socket = socket;
    this.#outlet = outlet;
    this.#most = mostStreams;
    socket.addEventListener('message', (event) => this.#message((event as { data: ArrayBuffer }).data));
    socket.addEventListener('drain', () => this.#drained());
    socket.addEventListener('close', () => this.#closed());
    socket.send(wispContinue(0, BUFFER_PACKETS));
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams.size;
  }

  #message(data: ArrayBuffer): void {
    const packet = readWisp(new Uint8Array(data));
    if (packet === null) this.counters.malformed++;
    else if (packet.type === 'connect') this.#connect(packet);
    else this.#ofStream(packet);
  }

  #ofStream(packet: Exclude<WispPacket, { type: 'connect' }>): void {
    const stream = this.#streams.get(packet.stream);
    // What crossed our CLOSE is of no stream, and nothing is wrong with it.
    if (stream === undefined) return;
    if (packet.type === 'data') this.#data(stream, packet.octets);
    else this.#leave(stream);
  }

  #connect({ stream: number, kind, port, host }: Extract<WispPacket, { type: 'connect' }>): void {
    const there = this.#streams.get(number);
    if (number === 0 || there !== undefined) {
      this.counters.malformed++;
      if (there !== undefined) this.#close(there, WispReason.INVALID);
      return;
    }
    this.counters.opened++;
    const refusal = this.#refusal(kind, port, host);
    if (refusal !== 0) {
      this.#socket.send(wispClose(number, refusal));
      return;
    }
    const stream: Stream = {
      number,
      udp: kind === WispKind.UDP,
      connection: null,
      datagrams: null,
      early: [],
      credit: BUFFER_PACKETS,
      writable: false,
    };
    this.#streams.set(number, stream);
    this.#outlet.resolve(host).then(
      ([address]) => this.#resolved(stream, address, port),
      (error: OuterError) => this.#close(stream, reasonOf(error)),
    );
  }

  /** Why a stream is not opened; 0: it is. */
  #refusal(kind: number, port: number, host: string): number {
    if ((kind !== WispKind.TCP && kind !== WispKind.UDP) || port === 0 || host === '')
      return WispReason.INVALID;
    if (this.#streams.size < this.#most) return 0;
    this.counters.throttled++;
    return WispReason.THROTTLED;
  }

  #resolved(stream: Stream, address: string | undefined, port: number): void {
    if (!this.#isThere(stream)) return;
    if (address === undefined) this.#close(stream, WispReason.UNREACHABLE);
    else if (stream.udp) this.#openDatagrams(stream, address, port);
    else this.#openConnection(stream, address, port);
  }

  #isThere(stream: Stream): boolean {
    return this.#streams.get(stream.number) === stream;
  }

  #openDatagrams(stream: Stream, address: string, port: number): void {
    const events: OuterDatagramEvents = {
      data: (octets) => {
        // Datagrams are lost where there is no room.
        if (this.#isThere(stream) && !this.#full()) this.#socket.send(wispData(stream.number, octets));
      },
      failed: () => {},
    };
    stream.datagrams = this.#outlet.outer.datagrams?.({ address, port }, events) ?? null;
    if (stream.datagrams === null) this.#close(stream, WispReason.THROTTLED);
    else this.#giveEarly(stream);
  }

  #openConnection(stream: Stream, address: string, port: number): void {
    const connection = this.#outlet.outer.connect(
      { address, port },
      {
        open: () => this.#opened(stream),
        data: (octets) => this.#arrived(stream, octets),
        end: () => this.#leave(stream, WispReason.VOLUNTARY),
        drain: () => {
          stream.writable = true;
          this.#allow(stream);
        },
        closed: (error) => {
          this.#leaving.delete(connection);
          this.#close(stream, reasonOf(error));
        },
      },
    );
    stream.connection = connection;
    if (this.#paused) connection.pause();
  }

  #opened(stream: Stream): void {
    if (!this.#isThere(stream)) return;
    stream.writable = true;
    this.#giveEarly(stream);
    this.#allow(stream);
  }

  #giveEarly(stream: Stream): void {
    const early = stream.early ?? [];
    stream.early = null;
    for (const octets of early) this.#give(stream, octets);
  }

  #arrived(stream: Stream, octets: Uint8Array): void {
    if (!this.#isThere(stream)) {
      // Nobody is there to read it (RFC 9293 section 3.6.1).
      if (stream.connection !== null && this.#leaving.delete(stream.connection)) stream.connection.reset();
      return;
    }
    this.#socket.send(wispData(stream.number, octets));
    if (this.#full() && !this.#paused) {
      this.#paused = true;
      for (const each of this.#streams.values()) each.connection?.pause();
    }
  }

  #full(): boolean {
    return this.#socket.bufferedAmount > this.#socket.highWaterMark;
  }

  #drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    for (const each of [...this.#streams.values()]) each.connection?.resume();
  }

  #data(stream: Stream, octets: Uint8Array): void {
    // Of datagrams the client counts nothing: those beyond are lost.
    const counted = !stream.udp || stream.early !== null;
    if (counted && --stream.credit < 0) {
      this.counters.overrun++;
      if (!stream.udp) this.#close(stream, WispReason.THROTTLED);
      return;
    }
    if (stream.early !== null) stream.early.push(octets);
    else {
      this.#give(stream, octets);
      if (!stream.udp) this.#allow(stream);
    }
  }

  #give(stream: Stream, octets: Uint8Array): void {
    if (stream.datagrams !== null) stream.datagrams.send(octets);
    else if (stream.connection?.write(octets) === false) stream.writable = false;
  }

  /** The client may send again what was taken: told when it has used up what it may, so that one message is for many. */
  #allow(stream: Stream): void {
    if (!stream.writable || stream.credit > 0 || !this.#isThere(stream)) return;
    stream.credit = BUFFER_PACKETS;
    this.#socket.send(wispContinue(stream.number, BUFFER_PACKETS));
  }

  /**
   * One side has ended. Wisp has no half-close: with a FIN from either side the stream is over for the client, and what it
   * sent before is still delivered. `reason`: the client is told.
   */
  #leave(stream: Stream, reason = 0): void {
    if (!this.#isThere(stream)) return;
    this.#streams.delete(stream.number);
    stream.datagrams?.close();
    if (reason !== 0) this.#socket.send(wispClose(stream.number, reason));
    const { connection } = stream;
    if (connection === null) return;
    if (stream.early !== null) {
      connection.reset(); // the attempt is given up
      return;
    }
    connection.end();
    connection.resume();
    this.#leaving.add(connection);
    if (this.#leaving.size > this.#most) this.#giveUpOldest();
  }

  #giveUpOldest(): void {
    const [oldest] = this.#leaving;
    if (oldest === undefined) return;
    this.#leaving.delete(oldest);
    oldest.reset();
  }

  #close(stream: Stream, reason: number): void {
    if (!this.#isThere(stream)) return;
    this.#streams.delete(stream.number);
    stream.datagrams?.close();
    stream.connection?.reset();
    this.#socket.send(wispClose(stream.number, reason));
  }

  /** The client has gone: so does all that it had. */
  #closed(): void {
    for (const { datagrams, connection } of this.#streams.values()) {
      datagrams?.close();
      connection?.reset();
    }
    for (const connection of this.#leaving) connection.reset();
    this.#streams.clear();
    this.#leaving.clear();
  }
}

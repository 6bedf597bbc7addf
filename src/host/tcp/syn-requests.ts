// SYNs that wait for a program's word (`ListenOptions.onSyn`), with the packets that they came in: accepting one is
// processing its packet again, as if it had come now. A repetition takes the place of the packet before, so that the timestamp
// that is echoed is the latest (RFC 7323 section 4.3). Bounded by the listener's `synBacklog`.

import { Drop } from '../../tcp/index.ts';
import {
  ACK,
  formatWords,
  IpPacket,
  Malformed,
  parseIp,
  parseTcp,
  RST,
  type Segment,
  SYN,
  UDP_HEADER_LENGTH,
} from '../../wire/index.ts';
import { NONE, runUserCode } from '../base/index.ts';
import type { Connection, ConnectionHandler, Listener, SynRequest } from '../connection/index.ts';
import type { Unreachable } from '../ip/index.ts';
import { endEvent } from './event-end.ts';
import { arrivesAtListener } from './input.ts';
import type { TcpLayer } from './tcp-layer.ts';

class Request implements SynRequest {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  onGone: (() => void) | null = null;
  /** The IP packet of the latest SYN. */
  packet: Uint8Array;
  readonly seq: number;
  readonly listener: Listener;
  readonly #tcp: TcpLayer;
  readonly #requests: SynRequests;
  readonly #key: string;
  /** What the segment was judged with when it came. */
  readonly #udpPort: number;
  readonly #signed: boolean;
  readonly #minIss: number | null;
  settled = false;

  constructor(tcp: TcpLayer, requests: SynRequests, key: string, listener: Listener, packet: Uint8Array) {
    const { family, l0, l1, l2, l3, r0, r1, r2, r3, localPort, remotePort } = tcp.arriving;
    this.localAddress = formatWords(family === 6 ? 6 : 4, l0, l1, l2, l3);
    this.remoteAddress = formatWords(family === 6 ? 6 : 4, r0, r1, r2, r3);
    this.localPort = localPort;
    this.remotePort = remotePort;
    this.packet = packet;
    this.seq = tcp.seg.seq;
    this.listener = listener;
    this.#tcp = tcp;
    this.#requests = requests;
    this.#key = key;
    this.#udpPort = tcp.arrivingUdp;
    this.#signed = tcp.signed;
    this.#minIss = tcp.reopening ? tcp.minIss : null;
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.#requests.forget(this.#key);
    return true;
  }

  /** It is over without a word of the program. */
  gone(): void {
    if (!this.#settle()) return;
    const { onGone } = this;
    if (onGone !== null) runUserCode(onGone);
    this.#tcp.woke();
  }

  accept(handler: ConnectionHandler): Connection | null {
    if (!this.#settle()) return null;
    return this.#again((tcp, seg) => {
      if (tcp.table.tuples.find(tcp.arriving) !== NONE) return null;
      if (this.#minIss !== null) {
        tcp.reopening = true;
        tcp.minIss = this.#minIss;
      }
      const c = arrivesAtListener(tcp, this.listener, seg);
      tcp.reopening = false;
      if (c === null) return null;
      c.handler = handler;
      c.seen = true;
      endEvent(tcp, c);
      return c;
    });
  }

  refuse(): void {
    if (!this.#settle()) return;
    this.#again((tcp, seg) => {
      tcp.engine.rules.closed(tcp.engine, seg);
      return null;
    });
  }

  unreachable(why: Unreachable): void {
    if (!this.#settle()) return;
    this.#again((tcp, _seg, packet) => {
      tcp.ip.errors?.unreachable(packet, why);
      return null;
    });
  }

  drop(): void {
    this.#settle();
  }

  /** The packet in hand once more. */
  #again(act: (tcp: TcpLayer, seg: Segment, packet: IpPacket) => Connection | null): Connection | null {
    const tcp = this.#tcp;
    const { memory, seg } = tcp;
    const { length } = this.packet;
    tcp.entered();
    const off = memory.alloc(length);
    if (off === 0) {
      tcp.counters.noMemory++;
      return null;
    }
    memory.u8.set(this.packet, off);
    const packet = new IpPacket();
    let c: Connection | null = null;
    if (parseIp(memory, off, length, packet) === Malformed.OK) {
      const skipped = this.#udpPort === 0 ? 0 : UDP_HEADER_LENGTH;
      if (parseTcp(memory, packet.payloadOff + skipped, packet.payloadLen - skipped, seg) === Malformed.OK) {
        tcp.arriving.ofArriving(packet, seg.dstPort, seg.srcPort);
        tcp.arrivingUdp = this.#udpPort;
        tcp.signed = this.#signed;
        seg.gsoSize = 0;
        seg.ecn = packet.tos & 3;
        c = act(tcp, seg, packet);
      }
    }
    memory.free(off, length);
    tcp.touched();
    return c;
  }
}

/** The SYNs of a host that wait for a word. */
export class SynRequests {
  readonly #waiting = new Map<string, Request>();

  forget(key: string): void {
    const request = this.#waiting.get(key);
    if (request === undefined) return;
    this.#waiting.delete(key);
    request.listener.requests--;
  }

  /** The listener was closed. */
  closed(listener: Listener): void {
    for (const request of [...this.#waiting.values()]) if (request.listener === listener) request.gone();
  }

  /**
   * The segment in hand, of no connection, for a listener with `onSyn`. True: it was dealt with; false: it is an
   * ordinary segment for a listener.
   */
  takes(tcp: TcpLayer, listener: Listener, packet: IpPacket, seg: Segment): boolean {
    const key = keyOf(tcp);
    const waiting = this.#waiting.get(key);
    const control = seg.ctl & (SYN | ACK | RST);
    if (waiting !== undefined && control === RST && seg.seq === ((waiting.seq + 1) | 0)) waiting.gone();
    if (control !== SYN || tcp.signs(listener) !== tcp.signed) return false;
    if (waiting?.seq === seg.seq) {
      waiting.packet = octetsOf(tcp, packet);
      return true;
    }
    waiting?.gone();
    if (listener.requests >= listener.synBacklog || !listener.acceptQueueOpen) {
      tcp.counters.synOverflows++;
      tcp.engine.out.drop(listener.tcb, seg, Drop.LISTEN_REFUSED);
      return true;
    }
    const request = new Request(tcp, this, key, listener, octetsOf(tcp, packet));
    this.#waiting.set(key, request);
    listener.requests++;
    const { onSyn } = listener;
    if (onSyn !== null) runUserCode(() => onSyn(request));
    tcp.woke();
    return true;
  }
}

function keyOf({ arriving }: TcpLayer): string {
  const { l0, l1, l2, l3, r0, r1, r2, r3, localPort, remotePort } = arriving;
  return `${l0},${l1},${l2},${l3},${localPort},${r0},${r1},${r2},${r3},${remotePort}`;
}

/** A copy of a packet, which may be one that was reassembled. */
function octetsOf({ memory }: TcpLayer, { headerOff, totalLen }: IpPacket): Uint8Array {
  return memory.u8.slice(headerOff, headerOff + totalLen);
}

// Follows the connections of a capture: every segment finds its connection, a SYN with another number begins a new one, and
// what is over, or must make room, is handed on. Memory has a bound, whatever the capture holds.

import { func, needed, Schema, whole } from '../../options/index.ts';
import {
  ACK,
  FIN,
  formatWords,
  type IpPacket,
  OPT_MSS,
  OPT_SACK,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  RST,
  type Segment,
  SYN,
  seqGeq,
} from '../../wire/index.ts';
import { PacketDecoder, PacketKind, Sum } from '../packet/index.ts';
import type { Frame } from '../read/index.ts';
import { Connection, type Earlier } from './connection.ts';
import { Mark, otherWay, Seen, type Way } from './seen.ts';
import { copyOf, follow } from './sequence.ts';
import { Side } from './side.ts';

/** Options of {@link Follower}. */
export interface FollowerOptions {
  /** Gets a connection when nothing more can come of it: all of them by the time `end` returns. */
  readonly onConnection: (connection: Connection) => void;
  /** The number of a connection of which all segments are kept, up to 50,000. */
  readonly keep?: number;
  /** Connections that are followed at a time; then the one that was silent longest is handed on. Default 20,000. */
  readonly mostLive?: number;
  /**
   * Segments kept of these connections together; then the middle of long ones is left out, and when that is not enough
   * connections are handed on, too. Default 250,000.
   */
  readonly mostSegments?: number;
}

/** What was counted beside the connections. */
export interface FollowerCounts {
  frames: number;
  /** Frames that hold TCP. */
  tcp: number;
  /** Other protocols. */
  other: number;
  /** Cut before the ports, or damaged. */
  short: number;
  fragments: number;
  unknownLink: number;
  icmp: number;
  /** Frames whose time is before that of the frame before. */
  backwards: number;
  /** Segments of which not all was captured. */
  cut: number;
  /** Segments with more text than any network carries at once: a card had not cut them yet, or had put them together. */
  superSegments: number;
  /** Inside tunnels. */
  tunnelled: number;
  connections: number;
  copies: number;
  badSums: number;
  partialSums: number;
  /** Connections that were handed on early, to make room. */
  evicted: number;
  /** When the first frame was: seconds since 1970, and microseconds of the next. */
  firstSeconds: number;
  firstUs: number;
  /** Microseconds from it to the last. */
  lastUs: number;
}

const DEFAULT_LIVE = 20_000;
const DEFAULT_SEGMENTS = 250_000;
/** Segments kept of a connection when there are too many of all together. */
const THINNED: readonly number[] = [256, 64, 16];
const MOST_EARLIER = 50_000;
const MOST_ICMP = 16;
const MOST_LINKS = 16;
const ETHERNET_TEXT = 9_200;
/** A connection that was silent for longer may be forgotten by one of its ends. */
const LIVE_US = 60e6;
/** A SYN that the capture has behind its answer is so near to what was acknowledged. */
const NEAR = 65_536;

const followerOptions = new Schema<FollowerOptions>('Follower', {
  onConnection: needed(func),
  keep: whole(0),
  mostLive: whole(1, 10_000_000),
  mostSegments: whole(1, 100_000_000),
});

/** A connection in the table; entries of one hash are a list. */
interface Entry {
  readonly connection: Connection;
  /** Words of the addresses, and ports: side 0 first. */
  readonly key: Int32Array;
  next: Entry | null;
  readonly hash: number;
  seen: number;
}

/** Follows connections frame by frame. */
export class Follower {
  readonly counts: FollowerCounts = {
    ...{ frames: 0, tcp: 0, other: 0, short: 0, fragments: 0, unknownLink: 0, icmp: 0, backwards: 0, cut: 0 },
    ...{ superSegments: 0, tunnelled: 0, connections: 0, copies: 0, badSums: 0, partialSums: 0, evicted: 0 },
    ...{ firstSeconds: 0, firstUs: 0, lastUs: 0 },
  };
  /** Link types that were not understood, the first 16. */
  readonly unknownLinks = new Set<number>();
  readonly #options: FollowerOptions;
  readonly #mostLive: number;
  readonly #mostSegments: number;
  readonly #decoder = new PacketDecoder();
  readonly #table = new Map<number, Entry>();
  /** In the order of their first segments. */
  #order: Entry[] = [];
  #live = 0;
  #segments = 0;
  readonly #earlier = new Map<string, Earlier>();
  #firstNanos = -1;
  #fileBegins = false;
  #us = 0;
  #clock = 0;

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(options: FollowerOptions) {
    followerOptions.check(options);
    this.#options = options;
    this.#mostLive = options.mostLive ?? DEFAULT_LIVE;
    this.#mostSegments = options.mostSegments ?? DEFAULT_SEGMENTS;
  }

  /** The next frame of the capture. What it was is in `decoder` until the next one; its connection, if any, is returned. */
  frame(frame: Frame): Connection | null {
    const { counts } = this;
    counts.frames++;
    this.#time(frame);
    const decoder = this.#decoder;
    const kind = decoder.decode(frame);
    if (decoder.tunnels > 0) counts.tunnelled++;
    switch (kind) {
      case PacketKind.TCP:
        counts.tcp++;
        return this.#segment(frame);
      case PacketKind.ICMP:
        counts.icmp++;
        this.#icmp();
        return null;
      case PacketKind.FRAGMENT:
        counts.fragments++;
        return null;
      case PacketKind.SHORT:
        counts.short++;
        return null;
      case PacketKind.UNKNOWN_LINK:
        counts.unknownLink++;
        if (this.unknownLinks.size < MOST_LINKS) this.unknownLinks.add(frame.iface.linkType);
        return null;
      default:
        counts.other++;
        return null;
    }
  }

  /**
   * Another file follows. Where it begins before the last one ended it is no continuation, and the connections so far are
   * over; frames are counted on.
   */
  nextFile(): void {
    this.#fileBegins = true;
  }

  /** The capture is over: the connections that are left are handed on, in the order of their numbers. */
  end(): void {
    const left = this.#order.filter(({ seen }) => seen >= 0).map(({ connection }) => connection);
    left.sort((a, b) => a.number - b.number);
    this.#table.clear();
    this.#order = [];
    this.#live = 0;
    this.#segments = 0;
    for (const connection of left) {
      connection.settle();
      this.#options.onConnection(connection);
    }
  }

  #time({ seconds, nanos }: Frame): void {
    const { counts } = this;
    if (this.#firstNanos < 0) {
      counts.firstSeconds = seconds;
      this.#firstNanos = nanos;
      counts.firstUs = nanos / 1000;
    }
    const us = (seconds - counts.firstSeconds) * 1e6 + (nanos - this.#firstNanos) / 1000;
    if (this.#fileBegins) {
      this.#fileBegins = false;
      if (us < this.#us) {
        this.end();
        this.#earlier.clear();
      }
    } else if (us < this.#us) counts.backwards++;
    this.#us = us;
    counts.lastUs = Math.max(counts.lastUs, us);
  }

  #segment(frame: Frame): Connection {
    const { counts } = this;
    const decoder = this.#decoder;
    const { ip, segment } = decoder;
    if (decoder.cut) counts.cut++;
    if (decoder.textLength > ETHERNET_TEXT) counts.superSegments++;
    let entry = this.#find(ip, segment);
    const incarnation = entry === null ? 'next' : this.#incarnation(entry, segment);
    let early: Seen[] = [];
    if (entry !== null && incarnation === 'next') {
      if ((segment.ctl & ACK) === 0) entry.connection.nextSyn = this.#seen(this.#way(entry, ip, segment));
      if (isOfDoubtful(entry.connection, segment)) {
        early = entry.connection.handOver();
        this.#segments -= early.length;
      }
      this.#replace(entry);
      entry = null;
    }
    entry ??= this.#open(ip, segment);
    const { connection } = entry;
    const way = this.#way(entry, ip, segment);
    entry.seen = ++this.#clock;
    const asker = (segment.ctl & ACK) === 0 ? way : otherWay(way);
    const [doubtful] = early;
    for (const one of early) {
      const as = one.way === doubtful?.way ? asker : otherWay(asker);
      this.#take(connection, new Seen({ ...one, way: as }), frame, Sum.UNKNOWN);
    }
    const seen = this.#seen(way);
    if (incarnation === 'doubtful') {
      seen.marks |= Mark.STRAY;
      connection.doubtful = seen;
    }
    this.#take(connection, seen, frame, this.#decoder.sum);
    if (this.#segments > this.#mostSegments) this.#thin();
    if (this.#live > this.#mostLive || this.#segments > this.#mostSegments) this.#evict();
    return connection;
  }

  #take(connection: Connection, seen: Seen, frame: Frame, sum: Sum): void {
    const { counts } = this;
    const side = connection.sides[seen.way];
    connection.packets++;
    side.packets++;
    if (side.firstUs < 0) side.firstUs = seen.us;
    if (side.ttl === 0 && !seen.is(RST)) side.ttl = seen.ttl;
    if (frame.direction === 'out') side.outbound++;
    else if (frame.direction === 'in') side.inbound++;
    if (this.#decoder.badOptions) seen.marks |= Mark.BAD_OPTION;
    if (this.#decoder.optionsUnknown) seen.marks |= Mark.OPTIONS_CUT;
    const copy = copyOf(connection, seen);
    if (copy !== null) {
      seen.marks |= Mark.COPY;
      connection.copies++;
      connection.firstCopy ??= seen;
      counts.copies++;
      if (copy.ttl !== seen.ttl) connection.hopCopies++;
    } else if ((seen.marks & Mark.STRAY) !== 0) connection.strays++;
    else if (sum === Sum.WRONG && this.#decoder.textLength <= ETHERNET_TEXT && !this.#offloaded(side)) {
      seen.marks |= Mark.BAD_SUM;
      side.badSums++;
      counts.badSums++;
    } else {
      if (sum === Sum.PARTIAL) {
        side.partialSums++;
        if (seen.length === 0) side.partialSumsOfOwn++;
        counts.partialSums++;
      }
      side.octets += seen.length;
      side.largest = Math.max(side.largest, seen.length);
      follow(connection, seen);
      this.#note(connection, seen);
      side.lastUs = seen.us;
    }
    seen.states = connection.states[0] | (connection.states[1] << 16);
    const before = connection.segments.length;
    connection.add(seen);
    this.#segments += connection.segments.length - before;
  }

  /** Whose checksums a card completes has wrong ones in captures of its own machine; nothing can be said of them. */
  #offloaded(side: Side): boolean {
    return side.partialSums > 0;
  }

  /** Handshake, close, reset, and the states that both ends may be in. */
  #note(connection: Connection, seen: Seen): void {
    const side = connection.sides[seen.way];
    const peer = connection.sides[otherWay(seen.way)];
    if ((seen.marks & Mark.STRAY) !== 0) return;
    const ackOfFin = connection.acksFin(seen);
    if (ackOfFin) peer.finAcked ??= seen;
    if (seen.is(FIN) && !seen.is(RST)) {
      side.fins++;
      if (side.fin === null) {
        side.fin = seen;
        connection.closedBy ??= seen.way;
      }
    }
    if (seen.is(RST)) {
      side.rsts++;
      side.rst ??= seen;
    }
    const third =
      connection.thirdAck === null &&
      connection.synAck !== null &&
      seen.way !== connection.synAck.way &&
      seen.is(ACK) &&
      (seen.ctl & (SYN | RST)) === 0 &&
      seqGeq(seen.ack, connection.synAck.end);
    if (third) connection.thirdAck = seen;
    connection.stepStates(seen, ackOfFin);
  }

  #seen(way: Way): Seen {
    const { ip, segment: seg, textLength } = this.#decoder;
    const { opts } = seg;
    let sack: number[] | null = null;
    if ((opts & OPT_SACK) !== 0 && seg.sackCount > 0) {
      sack = [];
      for (let n = 0; n < 2 * seg.sackCount; n++) sack.push(seg.sack[n] as number);
    }
    const stamped = (opts & OPT_TIMESTAMPS) !== 0;
    return new Seen({
      frame: this.counts.frames,
      us: this.#us,
      way,
      ctl: seg.ctl,
      seq: seg.seq,
      ack: seg.ack,
      wnd: seg.wnd,
      length: textLength,
      opts,
      mss: (opts & OPT_MSS) === 0 ? 0 : seg.mss,
      wscale: (opts & OPT_WSCALE) === 0 ? -1 : seg.wscale,
      tsVal: stamped ? seg.tsVal : 0,
      tsEcr: stamped ? seg.tsEcr : 0,
      sack,
      ttl: ip.ttl,
      ipId: ip.family === 4 ? ip.fragId : -1,
      reserved: seg.reserved,
    });
  }

  #icmp(): void {
    const { quoted, segment, icmp, ip } = this.#decoder;
    const entry = this.#find(quoted, segment);
    if (entry === null || entry.connection.icmp.length === MOST_ICMP) return;
    entry.connection.icmp.push({
      ...{ frame: this.counts.frames, us: this.#us, family: ip.family, type: icmp.type, code: icmp.code },
      mtu: icmp.mtu,
      way: this.#way(entry, quoted, segment),
      from: formatWords(ip.family, ip.src0, ip.src1, ip.src2, ip.src3),
    });
  }

  /**
   * What a SYN is to the connection of its sockets: its own; the next incarnation's; or doubtful, because the connection is
   * open: then the answer decides (RFC 9293 section 3.10.7.4 fourth, RFC 5961 section 4).
   */
  #incarnation(entry: Entry, segment: Segment): 'same' | 'next' | 'doubtful' {
    if ((segment.ctl & SYN) === 0 || (segment.ctl & RST) !== 0) return 'same';
    const { connection } = entry;
    if ((segment.ctl & ACK) !== 0) {
      const { doubtful } = connection;
      return doubtful !== null && segment.ack === doubtful.end ? 'next' : 'same';
    }
    const side = connection.sides[this.#way(entry, this.#decoder.ip, segment)];
    const same =
      side.syn === null
        ? !side.begun || Math.abs((segment.seq + 1 - side.una) | 0) < NEAR
        : side.syn.seq === segment.seq;
    if (same) return 'same';
    const live = connection.opened && connection.ending === 'open' && connection.doubtful === null;
    return live && this.#us - connection.last.us < LIVE_US ? 'doubtful' : 'next';
  }

  #way({ key }: Entry, ip: IpPacket, segment: Segment): Way {
    const first =
      segment.srcPort === (key[8] as number) >>> 16 &&
      segment.dstPort === ((key[8] as number) & 0xffff) &&
      ip.src3 === key[3] &&
      ip.src2 === key[2] &&
      ip.src1 === key[1] &&
      ip.src0 === key[0];
    return first ? 0 : 1;
  }

  #find(ip: IpPacket, segment: Segment): Entry | null {
    const hash = hashOf(ip, segment);
    for (let entry = this.#table.get(hash) ?? null; entry !== null; entry = entry.next)
      if (isOf(entry.key, ip, segment)) return entry;
    return null;
  }

  #open(ip: IpPacket, segment: Segment): Entry {
    const source = formatWords(ip.family, ip.src0, ip.src1, ip.src2, ip.src3);
    const target = formatWords(ip.family, ip.dst0, ip.dst1, ip.dst2, ip.dst3);
    const fromServer = isFromServer(segment);
    const sender = new Side(source, segment.srcPort);
    const other = new Side(target, segment.dstPort);
    const [client, server] = fromServer ? [other, sender] : [sender, other];
    const number = this.counts.connections++;
    const connection = new Connection(number, client, server);
    connection.clientKnown = (segment.ctl & SYN) !== 0;
    connection.keepAll = number === this.#options.keep;
    const name = nameOf(client, server);
    connection.earlier = this.#earlier.get(name) ?? this.#earlier.get(nameOf(server, client)) ?? null;
    if (connection.midStream && (segment.ctl & SYN) === 0) connection.states.fill(SYNCHRONIZED_OR_CLOSED);
    const src = [ip.src0, ip.src1, ip.src2, ip.src3];
    const dst = [ip.dst0, ip.dst1, ip.dst2, ip.dst3];
    const ports = [segment.srcPort, segment.dstPort] as const;
    const key = fromServer
      ? Int32Array.of(...dst, ...src, (ports[1] << 16) | ports[0])
      : Int32Array.of(...src, ...dst, (ports[0] << 16) | ports[1]);
    const hash = hashOf(ip, segment);
    const entry: Entry = { connection, key, hash, next: this.#table.get(hash) ?? null, seen: 0 };
    this.#table.set(hash, entry);
    this.#order.push(entry);
    this.#live++;
    return entry;
  }

  /** Takes a connection out of the table, and hands it on. */
  #replace(entry: Entry): void {
    const { connection, hash } = entry;
    const first = this.#table.get(hash) as Entry;
    if (first === entry) {
      if (entry.next === null) this.#table.delete(hash);
      else this.#table.set(hash, entry.next);
    } else {
      let before = first;
      while (before.next !== entry) before = before.next as Entry;
      before.next = entry.next;
    }
    entry.seen = -1;
    this.#live--;
    this.#segments -= connection.segments.length;
    connection.settle();
    const [client, server] = connection.sides;
    if (this.#earlier.size >= MOST_EARLIER) this.#earlier.clear();
    this.#earlier.set(nameOf(client, server), connection.toEarlier());
    this.#options.onConnection(connection);
  }

  /** Leaves the middle of long connections out, until a quarter of the room is free: no connection ends of it. */
  #thin(): void {
    for (const most of THINNED) {
      for (const { connection, seen } of this.#order) if (seen >= 0) this.#segments -= connection.thin(most);
      if (this.#segments <= this.#mostSegments * 0.75) return;
    }
  }

  /** Hands on a quarter of the connections: those that are over, and then those that were silent longest. */
  #evict(): void {
    const live = this.#order.filter(({ seen }) => seen >= 0);
    // Numbers sort many times faster than objects do.
    const ranks = Float64Array.from(live, ({ connection: { ending }, seen }) =>
      ending === 'closed' || ending === 'reset' ? seen : seen + this.#clock,
    );
    const last = ranks.toSorted()[Math.max(0, (live.length >> 2) - 1)] as number;
    this.#order = [];
    live.forEach((entry, n) => {
      if ((ranks[n] as number) > last) this.#order.push(entry);
      else {
        this.counts.evicted++;
        this.#replace(entry);
      }
    });
  }
}

/** A capture that begins in the middle: any state that can be. */
const SYNCHRONIZED_OR_CLOSED = 0b111_1111_0001;

/** Who is the server of a connection whose first segment this is: who answers a SYN; else the lower port. */
function isFromServer({ ctl, srcPort, dstPort }: Segment): boolean {
  if ((ctl & SYN) !== 0) return (ctl & ACK) !== 0;
  return srcPort < dstPort;
}

function nameOf(a: Side, b: Side): string {
  return `${a.address} ${a.port} ${b.address} ${b.port}`;
}

/** The SYN that an open connection did not know what to make of was the next one's, as its answer shows, or its repetition. */
function isOfDoubtful({ doubtful }: Connection, { ctl, seq }: Segment): boolean {
  return doubtful !== null && ((ctl & ACK) !== 0 || seq === doubtful.seq);
}

/** The same for both directions. */
function hashOf(ip: IpPacket, segment: Segment): number {
  const a = Math.imul(ip.src3 ^ Math.imul(ip.src1 + ip.src0, 31), 0x9e3779b1) + segment.srcPort;
  const b = Math.imul(ip.dst3 ^ Math.imul(ip.dst1 + ip.dst0, 31), 0x9e3779b1) + segment.dstPort;
  const x = Math.imul(a ^ (a >>> 15), 0x85ebca6b);
  const y = Math.imul(b ^ (b >>> 15), 0x85ebca6b);
  return (x + y) | 0;
}

function isOf(key: Int32Array, ip: IpPacket, segment: Segment): boolean {
  const forth = (segment.srcPort << 16) | segment.dstPort;
  const back = (segment.dstPort << 16) | segment.srcPort;
  if (
    key[8] === (forth | 0) &&
    key[3] === ip.src3 &&
    key[7] === ip.dst3 &&
    key[2] === ip.src2 &&
    key[1] === ip.src1 &&
    key[0] === ip.src0 &&
    key[6] === ip.dst2 &&
    key[5] === ip.dst1 &&
    key[4] === ip.dst0
  )
    return true;
  return (
    key[8] === (back | 0) &&
    key[7] === ip.src3 &&
    key[3] === ip.dst3 &&
    key[6] === ip.src2 &&
    key[5] === ip.src1 &&
    key[4] === ip.src0 &&
    key[2] === ip.dst2 &&
    key[1] === ip.dst1 &&
    key[0] === ip.dst0
  );
}

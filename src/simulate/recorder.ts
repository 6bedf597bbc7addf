// What passed last: packets and the states of connections, as much as a failure is explained with. From it come ladders and
// a capture.

import { bothTaps, type Host } from '../host/index.ts';
import { type Trace, type TraceEnd, TraceRecorder } from '../lab/index.ts';
import { PcapngWriter } from '../link/index.ts';
import { combineTaps, type DropReason, PacketInfo, type World } from '../sim/index.ts';
import type { Tcb, Transition } from '../tcp/index.ts';
import { formatWords, type IpPacket, Memory, type Segment } from '../wire/index.ts';
import type { Link } from './network/index.ts';

/** Events that are kept; the oldest go. */
const MOST = 8192;

type What = 'sent' | 'delivered' | 'dropped' | 'duplicated';

/** A packet somewhere. Its octets are kept once, where it was sent or copied. */
interface RecordedPacket {
  readonly what: What;
  readonly link: Link;
  readonly direction: 'a->b' | 'b->a';
  readonly octets: Uint8Array | null;
  readonly index: number;
  readonly copy: number;
  readonly injected: boolean;
  readonly reason: DropReason | null;
}

/** A change of a connection's state. */
interface RecordedChange {
  readonly host: string;
  readonly local: number;
  readonly remote: number;
  readonly row: Transition;
}

interface Recorded {
  readonly timeUs: number;
  readonly packet: RecordedPacket | null;
  readonly change: RecordedChange | null;
}

/** A packet with what its octets say. */
interface Read {
  readonly octets: Uint8Array;
  readonly from: string;
  readonly to: string;
  /** Of its connection; empty for what is no TCP. */
  readonly key: string;
}

/** A connection that was seen: its ends as they were with its first segment. */
export interface Seen {
  readonly key: string;
  /** Its place among them by their first segments, from 0: as readers of the capture count. */
  readonly number: number;
  readonly left: TraceEnd;
  readonly right: TraceEnd;
  /** Segments. */
  readonly segments: number;
  /** What did not arrive. */
  readonly lost: number;
  /** Of its last segment. */
  readonly lastUs: number;
}

/** See above. */
export class FlightRecorder {
  readonly #world: World;
  #events: Recorded[] = [];
  readonly #secrets: string[] = [];
  readonly #hosts = new WeakSet<Host>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A line of the key log. */
  secret(line: string): void {
    this.#secrets.push(line);
  }

  /** The states of its connections are recorded from now on. */
  watchHost(host: Host): void {
    if (this.#hosts.has(host)) return;
    this.#hosts.add(host);
    host.tap = bothTaps(host.tap, {
      transition: (tcb: Tcb, row: Transition) => {
        if (tcb.remotePort === 0) return;
        const { localPort: local, remotePort: remote } = tcb;
        this.#add({ packet: null, change: { host: host.name, local, remote, row } });
      },
    });
  }

  /** Packets on it are recorded from now on. */
  watchLink(link: Link): void {
    const record = (what: What, p: PacketInfo, reason: DropReason | null = null): void => {
      const { direction, index, copy, injected } = p;
      const octets = what === 'sent' ? p.bytes() : null;
      this.#add({ packet: { what, link, direction, octets, index, copy, injected, reason }, change: null });
    };
    const tap = {
      sent: (p: PacketInfo) => record('sent', p),
      delivered: (p: PacketInfo) => record('delivered', p),
      duplicated: (p: PacketInfo) => record('duplicated', p),
      dropped: (p: PacketInfo, reason: DropReason) => record('dropped', p, reason),
    };
    const before = link.wire.tap;
    link.wire.tap = before === null ? tap : combineTaps(before, tap);
  }

  #add(event: Omit<Recorded, 'timeUs'>): void {
    this.#events.push({ timeUs: this.#world.now(), ...event });
    if (this.#events.length >= 2 * MOST) this.#events = this.#events.slice(-MOST);
  }

  /** What the octets of the packets say, by `idOf`. */
  #read(): Map<string, Read> {
    const read = new Map<string, Read>();
    for (const { timeUs, packet } of this.#events) {
      if (packet === null || packet.octets === null) continue;
      const { octets, link, direction, index } = packet;
      const p = this.#shown('a->b', octets, index, 0, timeUs);
      const { ip, tcp } = p;
      const [from, to] = direction === 'a->b' ? link.ends : [link.ends[1], link.ends[0]];
      const key = ip === null || tcp === null ? '' : keyOf(sourceOf(ip, tcp), destinationOf(ip, tcp));
      read.set(idOf(packet), { octets, from, to, key });
    }
    return read;
  }

  /** Connections, the latest first. */
  connections(): Seen[] {
    const read = this.#read();
    const seen = new Map<string, { -readonly [K in keyof Seen]: Seen[K] }>();
    for (const { timeUs, packet } of this.#events) {
      if (packet === null) continue;
      const { octets, from, to, key = '' } = read.get(idOf(packet)) ?? {};
      if (key === '' || octets === undefined || from === undefined || to === undefined) continue;
      let one = seen.get(key);
      if (one === undefined) {
        const { ip, tcp } = this.#shown('a->b', octets, packet.index, 0, timeUs);
        if (ip === null || tcp === null) continue;
        const { family } = ip;
        const source = formatWords(family, ip.src0, ip.src1, ip.src2, ip.src3);
        const destination = formatWords(family, ip.dst0, ip.dst1, ip.dst2, ip.dst3);
        one = {
          key,
          number: seen.size,
          left: { name: from, address: source, port: tcp.srcPort, states: 'engine' },
          right: { name: to, address: destination, port: tcp.dstPort, states: 'engine' },
          segments: 0,
          lost: 0,
          lastUs: 0,
        };
        seen.set(key, one);
      }
      if (packet.what === 'sent') one.segments++;
      if (packet.what === 'dropped') one.lost++;
      one.lastUs = timeUs;
    }
    return [...seen.values()].sort((a, b) => b.lastUs - a.lastUs);
  }

  /** The trace of a connection, as ladders are drawn of it. */
  trace(seen: Seen): Trace {
    const { left, right, key } = seen;
    let now = 0;
    const recorder = new TraceRecorder({
      ends: { left, right },
      begin: { left: 'CLOSED', right: 'LISTEN' },
      now: () => now,
    });
    const read = this.#read();
    const taps = { [left.name]: recorder.hostTap('left'), [right.name]: recorder.hostTap('right') };
    const isOurs = (host: string, local: number, remote: number): boolean =>
      (host === left.name && local === left.port && remote === right.port) ||
      (host === right.name && local === right.port && remote === left.port);
    for (const { timeUs, packet, change } of this.#events) {
      now = timeUs;
      if (change !== null) {
        const { host, local, remote, row } = change;
        if (!isOurs(host, local, remote)) continue;
        const tcb = { localPort: local, remotePort: remote } as Tcb;
        taps[host]?.transition?.(tcb, row, timeUs);
      } else if (packet !== null) {
        const { what, index, copy, injected, reason } = packet;
        const found = read.get(idOf(packet));
        if (found?.key !== key) continue;
        const p = this.#shown(found.from === left.name ? 'a->b' : 'b->a', found.octets, index, copy, timeUs);
        p.injected = injected;
        if (what === 'dropped') recorder.wireTap.dropped?.(p, reason as DropReason);
        else recorder.wireTap[what]?.(p);
      }
    }
    return recorder.trace();
  }

  readonly #memory = new Memory({ initial: 1 << 18 });
  #block: readonly [number, number] | null = null;

  /** The packet as taps see it. One at a time. */
  #shown(
    direction: 'a->b' | 'b->a',
    octets: Uint8Array,
    index: number,
    copy: number,
    timeUs: number,
  ): PacketInfo {
    const memory = this.#memory;
    if (this.#block !== null) memory.free(...this.#block);
    const off = memory.alloc(octets.length);
    this.#block = [off, octets.length];
    memory.u8.set(octets, off);
    return new PacketInfo(direction, 'ip', memory).set(memory, off, octets.length, index, copy, timeUs);
  }

  /** A capture of all packets that are kept, each when it was sent, with the secrets of TLS. */
  capture(epochMs: number, comment: string): Uint8Array {
    const chunks: Uint8Array[] = [];
    const writer = new PcapngWriter((octets) => chunks.push(octets), { epochUs: epochMs * 1000, comment });
    const interfaces = new Map<string, number>();
    if (this.#secrets.length > 0) writer.tlsSecrets(this.#secrets.join(''));
    const fates = new Map<string, DropReason>();
    for (const { packet } of this.#events)
      if (packet?.what === 'dropped') fates.set(idOf(packet), packet.reason as DropReason);
    for (const { timeUs, packet } of this.#events) {
      if (packet === null || packet.octets === null) continue;
      const from = packet.link.ends[packet.direction === 'a->b' ? 0 : 1];
      let number = interfaces.get(from);
      if (number === undefined) {
        number = writer.addInterface({ name: from, linkType: 'raw-ip' });
        interfaces.set(from, number);
      }
      const reason = fates.get(idOf(packet));
      writer.octets(number, timeUs, packet.octets, {
        direction: 'out',
        ...(reason === undefined ? {} : { dropped: true, comment: `lost: ${reason}` }),
      });
    }
    writer.flush();
    return Buffer.concat(chunks);
  }
}

/** The packet that an event is about; copies are it, too. */
function idOf({ link, direction, index }: RecordedPacket): string {
  return `${link.name} ${direction} ${index}`;
}

function sourceOf({ family, src0, src1, src2, src3 }: IpPacket, { srcPort }: Segment): string {
  return `${formatWords(family, src0, src1, src2, src3)} ${srcPort}`;
}
function destinationOf({ family, dst0, dst1, dst2, dst3 }: IpPacket, { dstPort }: Segment): string {
  return `${formatWords(family, dst0, dst1, dst2, dst3)} ${dstPort}`;
}

function keyOf(source: string, destination: string): string {
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}

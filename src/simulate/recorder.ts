// What passed last: packets and the states of connections, as much as a failure is explained with. From it come ladders and
// a capture.

import { bothTaps, type Host } from '../host/index.ts';
import { type Trace, type TraceEnd, TraceRecorder } from '../lab/index.ts';
import { PcapngWriter } from '../link/index.ts';
import { type DropReason, PacketInfo, type World } from '../sim/index.ts';
import type { Tcb, Transition } from '../tcp/index.ts';
import { formatWords, Memory } from '../wire/index.ts';
import type { Link, LinkEnd } from './network/index.ts';
import { type Changed, type Fate, type Passed, Recording } from './recording.ts';

/** A packet from the host that sent it to the one that gets it, over as many links as lie between. */
interface Journey {
  /** From 0. */
  readonly number: number;
  readonly octets: Uint8Array;
  /** Where it was sent, and by whom. */
  readonly timeUs: number;
  readonly from: string;
  readonly injected: boolean;
  /** Its TCP endpoints; null for what is no TCP. */
  readonly ends: { readonly source: TraceEnd; readonly destination: TraceEnd } | null;
  /** Duplicates of it, and how many of all were lost, and why the last was. */
  copies: number;
  drops: number;
  reason: DropReason | null;
}

/** What befell a journey: as a single wire between the two hosts would tell it. */
interface Step {
  readonly timeUs: number;
  readonly what: Passed['what'];
  readonly journey: Journey;
  readonly copy: number;
  readonly reason: DropReason | null;
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
  readonly #recording = new Recording();
  /** By the numbers that they have there. */
  readonly #links: Link[] = [];
  readonly #secrets: string[] = [];
  readonly #hosts = new WeakSet<Host>();
  /** Names of hosts by their addresses. */
  readonly #names = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A line of the key log. */
  secret(line: string): void {
    this.#secrets.push(line);
  }

  /** The states of its connections are recorded from now on. */
  watchHost(host: Host, addresses: readonly string[]): void {
    if (this.#hosts.has(host)) return;
    this.#hosts.add(host);
    for (const address of addresses) this.#names.set(address, host.name);
    host.tap = bothTaps(host.tap, {
      transition: (tcb: Tcb, row: Transition) => {
        if (tcb.remotePort === 0) return;
        const { localPort: local, remotePort: remote } = tcb;
        this.#recording.changed({
          timeUs: this.#world.now(),
          what: 'change',
          host: host.name,
          local,
          remote,
          row,
        });
      },
    });
  }

  /** A link of which is told from now on; its number. */
  watchLink(link: Link): number {
    return this.#links.push(link) - 1;
  }

  /** A packet enters the link of a number. */
  sent(link: number, p: PacketInfo): void {
    this.#recording.sent(link, p);
  }

  /** What became of it there. */
  passed(what: Fate, link: number, p: PacketInfo, reason: DropReason | null): void {
    this.#recording.passed(what, link, p, reason);
  }

  /**
   * What befell packets, from host to host, and changes of states, in order. What is delivered to a place that passes on
   * is sent by it in the same breath: the next event is of the same journey.
   */
  #steps(): (Step | Changed)[] {
    const steps: (Step | Changed)[] = [];
    const flights = new Map<string, { readonly journey: Journey; readonly copy: number }>();
    let passing: { readonly at: LinkEnd; readonly of: { journey: Journey; copy: number } } | null = null;
    let number = 0;
    for (const event of this.#recording.events()) {
      const passed = passing;
      passing = null;
      if (event.what === 'change') {
        steps.push(event);
        continue;
      }
      const { timeUs, what, direction, index, reason } = event;
      const link = this.#links[event.link] as Link;
      const [from, to] = direction === 'a->b' ? [link.a, link.b] : [link.b, link.a];
      const id = `${link.name} ${direction} ${index}`;
      if (what === 'sent') {
        const isPassed = passed !== null && passed.at === from && !event.injected;
        const of = isPassed ? passed.of : { journey: this.#journey(event, number++, from, to), copy: 0 };
        flights.set(`${id} 0`, of);
        if (!isPassed) steps.push({ timeUs, what, ...of, reason });
        continue;
      }
      const of = flights.get(`${id} ${what === 'duplicated' ? 0 : event.copy}`);
      if (of === undefined) continue;
      const { journey } = of;
      if (what === 'duplicated') {
        const twin = { journey, copy: ++journey.copies };
        flights.set(`${id} ${event.copy}`, twin);
        steps.push({ timeUs, what, ...twin, reason });
      } else if (what === 'delivered' && to.passesOn === true) passing = { at: to, of };
      else {
        if (what === 'dropped') {
          journey.drops++;
          journey.reason = reason;
        }
        steps.push({ timeUs, what, ...of, reason });
      }
    }
    return steps;
  }

  #journey({ timeUs, octets, injected }: Passed, number: number, from: LinkEnd, to: LinkEnd): Journey {
    const { ip, tcp } = this.#shown('a->b', octets, number, 0, timeUs);
    const end = (address: string, port: number, name: string): TraceEnd => ({
      name: this.#names.get(address) ?? name,
      address,
      port,
      states: 'engine',
    });
    const ends =
      ip === null || tcp === null
        ? null
        : {
            source: end(formatWords(ip.family, ip.src0, ip.src1, ip.src2, ip.src3), tcp.srcPort, from.name),
            destination: end(
              formatWords(ip.family, ip.dst0, ip.dst1, ip.dst2, ip.dst3),
              tcp.dstPort,
              to.name,
            ),
          };
    return {
      number,
      octets,
      timeUs,
      from: from.name,
      injected,
      ends,
      copies: 0,
      drops: 0,
      reason: null,
    };
  }

  /** Connections, the latest first. */
  connections(): Seen[] {
    const seen = new Map<string, { -readonly [K in keyof Seen]: Seen[K] }>();
    for (const step of this.#steps()) {
      if (step.what === 'change') continue;
      const { ends } = step.journey;
      if (ends === null) continue;
      const key = keyOf(ends);
      let one = seen.get(key);
      if (one === undefined) {
        const { source: left, destination: right } = ends;
        one = { key, number: seen.size, left, right, segments: 0, lost: 0, lastUs: 0 };
        seen.set(key, one);
      }
      if (step.what === 'sent') one.segments++;
      if (step.what === 'dropped') one.lost++;
      one.lastUs = step.timeUs;
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
    const taps = { [left.name]: recorder.hostTap('left'), [right.name]: recorder.hostTap('right') };
    const isOurs = (host: string, local: number, remote: number): boolean =>
      (host === left.name && local === left.port && remote === right.port) ||
      (host === right.name && local === right.port && remote === left.port);
    for (const step of this.#steps()) {
      now = step.timeUs;
      if (step.what === 'change') {
        const { host, local, remote, row } = step;
        if (!isOurs(host, local, remote)) continue;
        const tcb = { localPort: local, remotePort: remote } as Tcb;
        taps[host]?.transition?.(tcb, row, now);
        continue;
      }
      const { what, journey, copy, reason } = step;
      const { ends, octets, number, injected } = journey;
      if (ends === null || keyOf(ends) !== key) continue;
      const p = this.#shown(
        endText(ends.source) === endText(left) ? 'a->b' : 'b->a',
        octets,
        number,
        copy,
        now,
      );
      p.injected = injected;
      if (what === 'dropped') recorder.wireTap.dropped?.(p, reason as DropReason);
      else recorder.wireTap[what]?.(p);
    }
    return recorder.trace();
  }

  readonly #memory = new Memory({ initial: 1 << 18 });
  #shownAt: readonly [number, number] | null = null;

  /** The packet as taps see it. One at a time. */
  #shown(
    direction: 'a->b' | 'b->a',
    octets: Uint8Array,
    index: number,
    copy: number,
    timeUs: number,
  ): PacketInfo {
    const memory = this.#memory;
    if (this.#shownAt !== null) memory.free(...this.#shownAt);
    const off = memory.alloc(octets.length);
    this.#shownAt = [off, octets.length];
    memory.u8.set(octets, off);
    return new PacketInfo(direction, 'ip', memory).set(memory, off, octets.length, index, copy, timeUs);
  }

  /** A capture of all packets that are kept, each once, when its host sent it, with the secrets of TLS. */
  capture(epochMs: number, comment: string): Uint8Array {
    const chunks: Uint8Array[] = [];
    const writer = new PcapngWriter((octets) => chunks.push(octets), { epochUs: epochMs * 1000, comment });
    const interfaces = new Map<string, number>();
    if (this.#secrets.length > 0) writer.tlsSecrets(this.#secrets.join(''));
    for (const step of this.#steps()) {
      if (step.what !== 'sent') continue;
      const { timeUs, from, octets, copies, drops, reason } = step.journey;
      let number = interfaces.get(from);
      if (number === undefined) {
        number = writer.addInterface({ name: from, linkType: 'raw-ip' });
        interfaces.set(from, number);
      }
      const isLost = drops > copies; // nothing of it has arrived
      writer.octets(number, timeUs, octets, {
        direction: 'out',
        ...(isLost ? { dropped: true, comment: `lost: ${reason}` } : {}),
      });
    }
    writer.flush();
    return Buffer.concat(chunks);
  }
}

function endText({ address, port }: TraceEnd): string {
  return `${address} ${port}`;
}

function keyOf({ source, destination }: NonNullable<Journey['ends']>): string {
  const [a, b] = [endText(source), endText(destination)];
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

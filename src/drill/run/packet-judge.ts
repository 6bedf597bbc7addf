// Packets of a run: inbound lines are injected, outbound lines are awaited and compared; what the
// connection under test learns from either.

import type { PacketEvent } from '../ast.ts';
import { printEvent, printPacket } from '../parse/index.ts';
import type { Flow } from './flow.ts';
import { finalReset, inboundOctets } from './inject.ts';
import { joinSegments } from './join.ts';
import { type LivePacket, readLive } from './live.ts';
import { type MatchOptions, match, toScript } from './match.ts';
import { address } from './octets.ts';
import { Mismatch, type RunPacket, seconds } from './result.ts';
import type { RunState } from './state.ts';
import type { TcpView } from './tcp-octets.ts';
import type { Moment } from './time.ts';

const FIN = 1;
const SYN = 2;
const ACK = 16;
/** How much longer a missing packet is looked for, to tell "late" from "never". */
const LATE_US = 10_000_000;

/** A packet of the run; `text` null: not matched yet, so its numbers may still learn what they mean. */
interface LogEntry {
  readonly atUs: number;
  readonly direction: 'inbound' | 'outbound';
  text: string | null;
  line: number;
  readonly live: LivePacket | null;
}

/** Injects, awaits and compares packets. */
export class PacketJudge {
  readonly #state: RunState;
  readonly #match: MatchOptions;
  readonly #queue: LivePacket[] = [];
  readonly #log: LogEntry[] = [];
  #nextPort = 0;
  readonly #logged = new Map<LivePacket, LogEntry>();

  constructor(state: RunState, options: MatchOptions) {
    this.#state = state;
    this.#match = options;
    state.target.onPacket = (octets, atUs) => this.#sent(octets, atUs);
  }

  /** Every packet so far. */
  get packets(): RunPacket[] {
    return this.#log.map(({ atUs, direction, text, line, live }) => ({
      atUs,
      direction,
      line,
      text: text ?? (live === null ? '' : this.#print(live)),
    }));
  }

  /** Kills the connection under test, as packetdrill does for the sake of the next script. */
  killConnection(): void {
    const { flow, target, config } = this.#state;
    if (flow.protocol !== 'tcp' || flow.remotePort === 0 || flow.localPort === 0) return;
    if (flow.lastInjected === null && flow.lastOutbound === null) return;
    target.onPacket = null;
    try {
      target.inject(finalReset(flow, config));
    } catch {
      // A stack that throws has been judged already.
    }
  }

  /** A live packet in the script's words; one that is not of the connection with its ports. */
  #print(live: LivePacket, ace = false): string {
    return printPacket(toScript(live, this.#state.flow, this.#isForeign(live), ace));
  }

  #sent(octets: Uint8Array, atUs: number): void {
    const live = readLive(octets, atUs, this.#state.config.udpEncapsulation);
    if (typeof live === 'string') {
      this.#state.notes.push(`the stack sent ${live}`);
      return;
    }
    this.#queue.push(live);
    const entry: LogEntry = {
      atUs: atUs - this.#state.startUs,
      direction: 'outbound',
      text: null,
      line: 0,
      live,
    };
    this.#logged.set(live, entry);
    this.#log.push(entry);
  }

  /** Injects the packet of an inbound line. */
  inject(event: PacketEvent): void {
    const { packet } = event;
    const flow = this.#state.flow;
    if (packet.protocol === 'tcp') this.#arriving(packet.flags.bits, packet.seq.start);
    if (packet.protocol === 'udp' && flow.remotePort === 0)
      this.#newRemote(flow, this.#state.config.connectPort);
    const octets = inboundOctets(packet, flow, this.#state.config);
    this.#log.push({
      atUs: this.#state.now(),
      direction: 'inbound',
      text: printPacket(packet),
      line: event.line,
      live: null,
    });
    this.#state.target.inject(octets);
  }

  #newRemote(flow: Flow, port: number): void {
    flow.remotePort = port;
    if (flow.localPort === 0) flow.localPort = this.#state.config.bindPort;
  }

  /** What an inbound TCP packet means for the connection under test. */
  #arriving(bits: number, seq: number): void {
    const flow = this.#state.flow;
    const syn = (bits & SYN) !== 0;
    if (flow.state === 'new' && this.#match.numbersOfClosed === 'live') {
      if (flow.remotePort === 0) this.#newRemote(flow, this.#ephemeral());
    } else if (flow.state === 'new' || flow.state === 'listening') {
      // Its first packet makes the connection; ports of its own, so that no TIME-WAIT is met.
      flow.state = 'packet-received';
      flow.remotePort = this.#ephemeral();
      flow.localPort = this.#state.config.bindPort;
      flow.liveRemoteIsn = seq;
    } else if (flow.state === 'packet-received' && syn) {
      flow.liveRemoteIsn = seq;
    } else if (flow.state === 'synack-sent' && (bits & ACK) !== 0) {
      flow.state = 'established';
    } else if (flow.state === 'syn-sent' && syn) {
      // SYN,ACK, or the SYN of a simultaneous open.
      if ((bits & ACK) !== 0) flow.state = 'established';
      flow.liveRemoteIsn = seq;
    }
  }

  /** A port of the remote end that no connection of this run has had; from one run to the next it varies, too. */
  #ephemeral(): number {
    if (this.#nextPort === 0) this.#nextPort = (this.#state.target.now() / 1000) & 0x3fff;
    return 32_768 + (this.#nextPort++ & 0x3fff);
  }

  /** The packet is not of the connection under test. */
  #isForeign(p: LivePacket): boolean {
    const ports = p.tcp ?? p.udp;
    const flow = this.#state.flow;
    if (p.icmp !== null) {
      const { about } = p.icmp;
      return (
        about !== null &&
        flow.localPort !== 0 &&
        (about.src !== flow.remotePort || about.dst !== flow.localPort)
      );
    }
    if (ports === null) return false;
    if (p.udp !== null && flow.localPort === 0) return ports.dstPort !== flow.remotePort;
    if (flow.state === 'connecting')
      return (
        p.tcp === null ||
        (p.tcp.bits & SYN) === 0 ||
        ports.dstPort !== flow.remotePort ||
        this.#isOfFormer(p.tcp)
      );
    return ports.srcPort !== flow.localPort || ports.dstPort !== flow.remotePort;
  }

  /** A SYN that goes again of a connection that was under test before. */
  #isOfFormer({ srcPort, seq }: TcpView): boolean {
    return this.#state.former.some(
      ({ localPort, liveLocalIsn }) => localPort === srcPort && liveLocalIsn >>> 0 === seq >>> 0,
    );
  }

  /** The first packet in the queue that this line is about; others before it are not its business. */
  #candidate(event: PacketEvent): number {
    const { packet } = event;
    const ports = packet.protocol === 'icmp' ? null : packet.ports;
    const remote = address(this.#state.config.remoteIp);
    return this.#queue.findIndex((p) => {
      if (!p.dst.equals(remote)) return false;
      if (ports !== null) {
        const live = p.tcp ?? p.udp;
        return live !== null && live.srcPort === ports.src && live.dstPort === ports.dst;
      }
      return !this.#isForeign(p);
    });
  }

  async #take(event: PacketEvent, moment: Moment): Promise<LivePacket> {
    const there = (): boolean => this.#candidate(event) >= 0;
    const any = event.time.kind === 'any';
    if (!there())
      await this.#state.advance(
        any ? this.#state.now() + this.#state.patienceUs : moment.latestUs(this.#state.config),
        there,
      );
    let late = false;
    if (!there() && !any) {
      late = true;
      await this.#state.advance(this.#state.now() + LATE_US, there);
    }
    const at = this.#candidate(event);
    const expected = printEvent(event);
    if (at < 0)
      throw new Mismatch(
        'the packet did not come',
        expected,
        `nothing until ${seconds(this.#state.now())} s`,
      );
    const live = this.#queue.splice(at, 1)[0] as LivePacket;
    if (late) {
      const came = `${seconds(live.atUs - this.#state.startUs)} s: ${this.#print(live)}`;
      throw new Mismatch('no packet came in time', expected, came);
    }
    return live;
  }

  /** Waits for the packet of an outbound line, and judges it. */
  async expect(event: PacketEvent, moment: Moment): Promise<void> {
    const { packet } = event;
    const flow = this.#state.flow;
    const syn = packet.protocol === 'tcp' && (packet.flags.bits & SYN) !== 0;
    const hasAck = packet.protocol === 'tcp' && (packet.flags.bits & ACK) !== 0;
    if (flow.state === 'connecting' && syn && !hasAck && packet.protocol === 'tcp') {
      flow.scriptLocalIsn = packet.seq.start;
    }
    let live = await this.#take(event, moment);
    const entry = this.#logged.get(live);
    if (entry !== undefined) entry.line = event.line;
    this.#learn(event, live);
    if (packet.protocol === 'tcp' && !this.#state.config.strictSegments) {
      while (live.tcp !== null && live.tcp.payload.length < packet.seq.length) {
        const next = await this.#take(event, moment);
        const more = this.#logged.get(next);
        if (more !== undefined) more.line = event.line;
        live = joinSegments(live, next, packet.seq.length);
      }
    }
    const ace = packet.protocol === 'tcp' && packet.flags.ace !== null;
    try {
      match(packet, live, flow, this.#state.config, this.#match);
      if (entry !== undefined) entry.text = this.#print(live, ace);
    } catch (e) {
      if (entry !== undefined) entry.text = this.#print(live, ace);
      if (!(e instanceof Mismatch)) throw e;
      throw new Mismatch(
        `${e.message} (expected ${e.expected}, actual ${e.actual})`,
        printEvent(event),
        `${seconds(live.atUs - this.#state.startUs)} ${this.#print(live, ace)}`,
      );
    }
    this.#state.checkTime('the packet', event.time, moment, live.atUs - this.#state.startUs);
    if (flow.state === 'connecting' && syn) flow.state = 'syn-sent';
  }

  /** ISNs and ports that only the live packet tells. */
  #learn(event: PacketEvent, live: LivePacket): void {
    const flow = this.#state.flow;
    const { tcp, udp } = live;
    const { packet } = event;
    if (udp !== null && flow.localPort === 0) flow.localPort = udp.srcPort;
    if (tcp === null) return;
    const syn = (tcp.bits & SYN) !== 0;
    const hasAck = (tcp.bits & ACK) !== 0;
    const length = tcp.payload.length + (syn ? 1 : 0) + ((tcp.bits & FIN) !== 0 ? 1 : 0);
    if (syn && tcp.payload.length > 0) flow.synLength = tcp.payload.length;
    flow.lastOutbound = { seq: (tcp.seq + (syn ? 0 : length)) >>> 0, ack: tcp.ack, hasAck };
    if (packet.protocol !== 'tcp') return;
    if (flow.state === 'packet-received' && syn && hasAck) {
      flow.state = 'synack-sent';
      flow.scriptLocalIsn = packet.seq.start;
      flow.liveLocalIsn = tcp.seq;
    } else if (flow.state === 'syn-sent' && syn && hasAck) {
      flow.state = 'synack-sent'; // a simultaneous open: the peer's ISN is known
    } else if (flow.state === 'connecting' && syn) {
      flow.liveLocalIsn = tcp.seq;
      flow.localPort = tcp.srcPort;
    }
  }

  /** Throws Mismatch when the stack sent something that no line has expected. */
  noLeftovers(): void {
    for (const p of this.#queue) {
      if (this.#isForeign(p)) continue;
      const text = this.#print(p);
      throw new Mismatch('the stack sent a packet that no line expects', 'nothing more', text);
    }
  }
}

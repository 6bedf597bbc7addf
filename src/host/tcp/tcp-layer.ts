// TCP on one host: what its parts share, and their time. The steps are in files of their own, functions that take it
// first: a segment arrives (input.ts), a program calls (active-open.ts, passive-open.ts, user-calls.ts), ICMP tells
// (icmp.ts), a segment leaves (output.ts); every event of a connection ends the same way (event-end.ts).

import {
  defaultConfig,
  Engine,
  Err,
  type IcmpCause,
  predictable,
  predictableAcks,
  predictableEnds,
  predictableText,
  type Rules,
  rfc9293,
  type TcpConfig,
  timeout,
  transitionNamed,
  withSettings,
} from '../../tcp/index.ts';
import { type IpAddress, type IpPacket, type Memory, Segment, type UdpDatagram } from '../../wire/index.ts';
import { FourTuple, type HostCounters, type HostTap } from '../base/index.ts';
import type { Connection, Listener, ListenOptions } from '../connection/index.ts';
import {
  type HostInterface,
  type IpLayer,
  type IpService,
  PathMtuCache,
  type Quoted,
  type TcpErrors,
} from '../ip/index.ts';
import { Waits } from '../time/index.ts';
import { connect, isTaken, makesWay, type OpenOptions } from './active-open.ts';
import { beginBatch, endBatch, endEvent } from './event-end.ts';
import { FastOpenCookies } from './fast-open.ts';
import { errorArrives, nextHopUnreachable, tooBigArrives } from './icmp.ts';
import { arrives, arrivesInUdp } from './input.ts';
import { ListenerTable } from './listener-table.ts';
import { Md5Keys } from './md5-keys.ts';
import { MemoryPressure } from './memory-pressure.ts';
import { EngineOutput } from './output.ts';
import { listen } from './passive-open.ts';
import { followPath } from './path.ts';
import { PeerMetricsCache } from './peer-metrics.ts';
import { EphemeralPorts } from './ports.ts';
import { predictedInput } from './predicted-input.ts';
import { Rest } from './rest.ts';
import { SegmentOutput } from './segment-output.ts';
import { Starved } from './starved.ts';
import { SynRequests } from './syn-requests.ts';
import { ConnectionTable } from './table.ts';
import { TcbPool } from './tcb-pool.ts';
import { TimeWaitStore } from './time-wait-store.ts';
import { TimestampOffsets } from './timestamp-offset.ts';
import { UserCalls } from './user-calls.ts';

/** Most TIME-WAIT records; beyond it the oldest goes. */
const TIME_WAIT_CAPACITY = 65_536;

/** RSTs to segments of no connection, in a second. */
const RESETS_PER_SECOND = 1000;
/** Most connections, and most of them without a user. */
const CONNECTION_CAPACITY = 262_144;
const ORPHAN_CAPACITY = 65_536;

/** What the TCP of a host is made of. */
export interface TcpLayerOptions {
  readonly memory: Memory;
  readonly ip: IpLayer;
  readonly counters: HostCounters;
  /** 32 random bits from a CSPRNG, again and again. */
  readonly random: () => number;
  readonly config?: Partial<TcpConfig>;
  readonly rules?: Rules;
  readonly ports?: { first: number; last: number };
  readonly timeWaitCapacity?: number;
  readonly connectionCapacity?: number;
  readonly orphanCapacity?: number;
  readonly resetsPerSecond?: number;
  /** A user call begins: the host sets the time. */
  readonly entered: () => void;
  /** User code may have something to do. */
  readonly woke: () => void;
  /** A deadline may have become earlier. */
  readonly touched: () => void;
}

/** TCP on one host. */
/** When a connection in TIME-WAIT makes way for an active OPEN (RFC 6191 from our side). */
export interface TimeWaitReuse {
  namedAfterMs: number;
  chosenAfterMs: number;
  chooses: boolean;
}

export class TcpLayer implements TcpErrors {
  readonly engine: Engine;
  readonly config: TcpConfig;
  readonly counters: HostCounters;
  readonly memory: Memory;
  readonly ip: IpLayer;
  readonly pmtu: PathMtuCache;
  readonly table: ConnectionTable;
  readonly listenerTable = new ListenerTable();
  readonly timeWait: TimeWaitStore;
  readonly rest: Rest;
  readonly tcbs = new TcbPool();
  readonly ports: EphemeralPorts;
  readonly timestamps: TimestampOffsets;
  readonly fastOpen: FastOpenCookies;
  /** Four secret words, for SYN cookies. */
  readonly cookieKey: Int32Array;
  readonly pressure: MemoryPressure;
  readonly starved = new Starved();
  /** What the calls of programs wait with: those of connections, of listeners, of UDP sockets. */
  readonly metrics: PeerMetricsCache;
  readonly waits: Waits;
  readonly calls: UserCalls;
  readonly synRequests = new SynRequests();
  readonly engineOutput: EngineOutput;
  readonly output: SegmentOutput;
  readonly entered: () => void;
  readonly woke: () => void;
  readonly touched: () => void;
  /** What those ask of IP who have a port and do not listen: RSTs of it go as their packets would. */
  serviceOfPort: ((port: number) => IpService | null) | null = null;
  tap: HostTap | null = null;
  /** The tap is told of segments. */
  watchesSegments = false;
  /** Milliseconds that do not wrap. */
  nowMs = 0;
  /** The segment that is being processed, and its two sockets. */
  readonly seg = new Segment();
  readonly arriving = new FourTuple();
  /** The UDP port it has come from, in a datagram; 0: as it is. */
  arrivingUdp = 0;
  /** It has a signature (RFC 2385) that is right. */
  signed = false;
  readonly md5Keys = new Md5Keys();
  /** Batches of packets that have begun, and the connections whose users are told when the last ends: see event-end.ts. */
  batches = 0;
  late: Connection[] = [];
  /** The two sockets of an active OPEN. */
  readonly opening = new FourTuple();
  /** How long after its last segment a connection in TIME-WAIT makes way; whether its port is chosen then, or must be named. */
  readonly timeWaitReuse: TimeWaitReuse = { namedAfterMs: 1000, chosenAfterMs: 1000, chooses: true };
  /** What is asked of its local port. */
  readonly portTaken = (port: number): boolean => isTaken(this, port);
  readonly portMakesWay = (port: number): boolean => makesWay(this, port);
  /** The SYN in hand reopens a TIME-WAIT; its least ISS. */
  reopening = false;
  minIss = 0;

  constructor(o: TcpLayerOptions) {
    const key = (): Int32Array => Int32Array.of(o.random(), o.random(), o.random(), o.random());
    this.memory = o.memory;
    this.ip = o.ip;
    this.counters = o.counters;
    this.entered = o.entered;
    this.woke = o.woke;
    this.touched = o.touched;
    this.config = { ...defaultConfig, ...o.config };
    this.engineOutput = new EngineOutput(this, o.resetsPerSecond ?? RESETS_PER_SECOND);
    const rules = o.rules ?? rfc9293;
    this.engine = new Engine(this.engineOutput, key(), rules);
    this.engine.predicts = predictable(rules);
    this.engine.predictsAcks = predictableAcks(rules);
    this.engine.predictsText = predictableText(rules);
    this.engine.predictsEnds = predictableEnds(rules);
    this.engine.trains = true;
    this.cookieKey = key();
    this.timestamps = new TimestampOffsets(key());
    this.ports = new EphemeralPorts(key(), o.ports?.first, o.ports?.last);
    this.table = new ConnectionTable({
      random: o.random,
      capacity: o.connectionCapacity ?? CONNECTION_CAPACITY,
    });
    this.pmtu = new PathMtuCache(o.random(), o.random());
    this.timeWait = new TimeWaitStore({
      config: this.config,
      table: this.table.tuples,
      tsOffset: (tcb) => this.timestamps.of(tcb),
      capacity: o.timeWaitCapacity ?? TIME_WAIT_CAPACITY,
      watched: () => this.tap !== null,
      ended: (tcb) => this.engineOutput.transition(tcb, transitionNamed('time-wait-timeout')),
    });
    this.rest = new Rest(this, this.config);
    this.output = new SegmentOutput(o.ip, o.memory, o.counters, this.md5Keys);
    this.pressure = new MemoryPressure(o.memory, o.counters);
    this.fastOpen = new FastOpenCookies(this, key);
    this.engine.cookies = this.fastOpen;
    this.metrics = new PeerMetricsCache(() => this.nowMs, o.counters);
    this.engine.metrics = this.metrics;
    this.waits = new Waits(this, o.entered, o.touched);
    this.calls = new UserCalls(this, o.orphanCapacity ?? ORPHAN_CAPACITY);
  }

  // What there is.

  /** Live connections, SYN-RECEIVED ones included, TIME-WAIT records not. */
  get size(): number {
    return this.table.size;
  }

  /** Those of them whose user has gone. */
  get orphans(): number {
    return this.table.orphans;
  }

  /** Every live connection. */
  *connections(): Generator<Connection, void, void> {
    for (let id = 0; id < this.table.all.length; id++) {
      const c = this.connection(id);
      if (c === null) continue;
      c.seen = true;
      yield c;
    }
  }

  /** The connection of this number; null: it is free, or negative, as that of a record in TIME-WAIT is. */
  connection(id: number): Connection | null {
    return id < 0 ? null : (this.table.all[id] ?? this.rest.wakeHalfOpen(id));
  }

  /** Every listener. */
  get listeners(): Listener[] {
    return this.listenerTable.all();
  }

  /** True while there is a listener. */
  get listening(): boolean {
    return this.listenerTable.any;
  }

  /** Whether segments between a listener and the peer of the segment in hand are signed (RFC 2385). */
  signs({ md5 }: Listener): boolean {
    const { r0, r1, r2, r3 } = this.arriving;
    return md5 && this.md5Keys.find(r0, r1, r2, r3) !== null;
  }

  /** The settings of a connection: the host's, but for those that differ. */
  configOf(differing: Partial<TcpConfig> | undefined): TcpConfig {
    return differing === undefined ? this.config : withSettings(this.config, differing);
  }

  /** Somebody who watches; null: nobody. Who asks only for transitions and timers hides no short way. */
  watch(tap: HostTap | null): void {
    this.tap = tap;
    this.tcbs.clear();
    this.watchesSegments = (tap?.segmentOut ?? tap?.arrives ?? tap?.processed ?? tap?.drop) !== undefined;
    this.engine.trains = !this.watchesSegments;
    const timers = tap !== null && (tap.timerSet !== undefined || tap.timerFired !== undefined);
    this.engine.trace = timers ? this.engineOutput : null;
  }

  // Time.

  setNow(us: number): void {
    if (us !== this.engine.now) {
      this.engine.setNow(us);
      this.nowMs = us / 1000;
      if (this.nowMs >= this.pmtu.nextExpiryMs) this.pmtu.expire(this.nowMs);
    }
  }

  /** Runs every timer that is due. */
  poll(): void {
    const { engine, table, pressure, starved } = this;
    table.wheel.advance(engine.ms);
    for (let id = table.wheel.next(); id >= 0; id = table.wheel.next()) {
      const c = this.connection(id);
      if (c === null) continue;
      followPath(this, c);
      timeout(engine, c.tcb);
      endEvent(this, c);
    }
    if (pressure.untilNext(this.nowMs) === 0)
      pressure.relieve(table.all, this.nowMs, (c) => this.calls.abort(c));
    if (starved.untilNext(this.nowMs) === 0) starved.retry();
    this.waits.poll();
    this.timeWait.expire(engine.ms);
    this.rest.poll();
    this.tcbs.poll();
    this.counters.timeWaitOverflows = this.timeWait.overflowed;
  }

  /** Milliseconds until `poll` has something to do, or -1. */
  untilNext(): number {
    const { ms } = this.engine;
    const timers = sooner(this.table.wheel.untilNext(ms), this.timeWait.untilNext(ms));
    const memory = sooner(this.pressure.untilNext(this.nowMs), this.starved.untilNext(this.nowMs));
    return sooner(timers, sooner(memory, this.waits.untilNext()));
  }

  // What happens to it.

  /** A packet with a TCP segment, for this host. */
  input(packet: IpPacket): void {
    arrives(this, packet);
  }

  /** A datagram with a TCP segment, for the port of {@link tunnelPort}. */
  inputInUdp(packet: IpPacket, datagram: UdpDatagram): void {
    arrivesInUdp(this, packet, datagram);
  }

  /** Our UDP port of segments in datagrams; 0: there are none. */
  get tunnelPort(): number {
    return this.output.tunnelPort;
  }

  /** A packet of the usual kind, perhaps: see predicted-input.ts. */
  predicted(iface: HostInterface, off: number, len: number): boolean {
    return predictedInput(this, iface, off, len);
  }

  /** Packets come together, until {@link endBatch}. */
  beginBatch(): void {
    beginBatch(this);
  }
  endBatch(): void {
    endBatch(this);
  }

  /** Passive OPEN. Throws EADDRINUSE. */
  listen(options: ListenOptions, address: IpAddress | null): Listener {
    return listen(this, options, address);
  }

  /** Active OPEN: the connection in SYN-SENT. Throws a TcpError when it cannot begin. */
  connect(options: OpenOptions): Connection {
    return connect(this, options);
  }

  /** ABORT (RFC 9293 section 3.10.5); `why` is what the user is told. */
  abort(c: Connection, why: Err): void {
    this.calls.abort(c, why);
  }

  /** Aborts what has a local address that the host is about to lose. */
  abortFrom({ w0, w1, w2, w3 }: IpAddress): void {
    for (const c of this.connections()) {
      const { l0, l1, l2, l3 } = c.tcb;
      if (l3 === w3 && l2 === w2 && l1 === w1 && l0 === w0) this.abort(c, Err.ADDRESS_REMOVED);
    }
  }

  /** Closes every listener. */
  closeListeners(): void {
    for (const listener of this.listeners) listener.close();
  }

  icmp(quoted: Quoted, cause: IcmpCause, error: Err): boolean {
    return errorArrives(this, quoted, cause, error);
  }

  tooBig(quoted: Quoted, mtu: number): boolean {
    return tooBigArrives(this, quoted, mtu);
  }

  nextHopUnreachable(packet: IpPacket): void {
    nextHopUnreachable(this, packet);
  }
}

/** The earlier of two waits, of which -1 is none. */
function sooner(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}

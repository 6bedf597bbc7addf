// Many connections on one host: segments to their TCB by four-tuple, the engine's output to packets,
// timers, the queues of listeners, TIME-WAIT records, SYN cookies.

import {
  abort,
  close,
  Drop,
  defaultConfig,
  detach,
  Engine,
  Err,
  icmpError,
  keepTimes,
  type Output,
  openActive,
  openFast,
  openPassive,
  pathMtu,
  push,
  quotesFlight,
  type Rules,
  receive,
  rfc9293,
  Signal,
  State,
  segmentArrives,
  send,
  sendFirstSyn,
  setKeepAlive,
  setUserTimeout,
  since,
  sipHashTuple,
  Tcb,
  type TcpConfig,
  type TimerName,
  type TimerTrace,
  type Transition,
  tcpError,
  timeout,
  transitionNamed,
  wakeAt,
} from '../../tcp/index.ts';
import {
  ACK,
  addressFromWords,
  FIN,
  IPPROTO_TCP,
  type IpAddress,
  type IpPacket,
  isMulticast,
  isValidTcpSource,
  Malformed,
  type Memory,
  parseTcp,
  pseudoSum,
  pseudoSumWords,
  RST,
  Segment,
  SYN,
  segmentsIn,
  sumIsTrusted,
  TCP_CHECKSUM_OFFSET,
  tcpChecksumOk,
} from '../../wire/index.ts';
import {
  type HostCounters,
  type HostTap,
  NONE,
  type Octets,
  octetsOf,
  RateLimit,
  TupleTable,
} from '../base/index.ts';
import {
  Connection,
  type ConnectionHandler,
  type ConnectionOwner,
  Listener,
  type ListenerOwner,
  type ListenOptions,
} from '../connection/index.ts';
import { DEFAULT_TTL, type IpLayer, type IpService, PathMtuCache, type Way } from '../ip/index.ts';
import { TimingWheel, Waits } from '../time/index.ts';
import { FastOpenCookies, type FastOpenOwner } from './fast-open.ts';
import { EVERY_PORT, ListenerTable } from './listener-table.ts';
import { MemoryPressure } from './memory-pressure.ts';
import { EphemeralPorts } from './ports.ts';
import { SegmentOutput } from './segment-output.ts';
import { Starved } from './starved.ts';
import { acceptCookie, cookieMss, sendCookie } from './syn-cookie-handshake.ts';
import { TimeWaitStore } from './time-wait-store.ts';
import { fillTuple, setTuple } from './tuples.ts';

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

/** What an active OPEN may send with its SYN. */
export interface FirstOptions {
  /** TCP Fast Open. */
  readonly fastOpen?: boolean;
  /** Octets to be written first. */
  readonly early?: Octets;
}

/** TCP on one host. */
export class TcpLayer implements Output, TimerTrace, ConnectionOwner, ListenerOwner, FastOpenOwner {
  readonly engine: Engine;
  readonly config: TcpConfig;
  readonly counters: HostCounters;
  readonly memory: Memory;
  readonly ip: IpLayer;
  readonly pmtu: PathMtuCache;
  readonly timeWait: TimeWaitStore;
  readonly pressure: MemoryPressure;
  /** What the calls of programs wait with: those of connections, of listeners, of UDP sockets. */
  readonly waits: Waits;
  readonly #starved = new Starved();
  readonly cookieKey: Int32Array;
  readonly fastOpen: FastOpenCookies;
  /** Where segments without a connection are built, and the packet that is being processed. */
  packet: IpPacket | null = null;
  tap: HostTap | null = null;
  /** Milliseconds that do not wrap, for the cookie clock. */
  nowMs = 0;
  readonly woke: () => void;
  readonly #entered: () => void;
  readonly #touched: () => void;
  readonly #ports: EphemeralPorts;
  readonly #tsKey: Int32Array;
  /** The two addresses whose timestamp offset was asked for last, and the offset; at first none. */
  #tsLast = { l0: 0, l1: 0, l2: 0, l3: 0, r0: 0, r1: 0, r2: 0, r3: 0, offset: 0 };
  readonly #table: TupleTable;
  readonly #wheel = new TimingWheel(0);
  readonly #connections: (Connection | null)[] = [];
  readonly #freeIds: number[] = [];
  readonly #listeners = new ListenerTable();
  readonly #output: SegmentOutput;
  readonly #seg = new Segment();
  readonly #connectionCapacity: number;
  readonly #orphanCapacity: number;
  readonly #resets: RateLimit;
  #live = 0;
  /** Live connections whose user has gone. */
  #orphans = 0;
  /** The connection that `spawn` made during the event in progress. */
  #spawned: Connection | null = null;
  /** The SYN that reopens a TIME-WAIT, and its least ISS. */
  #reopening = false;
  #minIss = 0;

  constructor(o: TcpLayerOptions) {
    const key = (): Int32Array => Int32Array.of(o.random(), o.random(), o.random(), o.random());
    this.memory = o.memory;
    this.ip = o.ip;
    this.counters = o.counters;
    this.pressure = new MemoryPressure(o.memory, o.counters);
    this.#output = new SegmentOutput(o.ip, o.memory, o.counters);
    this.config = { ...defaultConfig, ...o.config };
    this.engine = new Engine(this, key(), o.rules ?? rfc9293);
    this.cookieKey = key();
    this.#tsKey = key();
    this.#ports = new EphemeralPorts(key(), o.ports?.first, o.ports?.last);
    this.#table = new TupleTable(o.random(), o.random());
    this.pmtu = new PathMtuCache(o.random(), o.random());
    this.timeWait = new TimeWaitStore(
      this.config,
      this.#table,
      o.timeWaitCapacity ?? TIME_WAIT_CAPACITY,
      (tcb) => this.transition(tcb, transitionNamed('time-wait-timeout')),
    );
    this.#connectionCapacity = o.connectionCapacity ?? CONNECTION_CAPACITY;
    this.#orphanCapacity = o.orphanCapacity ?? ORPHAN_CAPACITY;
    this.#resets = new RateLimit(o.resetsPerSecond ?? RESETS_PER_SECOND);
    this.fastOpen = new FastOpenCookies(this, key);
    this.engine.cookies = this.fastOpen;
    this.woke = o.woke;
    this.#entered = o.entered;
    this.#touched = o.touched;
    this.waits = new Waits(this, o.entered, o.touched);
  }

  /** Live connections, SYN-RECEIVED ones included, TIME-WAIT records not. */
  get size(): number {
    return this.#live;
  }

  /** Those of them whose user has gone. */
  get orphans(): number {
    return this.#orphans;
  }

  /** Every listener. */
  get listeners(): Listener[] {
    return this.#listeners.all();
  }

  /** True while there is a listener. */
  get listening(): boolean {
    return this.#listeners.any;
  }

  /** False, and counted, when one connection more would be too many. */
  #mayConnect(): boolean {
    if (this.#live < this.#connectionCapacity) return true;
    this.counters.connectionOverflows++;
    return false;
  }

  /** Every live connection. */
  *connections(): Generator<Connection, void, void> {
    for (const c of this.#connections) if (c !== null) yield c;
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
    const { engine } = this;
    this.#wheel.advance(engine.ms);
    for (let id = this.#wheel.next(); id >= 0; id = this.#wheel.next()) {
      const c = this.#connections[id];
      if (c === null || c === undefined) continue;
      this.#followPath(c);
      timeout(engine, c.tcb);
      this.#after(c);
    }
    if (this.pressure.untilNext(this.nowMs) === 0)
      this.pressure.relieve(this.#connections, this.nowMs, (c) => this.abort(c));
    if (this.#starved.untilNext(this.nowMs) === 0) this.#starved.retry();
    this.waits.poll();
    this.timeWait.expire(engine.ms);
    this.counters.timeWaitOverflows = this.timeWait.overflowed;
  }

  /** Milliseconds until `poll` has something to do, or -1. */
  untilNext(): number {
    const { ms } = this.engine;
    const a = this.#wheel.untilNext(ms);
    const b = sooner(a, this.timeWait.untilNext(ms));
    const c = sooner(this.pressure.untilNext(this.nowMs), this.#starved.untilNext(this.nowMs));
    return sooner(b, sooner(c, this.waits.untilNext()));
  }

  // User calls.

  /** Passive OPEN. Throws EADDRINUSE. */
  listen(options: ListenOptions, address: IpAddress | null): Listener {
    const { port } = options;
    const { any = false } = options;
    const chosen = port === 0 ? this.#freeListenPort(address) : (port ?? EVERY_PORT);
    if (this.#listeners.taken(chosen, address, options.family ?? 0, any)) {
      throw tcpError(Err.ADDRESS_IN_USE, 'listen', { address: `${address ?? '::'}`, port: chosen });
    }
    const tcb = new Tcb(options.tcp === undefined ? this.config : { ...this.config, ...options.tcp });
    tcb.localPort = chosen;
    openPassive(this.engine, tcb);
    const listener = new Listener(this, tcb, address, chosen, options);
    this.#listeners.add(listener);
    return listener;
  }

  #freeListenPort(address: IpAddress | null): number {
    const any = address ?? addressFromWords(4, 0, 0, 0xffff, 0);
    const port = this.#ports.choose(any, any, 0, (p) => this.#listeners.has(p));
    if (port === 0) throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'listen', 'no free port');
    return port;
  }

  /** Active OPEN: the connection in SYN-SENT. Throws a TcpError when it cannot begin. */
  connect(
    remote: IpAddress,
    remotePort: number,
    source: IpAddress | null,
    localPort: number,
    handler: ConnectionHandler | null,
    config: Partial<TcpConfig> | undefined,
    service: IpService = {},
    { fastOpen = false, early }: FirstOptions = {},
  ): Connection {
    const where = { address: remote.toString(), port: remotePort };
    const first = early === undefined ? null : octetsOf(early, 'connect');
    const { w0, w1, w2, w3 } = remote;
    if (!isValidTcpSource(w0, w1, w2, w3) || this.ip.local.isBroadcast(w0, w1, w2, w3))
      throw tcpError(Err.BAD_REMOTE, 'connect', where);
    const path = this.ip.path(w0, w1, w2, w3, source);
    if (path === null) throw tcpError(Err.NET_UNREACHABLE, 'connect', where);
    if (!this.#mayConnect()) throw tcpError(Err.NO_RESOURCES, 'connect', where);
    const local = path.source;
    const tcb = new Tcb(config === undefined ? this.config : { ...this.config, ...config });
    setTuple(tcb, local, localPort, remote, remotePort);
    if (localPort === 0) tcb.localPort = this.#choosePort(tcb, local, remote);
    if (this.#find(tcb) !== NONE && !this.#reuseTimeWait(tcb)) {
      throw tcpError(Err.ADDRESS_IN_USE, 'connect', {
        ...where,
        localAddress: local.toString(),
        localPort,
      });
    }
    const c = this.#adopt(tcb, path);
    c.handler = handler;
    c.ttl = service.ttl ?? DEFAULT_TTL;
    c.tos = service.tos ?? 0;
    this.counters.activeOpens++;
    if (fastOpen) openFast(this.engine, tcb);
    else openActive(this.engine, tcb);
    if (first !== null) c.write(first).catch(() => c.ended || c.abort()); // no memory: nothing may follow
    if (fastOpen) sendFirstSyn(this.engine, tcb);
    this.#after(c);
    this.#touched();
    return c;
  }

  /** A port whose tuple is free; when all are taken, one whose TIME-WAIT can make way. */
  #choosePort(tcb: Tcb, local: IpAddress, remote: IpAddress): number {
    const taken = (port: number): boolean => {
      tcb.localPort = port;
      return this.#find(tcb) !== NONE;
    };
    const waits = (port: number): boolean => taken(port) && !this.#mayReuse(this.#find(tcb));
    const port =
      this.#ports.choose(local, remote, tcb.remotePort, taken) ||
      this.#ports.choose(local, remote, tcb.remotePort, waits);
    if (port === 0) throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'connect', 'no free port');
    return port;
  }

  /** RFC 6191 from our side: timestamps tell a new connection from the one in TIME-WAIT. */
  #mayReuse(value: number): boolean {
    if (value >= 0 || value === NONE || !this.config.timestamps) return false;
    const old = this.timeWait.load(~value);
    return old.ts === 1 && since(this.engine, old.tsRecentMs) >= 1000;
  }

  #reuseTimeWait(tcb: Tcb): boolean {
    const value = this.#find(tcb);
    if (!this.#mayReuse(value)) return false;
    tcb.hasMinIss = 1;
    tcb.minIss = (this.timeWait.load(~value).snd.nxt + 65_537) | 0;
    this.timeWait.remove(~value);
    return true;
  }

  // A user call happens now, not at the time of the last event. A connection whose `id` is negative has
  // ended, or is a record in TIME-WAIT: only reading goes on.

  starved(c: Connection): void {
    this.#entered();
    this.#starved.add(c, this.nowMs);
    this.#touched();
  }
  send(c: Connection, octets: number, urgent: boolean): Err {
    if (c.tcb.id < 0) return Err.CLOSING;
    this.#enter(c);
    const err = send(this.engine, c.tcb, octets, urgent);
    this.#called(c);
    return err;
  }
  received(c: Connection, octets: number): void {
    this.#enter(c);
    receive(this.engine, c.tcb, octets);
    this.#called(c);
  }
  close(c: Connection): Err {
    if (c.tcb.id < 0) return Err.NOT_CONNECTED;
    this.#enter(c);
    const err = close(this.engine, c.tcb);
    this.#called(c);
    return err;
  }
  detach(c: Connection): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    const { tcb } = c;
    const had = tcb.orphan;
    detach(this.engine, tcb);
    this.#orphans += tcb.orphan - had;
    if (tcb.state !== State.CLOSED && this.#orphans > this.#orphanCapacity) {
      this.counters.orphansAborted++;
      abort(this.engine, tcb);
    }
    this.#called(c);
  }
  abort(c: Connection, why: Err = Err.ABORTED): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    abort(this.engine, c.tcb, why);
    this.#called(c);
  }
  push(c: Connection): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    push(this.engine, c.tcb);
    this.#called(c);
  }
  setKeepAlive(c: Connection, on: boolean): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    setKeepAlive(this.engine, c.tcb, on);
    this.#called(c);
  }
  setUserTimeout(c: Connection, ms: number): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    setUserTimeout(this.engine, c.tcb, ms);
    this.#called(c);
  }
  #enter(c: Connection): void {
    this.#entered();
    this.#followPath(c);
  }
  #called(c: Connection): void {
    this.#after(c);
    this.#touched();
  }

  /** Aborts what has a local address that the host is about to lose. */
  abortFrom({ w0, w1, w2, w3 }: IpAddress): void {
    for (const c of this.#connections) {
      if (c === null) continue;
      const { l0, l1, l2, l3 } = c.tcb;
      if (l3 === w3 && l2 === w2 && l1 === w1 && l0 === w0) this.abort(c, Err.ADDRESS_REMOVED);
    }
  }

  /** Closes every listener. */
  closeListeners(): void {
    for (const listener of this.#listeners.all()) listener.close();
  }

  closeListener(listener: Listener): void {
    this.#listeners.remove(listener);
    for (const c of this.#connections) {
      if (c !== null && c.listener === listener && c.tcb.state === State.SYN_RECEIVED) this.abort(c);
    }
    close(this.engine, listener.tcb);
    this.#touched();
  }

  // Connections.

  /** Gives a TCB its place: id, demultiplexing entry, path, what depends on the path. */
  #adopt(tcb: Tcb, path: Way): Connection {
    const id = this.#freeIds.pop() ?? this.#connections.length;
    tcb.id = id;
    const c = new Connection(this, tcb, this.memory);
    this.#connections[id] = c;
    this.#live++;
    const { l0, l1, l2, l3, r0, r1, r2, r3 } = tcb;
    this.#table.set(l0, l1, l2, l3, r0, r1, r2, r3, (tcb.localPort << 16) | tcb.remotePort, id);
    c.path = path;
    c.pathEpoch = this.ip.epoch;
    c.pseudo = pseudoSumWords(path.family, l0, l1, l2, l3, r0, r1, r2, r3, IPPROTO_TCP, 0);
    this.#learnMtu(c, path);
    tcb.tsOffset = this.tsOffset(tcb);
    return c;
  }

  /**
   * Before a connection does anything: what became of its path meanwhile. So a router's report, or a new route,
   * costs nothing for connections that have nothing to send.
   */
  #followPath(c: Connection): void {
    if (c.pmtuEpoch === this.pmtu.epoch && c.pathEpoch === this.ip.epoch) return;
    if (c.pathEpoch !== this.ip.epoch) {
      const { r0, r1, r2, r3 } = c.tcb;
      c.path = this.ip.way(r0, r1, r2, r3);
      c.pathEpoch = this.ip.epoch;
    }
    if (c.path !== null) this.#learnMtu(c, c.path);
  }

  /** The MTU of the interface, and that of the path when a router has reported one (RFC 1191, RFC 8201). */
  #learnMtu(c: Connection, path: Way): void {
    const { tcb } = c;
    const { r0, r1, r2, r3 } = tcb;
    const { mtu } = path.iface;
    tcb.mtu = mtu;
    tcb.gso = path.iface.offload?.gso.maxOctets ?? 0;
    c.pmtuEpoch = this.pmtu.epoch;
    const known = this.pmtu.get(r0, r1, r2, r3, this.nowMs);
    if (known !== 0) c.pmtuUntilMs = this.pmtu.until(r0, r1, r2, r3);
    else if (this.nowMs < c.pmtuUntilMs && tcb.pmtu <= mtu) return; // pushed out, but no older for that
    pathMtu(this.engine, tcb, known === 0 ? mtu : Math.min(known, mtu));
  }

  /** Offset of the timestamp clock of a tuple, the same for every incarnation (RFC 7323 section 5.4). */
  tsOffset(tcb: Tcb): number {
    const { l0, l1, l2, l3, r0, r1, r2, r3 } = tcb;
    const last = this.#tsLast;
    // Connections come in series between the same two hosts.
    if (r3 === last.r3 && l3 === last.l3 && r2 === last.r2 && l2 === last.l2 && r1 === last.r1) {
      if (l1 === last.l1 && r0 === last.r0 && l0 === last.l0) return last.offset;
    }
    const offset = sipHashTuple(this.#tsKey, l0, l1, l2, l3, r0, r1, r2, r3, 0, 0);
    this.#tsLast = { l0, l1, l2, l3, r0, r1, r2, r3, offset };
    return offset;
  }

  connectionOf(tcb: Tcb): Connection {
    return this.#connections[tcb.id] as Connection;
  }

  #find(tcb: Tcb): number {
    const { l0, l1, l2, l3, r0, r1, r2, r3 } = tcb;
    return this.#table.find(l0, l1, l2, l3, r0, r1, r2, r3, (tcb.localPort << 16) | tcb.remotePort);
  }

  #forget(c: Connection): void {
    const { tcb } = c;
    const { l0, l1, l2, l3, r0, r1, r2, r3 } = tcb;
    this.#table.delete(l0, l1, l2, l3, r0, r1, r2, r3, (tcb.localPort << 16) | tcb.remotePort);
    this.#release(c);
  }

  #release(c: Connection): void {
    const { id } = c.tcb;
    this.#wheel.disarm(id);
    this.#connections[id] = null;
    this.#freeIds.push(id);
    this.#live--;
    this.#orphans -= c.tcb.orphan;
    c.tcb.id = -1;
  }

  /** What every event of a connection ends with: timers, signals, its end. */
  #after(c: Connection): void {
    const { tcb } = c;
    if (tcb.id < 0) return;
    const at = wakeAt(tcb);
    if (at !== 0) this.#wheel.armNoLater(tcb.id, at);
    const { signals } = tcb;
    if (signals === 0 && tcb.state !== State.TIME_WAIT) return;
    tcb.signals = 0;
    // MUST-20: negative advice to IP at R1.
    if ((signals & Signal.DELAYED) !== 0 && c.path !== null) this.ip.doubt(c.path);
    if (tcb.state === State.TIME_WAIT) {
      // The record that is left needs no TCB.
      this.#release(c);
      this.timeWait.add(tcb, c.ttl, c.tos);
      c.signalled(signals);
      return;
    }
    const { listener } = c;
    if (c.earlyAt !== null && (signals & (Signal.OPENED | Signal.ENDED)) !== 0) {
      c.earlyAt.leaveEarly(tcb.error === Err.RESET && (signals & Signal.OPENED) === 0, this.nowMs);
      c.earlyAt = null;
    }
    if ((signals & Signal.ENDED) !== 0) {
      this.#forget(c);
      if (listener !== null) {
        if (c.halfOpen) leaveSynQueue(c, listener);
        else listener.forget(c);
      }
      c.signalled(signals & ~Signal.ENDED);
      c.finish(tcb.error);
      return;
    }
    if ((signals & (Signal.OPENED | Signal.EARLY)) !== 0 && listener !== null && c.halfOpen) {
      leaveSynQueue(c, listener);
      this.counters.passiveOpens++;
      c.handler = listener.handler;
      listener.established(c);
    }
    c.signalled(signals);
  }

  // Segments in.

  /** A TCP segment for this host. */
  input(packet: IpPacket): void {
    const { counters, memory, engine } = this;
    const seg = this.#seg;
    const { payloadOff, payloadLen } = packet;
    const bad = parseTcp(memory, payloadOff, payloadLen, seg);
    if (bad !== Malformed.OK) {
      counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
      return;
    }
    if (
      !sumIsTrusted(memory, packet, TCP_CHECKSUM_OFFSET) &&
      !tcpChecksumOk(memory, payloadOff, payloadLen, pseudoSum(packet, IPPROTO_TCP, payloadLen))
    ) {
      counters.tcpBadChecksum++;
      return;
    }
    seg.gsoSize = packet.offload === null ? 0 : packet.offload.gsoSize;
    counters.segmentsIn += segmentsIn(seg);
    seg.ecn = packet.tos & 3;
    const { dst0, dst1, dst2, dst3, src0, src1, src2, src3 } = packet;
    const ports = (seg.dstPort << 16) | seg.srcPort;
    const value = this.#table.find(dst0, dst1, dst2, dst3, src0, src1, src2, src3, ports);
    this.packet = packet;
    if (value >= 0) {
      const c = this.#connections[value] as Connection;
      this.#followPath(c);
      segmentArrives(engine, c.tcb, seg);
      if (this.tap !== null) this.tap.segmentIn?.(c.tcb, seg, engine.now);
      this.#after(c);
    } else if (isMulticast(dst0, dst1, dst2, dst3)) {
      counters.tcpBadAddress++;
    } else if (value === NONE) {
      this.#toListener(seg);
    } else {
      this.#toTimeWait(~value, seg);
    }
    this.packet = null;
  }

  /** The listener for the packet in hand. */
  #listenerFor(port: number): Listener | null {
    const p = this.packet as IpPacket;
    const ours = this.ip.owner(p.dst0, p.dst1, p.dst2, p.dst3) !== null;
    return this.#listeners.find(port, p, ours);
  }

  #toListener(seg: Segment): void {
    const { engine } = this;
    const listener = this.#listenerFor(seg.dstPort);
    if (listener === null) {
      engine.rules.closed(engine, seg);
      if (this.tap !== null) this.tap.segmentIn?.(null, seg, engine.now);
      return;
    }
    if ((seg.ctl & (ACK | RST | SYN)) === ACK && listener.cookiesUntil > this.nowMs) {
      this.#fromCookie(listener, seg, cookieMss(this, seg));
      return;
    }
    segmentArrives(engine, listener.tcb, seg);
    const child = this.#spawned;
    this.#spawned = null;
    if (this.tap !== null) this.tap.segmentIn?.(child === null ? listener.tcb : child.tcb, seg, engine.now);
    if (child !== null) this.#after(child);
  }

  /**
   * While cookies are out an ACK is one that comes back, of a SYN with `mss`, or may be of a connection whose first
   * ACK and text were lost (`mss` 0): what begins later than its ISS + 1 does not show the cookie, and a RST would end
   * a connection that is good. Dropped, as without a place: the peer's text will bring the cookie again.
   */
  #fromCookie(listener: Listener, seg: Segment, mss: number): void {
    const { engine } = this;
    let c: Connection | null = null;
    if (mss === 0) this.counters.cookiesFailed++;
    else if (!listener.acceptQueueOpen) this.counters.acceptOverflows++;
    else if (this.#mayConnect()) c = acceptCookie(this, listener, seg, mss);
    if (c === null) this.drop(listener.tcb, seg, Drop.LISTEN_REFUSED);
    else segmentArrives(engine, c.tcb, seg);
    if (this.tap !== null) this.tap.segmentIn?.(c === null ? listener.tcb : c.tcb, seg, engine.now);
    if (c !== null) this.#after(c);
  }

  #toTimeWait(index: number, seg: Segment): void {
    const { engine, timeWait } = this;
    const tcb = timeWait.load(index);
    segmentArrives(engine, tcb, seg);
    tcb.signals = 0;
    if (this.tap !== null) this.tap.segmentIn?.(tcb, seg, engine.now);
    if (tcb.state === State.TIME_WAIT) {
      timeWait.store(index, tcb);
      return;
    }
    timeWait.remove(index);
    if (this.#reopening) this.#toListener(seg);
    this.#reopening = false;
  }

  // Output of the engine.

  spawn(listen: Tcb, seg: Segment): Tcb | null {
    const listener = this.#listenerFor(seg.dstPort) as Listener;
    if (!listener.acceptQueueOpen) {
      this.counters.acceptOverflows++;
      return null;
    }
    if (listener.synQueueLength >= listener.synBacklog) {
      this.counters.synOverflows++;
      if (listener.synCookies) sendCookie(this, listener, seg);
      return null;
    }
    const c = this.#mayConnect() ? this.child(listener, seg) : null;
    if (c === null) return null;
    c.tcb.state = listen.state;
    if (this.#reopening) {
      c.tcb.hasMinIss = 1;
      c.tcb.minIss = this.#minIss;
    }
    this.#spawned = c;
    return c.tcb;
  }

  /** A connection of `listener` with the sockets of the packet in hand, in LISTEN; null without a way back. */
  child(listener: Listener, seg: Segment): Connection | null {
    const p = this.packet as IpPacket;
    const tcb = new Tcb(listener.tcb.config);
    tcb.state = State.LISTEN;
    fillTuple(tcb, p, seg);
    const path = this.ip.way(p.src0, p.src1, p.src2, p.src3);
    if (path === null) {
      this.counters.noRoute++;
      return null;
    }
    const c = this.#adopt(tcb, path);
    c.listener = listener;
    c.ttl = listener.ttl;
    c.tos = listener.tos;
    c.halfOpen = true;
    listener.synQueueLength++;
    return c;
  }

  admit(tcb: Tcb): boolean {
    const listener = (this.#connections[tcb.id] as Connection).listener;
    if (listener === null) return true;
    const { textLen, ctl } = this.#seg;
    if (textLen === 0 && (ctl & FIN) === 0 && tcb.rto.timeouts < listener.deferAccept) return false;
    if (listener.acceptQueueOpen) return true;
    this.counters.acceptOverflows++;
    return false;
  }

  reopen(_tcb: Tcb, seg: Segment, minIss: number): boolean {
    const listener = this.#listenerFor(seg.dstPort);
    if (listener === null) return false;
    if (!listener.acceptQueueOpen) {
      this.counters.acceptOverflows++;
      return false;
    }
    this.#reopening = true;
    this.#minIss = minIss;
    return true;
  }

  text(tcb: Tcb, seg: Segment, skip: number, seq: number, len: number): boolean {
    const c = this.#connections[tcb.id] as Connection;
    if (!c.makeRoom((seq + len - tcb.rcv.user) | 0, seq !== tcb.rcv.nxt)) {
      this.counters.noMemory++;
      return false;
    }
    c.rcvRing.copyIn(seq, seg.textOff + skip, len);
    return true;
  }

  segment(tcb: Tcb, seg: Segment): void {
    this.counters.segmentsOut += segmentsIn(seg);
    if ((seg.ctl & RST) !== 0) this.counters.resetsOut++;
    if (this.tap !== null) this.tap.segmentOut?.(tcb, seg, this.engine.now);
    const c = tcb.id >= 0 ? (this.#connections[tcb.id] as Connection) : null;
    if (c === null) {
      const { ttl, tos } = this.timeWait; // a record's: no other TCB without a connection sends
      this.#output.sendLoose(tcb.r0, tcb.r1, tcb.r2, tcb.r3, tcb.l0, tcb.l1, tcb.l2, tcb.l3, seg, ttl, tos);
      return;
    }
    this.#output.send(c, seg);
  }

  reply(_to: Segment, seg: Segment): void {
    const p = this.packet;
    if (p === null) return;
    if ((seg.ctl & RST) !== 0 && !this.#resets.allows(this.engine.now)) {
      this.counters.resetsLimited++;
      return;
    }
    this.counters.segmentsOut++;
    if ((seg.ctl & RST) !== 0) this.counters.resetsOut++;
    if (this.tap !== null) this.tap.segmentOut?.(null, seg, this.engine.now);
    this.#output.sendLoose(
      p.src0,
      p.src1,
      p.src2,
      p.src3,
      p.dst0,
      p.dst1,
      p.dst2,
      p.dst3,
      seg,
      DEFAULT_TTL,
      0,
    );
  }

  /** Sends a segment without text of no live connection from (s…) to (d…). */
  sendWithout(packet: IpPacket, seg: Segment, ttl: number, tos: number): void {
    this.counters.segmentsOut++;
    if (this.tap !== null) this.tap.segmentOut?.(null, seg, this.engine.now);
    const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
    this.#output.sendLoose(src0, src1, src2, src3, dst0, dst1, dst2, dst3, seg, ttl, tos);
  }

  transition(tcb: Tcb, row: Transition): void {
    if (this.tap !== null) this.tap.transition?.(tcb, row, this.engine.now);
  }
  drop(tcb: Tcb | null, seg: Segment, reason: Drop): void {
    const { drops } = this.counters;
    drops[reason] = (drops[reason] as number) + 1;
    if (this.tap !== null) this.tap.drop?.(tcb, seg, reason, this.engine.now);
  }
  sweep(fromMs: number, elapsedMs: number): void {
    this.#wheel.restart(this.engine.ms);
    for (const c of this.#connections) {
      if (c === null) continue;
      keepTimes(c.tcb, fromMs, elapsedMs);
      const at = wakeAt(c.tcb);
      if (at !== 0) this.#wheel.arm(c.tcb.id, at);
    }
    this.timeWait.sweep(fromMs, elapsedMs);
  }
  timerSet(tcb: Tcb, timer: TimerName, deadlineMs: number): void {
    this.tap?.timerSet?.(tcb, timer, deadlineMs, this.engine.now);
  }
  timerFired(tcb: Tcb, timer: TimerName): void {
    this.tap?.timerFired?.(tcb, timer, this.engine.now);
  }

  // ICMP.

  /** An ICMP error quoted a segment of ours: the tuple as we see it, and the sequence number. */
  icmp(
    quoted: IpPacket,
    localPort: number,
    remotePort: number,
    seq: number,
    hard: boolean,
    error: Err,
  ): boolean {
    const c = this.#quoted(quoted, localPort, remotePort);
    if (c === null || !icmpError(this.engine, c.tcb, seq, hard, error)) return false;
    this.#after(c);
    return true;
  }

  /** The next hop of a packet of ours is not there: every active open by way of it fails. */
  nextHopUnreachable({ dst0, dst1, dst2, dst3 }: IpPacket): void {
    const way = this.ip.way(dst0, dst1, dst2, dst3);
    if (way === null) return;
    const { iface, hop0, hop1, hop2, hop3 } = way;
    for (const c of this.#connections) {
      const path = c?.path ?? null;
      if (c === null || path === null || c.tcb.state !== State.SYN_SENT || path.iface !== iface) continue;
      if (path.hop3 !== hop3 || path.hop2 !== hop2 || path.hop1 !== hop1 || path.hop0 !== hop0) continue;
      icmpError(this.engine, c.tcb, c.tcb.snd.una, true, Err.HOST_UNREACHABLE);
      this.#after(c);
    }
  }

  /** A packet of ours was too big for a link of `mtu` octets (RFC 1191, RFC 8201), if it is true (RFC 5927). */
  tooBig(quoted: IpPacket, localPort: number, remotePort: number, seq: number, mtu: number): boolean {
    const c = this.#quoted(quoted, localPort, remotePort);
    if (c === null || !quotesFlight(c.tcb, seq)) return false;
    const { dst0, dst1, dst2, dst3 } = quoted;
    const known = this.pmtu.get(dst0, dst1, dst2, dst3, this.nowMs);
    const current = known === 0 ? c.tcb.mtu : Math.min(known, c.tcb.mtu);
    this.pmtu.report(dst0, dst1, dst2, dst3, mtu, quoted.totalLen, current, this.nowMs);
    if (c.pmtuEpoch === this.pmtu.epoch) return false;
    this.#followPath(c); // others to this destination follow when they next have something to do
    this.#after(c);
    return true;
  }

  #quoted(q: IpPacket, localPort: number, remotePort: number): Connection | null {
    const ports = (localPort << 16) | remotePort;
    const value = this.#table.find(q.src0, q.src1, q.src2, q.src3, q.dst0, q.dst1, q.dst2, q.dst3, ports);
    return value < 0 ? null : (this.#connections[value] as Connection);
  }
}

/** The earlier of two waits, of which -1 is none. */
function sooner(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}

function leaveSynQueue(c: Connection, listener: Listener): void {
  c.halfOpen = false;
  listener.synQueueLength--;
}

// What the tests of hosts share: hosts in a world with virtual time, a port that sends and notes raw
// packets, and the rule that every test ends with: nothing is left behind.

import { afterEach, expect } from 'vitest';
import { type SettleOptions, Switch, Wire, type WireOptions, World } from '../sim/index.ts';
import { StrictMemory } from '../sim/testing.ts';
import { brokenInvariant, type TcpConfig, type TcpError } from '../tcp/index.ts';
import {
  finish,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_HEADER_LENGTH,
  type IpAddress,
  IpPacket,
  Memory,
  parseAddress,
  parseIp,
  parseTcp,
  pseudoSumWords,
  Segment,
  sum,
  TCP_CHECKSUM_OFFSET,
  tcpHeaderLength,
  writeIpv4Header,
  writeIpv6Header,
  writeTcpHeader,
  writeUdpHeader,
} from '../wire/index.ts';
import {
  type Connection,
  Host,
  type HostInterface,
  type HostOptions,
  type InterfaceOptions,
  type Listener,
} from './index.ts';
import { IPV6_MIN_MTU } from './ip/pmtu.ts';

/** Options of {@link Net.host}. */
export interface NetHostOptions extends Partial<HostOptions> {
  iface?: InterfaceOptions;
}

const nets: Net[] = [];

/** Hosts and wires of one test. */
export class Net {
  readonly memory = new StrictMemory();
  readonly world: World;
  readonly hosts: Host[] = [];

  constructor(seed: number | string = 1) {
    this.world = new World({ seed, memory: this.memory });
    nets.push(this);
  }

  /** A host with one interface, `name`0. */
  host(name: string, addresses: readonly string[], options: NetHostOptions = {}): Host {
    const random = this.world.random.fork(name);
    const { iface, ...rest } = options;
    const host = new Host({
      name,
      clock: this.world.clock,
      random: () => random.nextUint32(),
      memory: this.memory,
      onUserWoke: () => this.world.userWoke(),
      ...rest,
    });
    host.addInterface({ name: `${name}0`, addresses, ...iface });
    this.world.addNode(host);
    this.hosts.push(host);
    return host;
  }

  /** 10.0.0.1, fd00::1 and 10.0.0.2, fd00::2 on one wire. */
  pair(
    wire: WireOptions = { delayUs: 10_000 },
    a: NetHostOptions = {},
    b: NetHostOptions = {},
  ): { a: Host; b: Host; wire: Wire } {
    const left = this.host('a', ['10.0.0.1/24', 'fd00::1/64'], a);
    const right = this.host('b', ['10.0.0.2/24', 'fd00::2/64'], b);
    return { a: left, b: right, wire: new Wire(this.world, port(left), port(right), wire) };
  }

  /** A new wire between two hosts. */
  rewire(a: Host, b: Host, options: WireOptions): Wire {
    return new Wire(this.world, port(a), port(b), options);
  }

  /** A wire from the first interface of a host to any other. */
  wireTo(a: Host, other: HostInterface, options: WireOptions): Wire {
    return new Wire(this.world, port(a), other, options);
  }

  /** Hosts 10.0.0.n, fd00::n on a switch. */
  lan(count: number, wire: WireOptions = { delayUs: 100 }, options: NetHostOptions = {}): Host[] {
    const box = new Switch(this.world);
    const hosts: Host[] = [];
    for (let n = 1; n <= count; n++) {
      const iface: InterfaceOptions = { kind: 'ethernet', ...options.iface, mac: `02:00:00:00:00:0${n}` };
      const host = this.host(`h${n}`, [`10.0.0.${n}/24`, `fd00::${n}/64`], { ...options, iface });
      box.connect(port(host), wire);
      hosts.push(host);
    }
    return hosts;
  }

  /** Runs the world until the promise settles. */
  run<T>(promise: PromiseLike<T>, options: SettleOptions = {}): Promise<T> {
    return this.world.settle(promise, { maxEvents: 5_000_000, ...options });
  }

  /** Lets time pass. */
  async pass(us: number): Promise<void> {
    await this.world.run({ untilUs: this.world.now() + us });
  }

  /** Runs until nothing is pending. */
  async rest(): Promise<void> {
    await this.world.run({ maxEvents: 5_000_000, maxTimeUs: Infinity });
  }

  /** Ends everything; nothing may be left. */
  async finish(): Promise<void> {
    for (const host of this.hosts) for (const c of host.connections) c.abort();
    await this.rest();
    for (const host of this.hosts) expectNothingLeft(host);
    expect([this.memory.used, this.memory.live.size]).toEqual([0, 0]);
  }
}

afterEach(async () => {
  for (const net of nets.splice(0)) await net.finish();
});

/** Two hosts, and a connection between them. */
export interface OpenPair {
  net: Net;
  a: Host;
  b: Host;
  wire: Wire;
  /** On port 80 of `b`. */
  listener: Listener;
  /** That of `a`, which has opened it, and that of `b`. */
  c: Connection;
  s: Connection;
}

/** Two hosts and a connection; `tcp`: settings of both, `left` and `right`: options of one. */
export async function openPair({
  delayUs = 10_000,
  tcp = {},
  left = {},
  right = {},
}: {
  delayUs?: number;
  tcp?: Partial<TcpConfig>;
  left?: NetHostOptions;
  right?: NetHostOptions;
} = {}): Promise<OpenPair> {
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs }, { tcp, ...left }, { tcp, ...right });
  const listener = b.listen({ port: 80 });
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const s = await net.run(listener.accept());
  return { net, a, b, wire, listener, c, s };
}

/** A host whose link ends at a port without a stack: it gets what a test writes. */
export interface LoneHost {
  net: Net;
  host: Host;
  raw: RawPort;
}

/** A host 10.0.0.2, and fd00::2 where the MTU is large enough for IPv6, and nobody else. */
export function loneHost(options: NetHostOptions & { addresses?: readonly string[] } = {}): LoneHost {
  const net = new Net();
  const { addresses, ...rest } = options;
  const six = (options.iface?.mtu ?? IPV6_MIN_MTU) < IPV6_MIN_MTU ? [] : ['fd00::2/64'];
  const host = net.host('b', addresses ?? ['10.0.0.2/24', ...six], rest);
  return { net, host, raw: new RawPort(net, host) };
}

/** The host keeps no connection, no record, no timer. */
export function expectNothingLeft(host: Host): void {
  expect({ live: host.tcp.size, timeWait: host.tcp.timeWait.size, wakeAt: host.wakeAt() }).toEqual({
    live: 0,
    timeWait: 0,
    wakeAt: Number.POSITIVE_INFINITY,
  });
}

/** The interface that is not loopback. */
export function port(host: Host): HostInterface {
  return host.interfaces[1] as HostInterface;
}

/** Fails when a TCB of the host breaks an invariant. */
export function watchInvariants(host: Host, note: () => string = () => ''): void {
  host.tap = {
    processed: (tcb) => {
      const broken = tcb === null ? null : brokenInvariant(tcb);
      if (broken !== null) throw new Error(`${host.name}: ${broken} ${note()}`);
    },
  };
}

/** The code with which a promise rejects, or 'ok'. */
export async function codeOf(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    return (error as TcpError).code ?? String(error);
  }
}

/** The code with which a function throws, or 'ok'. */
export function thrown(act: () => unknown): string {
  try {
    act();
    return 'ok';
  } catch (error) {
    return (error as TcpError).code ?? (error as Error).name;
  }
}

/** `n` octets that say where they belong. */
export function octets(n: number, from = 0): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = (from + i) * 167 + ((from + i) >> 8);
  return out;
}

/** Writes all, then ends; errors show at the other end. */
export function sendAndEnd(c: Connection, data: Uint8Array): void {
  c.write(data)
    .then(() => c.end())
    .catch(() => {});
}

/** Everything up to the end. */
export async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return concat(chunks);
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

/** A packet that a host sent. */
export interface RawPacket {
  bytes: Uint8Array;
  protocol: number;
  src: string;
  dst: string;
  ttl: number;
  tos: number;
  payload: Uint8Array;
  /** For TCP: control bits, numbers and options. */
  segment: Segment | null;
}

/** The other end of a host's interface, without a stack: sends bytes, notes what comes. */
export class RawPort {
  readonly packets: RawPacket[] = [];
  readonly frames: Uint8Array[] = [];
  readonly net: Net;
  readonly #iface: HostInterface;

  constructor(net: Net, host: Host) {
    this.net = net;
    this.#iface = port(host);
    this.#iface.attach((off, len) => {
      this.frames.push(net.memory.u8.slice(off, off + len));
      if (this.#iface.kind === 'ip') this.packets.push(this.#parse(off, len));
      net.memory.free(off, len);
    });
  }

  #parse(off: number, len: number): RawPacket {
    const { memory } = this.net;
    const p = new IpPacket();
    expect(parseIp(memory, off, len, p)).toBe(0);
    let segment: Segment | null = null;
    if (p.protocol === IPPROTO_TCP && !p.fragment) {
      segment = new Segment();
      expect(parseTcp(memory, p.payloadOff, p.payloadLen, segment)).toBe(0);
    }
    return {
      bytes: memory.u8.slice(off, off + len),
      protocol: p.protocol,
      src: text(p.family, p.src0, p.src1, p.src2, p.src3),
      dst: text(p.family, p.dst0, p.dst1, p.dst2, p.dst3),
      ttl: p.ttl,
      tos: p.tos,
      payload: memory.u8.slice(p.payloadOff, p.payloadOff + p.payloadLen),
      segment,
    };
  }

  /** A packet or frame arrives now. */
  send(bytes: Uint8Array): void {
    const { memory } = this.net;
    const off = memory.alloc(bytes.length);
    memory.u8.set(bytes, off);
    this.#iface.receive(off, bytes.length);
    memory.free(off, bytes.length);
  }

  /** What came since the last call. */
  take(): RawPacket[] {
    return this.packets.splice(0);
  }

  /** The segments of what came since the last call. */
  takeSegments(): Segment[] {
    return this.take()
      .map((p) => p.segment)
      .filter((s) => s !== null);
  }
}

function text(family: 4 | 6, w0: number, w1: number, w2: number, w3: number): string {
  const v4 = `${w3 >>> 24}.${(w3 >>> 16) & 255}.${(w3 >>> 8) & 255}.${w3 & 255}`;
  if (family === 4) return v4;
  const hex = [w0, w1, w2, w3]
    .map((w) => `${(w >>> 16).toString(16)}:${(w & 0xffff).toString(16)}`)
    .join(':');
  return (parseAddress(hex) as IpAddress).toString();
}

const ADDRESS = (t: string): IpAddress => parseAddress(t) as IpAddress;

/** An IP packet with this payload. */
export function ipPacket(
  net: Net,
  protocol: number,
  src: string,
  dst: string,
  payload: Uint8Array,
  more: { ttl?: number; tos?: number; id?: number; flags?: number } = {},
): Uint8Array {
  const { memory } = net;
  const s = ADDRESS(src);
  const d = ADDRESS(dst);
  const size = IPV6_HEADER_LENGTH + payload.length;
  const off = memory.alloc(size);
  const { ttl = 64, tos = 0, id = 7, flags = 0 } = more;
  const header =
    d.family === 4
      ? writeIpv4Header(memory, off, payload.length, id, flags, ttl, tos, protocol, s.w3, d.w3)
      : writeIpv6Header(
          memory,
          off,
          payload.length,
          0,
          ttl,
          tos,
          protocol,
          s.w0,
          s.w1,
          s.w2,
          s.w3,
          d.w0,
          d.w1,
          d.w2,
          d.w3,
        );
  memory.u8.set(payload, off + header);
  const bytes = memory.u8.slice(off, off + header + payload.length);
  memory.free(off, size);
  return bytes;
}

/** What a TCP segment of {@link tcpPacket} has. */
export interface RawSegment {
  from: number;
  to: number;
  ctl: number;
  /** The four bits before them; the lowest is AE. */
  reserved?: number;
  seq?: number;
  ack?: number;
  wnd?: number;
  opts?: number;
  mss?: number;
  wscale?: number;
  tsVal?: number;
  tsEcr?: number;
  text?: Uint8Array;
  up?: number;
  /** The Fast Open option, with OPT_FAST_OPEN in `opts`. */
  cookie?: readonly number[];
  experimental?: boolean;
}

/** The octets of a segment with the right checksum. */
export function tcpBytes(net: Net, src: string, dst: string, r: RawSegment): Uint8Array {
  const { memory } = net;
  const seg = new Segment().set((r.seq ?? 0) | 0, (r.ack ?? 0) | 0, r.ctl);
  seg.srcPort = r.from;
  seg.dstPort = r.to;
  seg.reserved = r.reserved ?? 0;
  seg.wnd = r.wnd ?? 65_535;
  seg.up = r.up ?? 0;
  seg.opts = r.opts ?? 0;
  seg.mss = r.mss ?? 1460;
  seg.wscale = r.wscale ?? 0;
  seg.tsVal = (r.tsVal ?? 0) | 0;
  seg.tsEcr = (r.tsEcr ?? 0) | 0;
  seg.cookieLen = r.cookie?.length ?? 0;
  seg.cookie.set(r.cookie ?? []);
  seg.cookieExperimental = r.experimental === true ? 1 : 0;
  const body = r.text ?? new Uint8Array(0);
  const len = tcpHeaderLength(seg) + body.length;
  const off = memory.alloc(len);
  memory.u8.set(body, off + writeTcpHeader(memory, off, seg));
  const s = ADDRESS(src);
  const d = ADDRESS(dst);
  const pseudo = pseudoSumWords(d.family, s.w0, s.w1, s.w2, s.w3, d.w0, d.w1, d.w2, d.w3, IPPROTO_TCP, len);
  memory.dv.setUint16(off + TCP_CHECKSUM_OFFSET, 0);
  memory.dv.setUint16(off + TCP_CHECKSUM_OFFSET, finish(sum(memory, off, len, pseudo)));
  const bytes = memory.u8.slice(off, off + len);
  memory.free(off, len);
  return bytes;
}

/** A packet with a segment. */
export function tcpPacket(net: Net, src: string, dst: string, r: RawSegment): Uint8Array {
  return ipPacket(net, IPPROTO_TCP, src, dst, tcpBytes(net, src, dst, r));
}

/** The octets of an ICMP or ICMPv6 message. */
export function icmpBytes(
  src: string,
  dst: string,
  type: number,
  code: number,
  rest: number,
  body: Uint8Array,
): Uint8Array {
  const mem = new Memory({ initial: 128 * 1024 });
  const len = 8 + body.length;
  const off = mem.alloc(len);
  mem.u8.set([type, code, 0, 0], off);
  mem.dv.setInt32(off + 4, rest);
  mem.u8.set(body, off + 8);
  const s = ADDRESS(src);
  const d = ADDRESS(dst);
  const pseudo =
    d.family === 4
      ? 0
      : pseudoSumWords(6, s.w0, s.w1, s.w2, s.w3, d.w0, d.w1, d.w2, d.w3, IPPROTO_ICMPV6, len);
  mem.dv.setUint16(off + 2, finish(sum(mem, off, len, pseudo)));
  return mem.u8.slice(off, off + len);
}

/** An IPv4 packet with options, a multiple of four octets. */
export function ipv4WithOptions(
  protocol: number,
  src: string,
  dst: string,
  options: readonly number[],
  payload: Uint8Array,
): Uint8Array {
  const mem = new Memory({ initial: 4096 });
  const off = mem.alloc(1024);
  const length = 20 + options.length + payload.length;
  writeIpv4Header(mem, off, length - 20, 7, 0, 64, 0, protocol, ADDRESS(src).w3, ADDRESS(dst).w3);
  mem.u8[off] = 0x45 + options.length / 4;
  mem.u8.set(options, off + 20);
  mem.dv.setUint16(off + 10, 0);
  mem.dv.setUint16(off + 10, finish(sum(mem, off, 20 + options.length, 0)));
  mem.u8.set(payload, off + 20 + options.length);
  return mem.u8.slice(off, off + length);
}

/** The octets of a UDP datagram. */
export function udpBytes(
  net: Net,
  src: string,
  dst: string,
  from: number,
  to: number,
  data: Uint8Array,
): Uint8Array {
  const { memory } = net;
  const len = 8 + data.length;
  const off = memory.alloc(len);
  memory.u8.set(data, off + 8);
  const s = ADDRESS(src);
  const d = ADDRESS(dst);
  const pseudo = pseudoSumWords(d.family, s.w0, s.w1, s.w2, s.w3, d.w0, d.w1, d.w2, d.w3, IPPROTO_UDP, len);
  writeUdpHeader(memory, off, from, to, data.length, pseudo);
  const bytes = memory.u8.slice(off, off + len);
  memory.free(off, len);
  return bytes;
}

/** The unhandled rejections that `code` leaves to the platform. */
export async function unhandled(code: () => Promise<void>): Promise<unknown[]> {
  const { process } = globalThis;
  const others = process.listeners('unhandledRejection');
  const caught: unknown[] = [];
  const note = (error: unknown): void => void caught.push(error);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', note);
  try {
    await code();
    await new Promise((resolve) => setTimeout(resolve, 0)); // they are told after the microtasks
  } finally {
    process.off('unhandledRejection', note);
    for (const other of others) process.on('unhandledRejection', other);
  }
  return caught;
}

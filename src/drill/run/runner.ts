// Runs one script against a target, event by event: acts at the times written, waits for what is expected,
// and stops at the first thing that is not as the script says.

import type {
  CodeEvent,
  Command,
  EventTime,
  PacketEvent,
  Script,
  ScriptEvent,
  SyscallEvent,
} from '../ast.ts';
import {
  CodeContext,
  codeConstants,
  printEvent,
  printPacket,
  printSyscall,
  ScriptError,
} from '../parse/index.ts';
import { errnoNumbers, isErrno, type Result } from '../posix/index.ts';
import type { RunConfig } from './config.ts';
import { Flow } from './flow.ts';
import { finalReset, inboundOctets } from './inject.ts';
import { joinSegments } from './join.ts';
import { type LivePacket, readLive } from './live.ts';
import { type MatchOptions, match, toScript } from './match.ts';
import { address } from './octets.ts';
import type { Profile } from './profile.ts';
import { Mismatch, type RunPacket, type ScriptResult, seconds, UnsupportedError } from './result.ts';
import { type Begun, beginCall, type CallContext } from './syscalls.ts';
import { type ShellAction, shellActions } from './sysctl.ts';
import type { Target } from './target.ts';
import { type Moment, resolveTime, within } from './time.ts';
import { numberOf } from './values.ts';

const FIN = 1;
const SYN = 2;
const ACK = 16;
/** Longest wait for an event at any time (`*`), and for a call that should not block: a virtual hour. */
const PATIENCE_US = 3_600_000_000;
/** How much longer a missing packet is looked for, to tell "late" from "never". */
const LATE_US = 10_000_000;

/** How a run is judged. */
export interface RunnerOptions {
  readonly profile: Profile;
  /** Packets that nothing expected fail the script even at its end, and TS ecr is compared. */
  readonly strict: boolean;
}

/** A blocking call under way. */
interface Pending {
  readonly event: SyscallEvent;
  readonly begun: Begun;
  readonly moment: Moment;
  /** Set when it has returned. */
  result: Result | null;
  atUs: number;
}

/** A packet of the run; `text` null: not matched yet, so its numbers may still learn what they mean. */
interface LogEntry {
  readonly atUs: number;
  readonly direction: 'inbound' | 'outbound';
  text: string | null;
  line: number;
  readonly live: LivePacket | null;
}

/** One run. */
export class Runner implements CallContext {
  readonly config: RunConfig;
  readonly #script: Script;
  readonly #target: Target;
  readonly #options: RunnerOptions;
  readonly #match: MatchOptions;
  #flow = new Flow();
  /** The script's descriptor of the socket that the flow belongs to; -1: none yet. */
  #flowFd = -1;
  readonly #fds = new Map<number, number>();
  readonly #queue: LivePacket[] = [];
  readonly #log: LogEntry[] = [];
  readonly #logged = new Map<LivePacket, LogEntry>();
  readonly #notes: string[] = [];
  readonly #code = new CodeContext();
  /** Live descriptor that TCP_INFO is asked of. */
  #codeFd = -1;
  #startUs = 0;
  /** The event under way and the one before, with their moments. */
  #line = 0;
  #last: { readonly event: ScriptEvent; readonly moment: Moment } | null = null;
  #pending: Pending | null = null;

  constructor(script: Script, config: RunConfig, target: Target, options: RunnerOptions) {
    this.#script = script;
    this.config = config;
    this.#target = target;
    this.#options = options;
    this.#match = { optionOrder: options.profile.optionOrder, checkEcr: options.strict };
    this.#code.setAll(codeConstants(options.profile.platform));
    target.onPacket = (octets, atUs) => this.#sent(octets, atUs);
  }

  get calls(): Target['syscalls'] {
    return this.#target.syscalls;
  }

  fd(script: number): number {
    return this.#fds.get(script) ?? script;
  }

  /** Runs the script to its end or to the first failure. */
  async run(): Promise<ScriptResult> {
    try {
      if (this.#script.initCommand !== undefined) await this.#command(this.#script.initCommand);
      this.#startUs = this.#target.now();
      for (const event of this.#script.events) await this.#event(event);
      await this.#finishPending();
      if (this.#options.strict) this.#noLeftovers();
      return { outcome: 'pass', ...this.#base() };
    } catch (e) {
      return this.#failure(e);
    } finally {
      this.#cleanUp();
    }
  }

  #base(): { file: string; packets: RunPacket[]; notes: string[]; endUs: number } {
    return {
      file: this.#script.file,
      packets: this.#log.map((p) => this.#packet(p)),
      notes: this.#notes,
      endUs: this.#now(),
    };
  }

  #packet({ atUs, direction, text, line, live }: LogEntry): RunPacket {
    return { atUs, direction, line, text: text ?? (live === null ? '' : this.#print(live)) };
  }

  /** A live packet in the script's words; one that is not of the connection with its ports. */
  #print(live: LivePacket, ace = false): string {
    return printPacket(toScript(live, this.#flow, this.#isForeign(live), ace));
  }

  #failure(e: unknown): ScriptResult {
    const line = this.#line;
    if (e instanceof Mismatch) {
      return {
        outcome: 'fail',
        line,
        explanation: e.message,
        expected: e.expected,
        actual: e.actual,
        ...this.#base(),
      };
    }
    if (e instanceof UnsupportedError)
      return { outcome: 'unsupported', line, reason: e.message, ...this.#base() };
    // A stack that throws has failed, whatever the script says.
    const actual = e instanceof Error ? (e.stack ?? e.message) : String(e);
    const explanation = 'the stack threw an exception';
    return { outcome: 'fail', line, explanation, expected: 'no exception', actual, ...this.#base() };
  }

  /** Kills the connection under test, as packetdrill does for the sake of the next script. */
  #cleanUp(): void {
    const flow = this.#flow;
    if (flow.protocol !== 'tcp' || flow.remotePort === 0 || flow.localPort === 0) return;
    if (flow.lastInjected === null && flow.lastOutbound === null) return;
    this.#target.onPacket = null;
    try {
      this.#target.inject(finalReset(flow, this.config));
    } catch {
      // A stack that throws has been judged already.
    }
  }

  /** Microseconds since the script's time 0. */
  #now(): number {
    return this.#target.now() - this.#startUs;
  }

  // Events.

  async #event(event: ScriptEvent): Promise<void> {
    this.#line = event.line;
    if (event.kind === 'syscall') await this.#finishPending();
    this.#line = event.line;
    const moment = resolveTime(event, this.#last, this.#now());
    const outbound = event.kind === 'packet' && event.packet.direction === 'outbound';
    if (!outbound) await this.#waitUntil(moment, event.time);
    switch (event.kind) {
      case 'packet':
        await this.#lenient(this.config.nonFatalPackets, () =>
          outbound ? this.#expect(event, moment) : this.#inject(event),
        );
        break;
      case 'syscall':
        await this.#lenient(this.config.nonFatalSyscalls, () => this.#syscall(event, moment));
        break;
      case 'code':
        this.#runCode(event);
        break;
      case 'command':
        await this.#command(event.command);
    }
    this.#last = { event, moment };
  }

  /** `--non_fatal`: a mismatch is only noted. */
  async #lenient(lenient: boolean, act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (e) {
      if (!lenient || !(e instanceof Mismatch)) throw e;
      this.#notes.push(`line ${this.#line}: ${e.message}: expected ${e.expected}, actual ${e.actual}`);
    }
  }

  async #waitUntil(moment: Moment, time: EventTime): Promise<void> {
    if (time.kind === 'any') return;
    await this.#advance(moment.us, () => false);
    this.#checkTime('this', time, moment, this.#now());
  }

  #checkTime(what: string, time: EventTime, moment: Moment, actualUs: number): void {
    const wrong = within(time, moment, actualUs, this.config);
    if (wrong !== null)
      throw new Mismatch(`${what} happened at another time`, wrong, `${seconds(actualUs)} s`);
  }

  async #advance(untilUs: number, stop: () => boolean): Promise<void> {
    await this.#target.advance(untilUs + this.#startUs, () => {
      this.#askPending();
      return stop();
    });
    this.#askPending();
  }

  // Packets.

  #sent(octets: Uint8Array, atUs: number): void {
    const live = readLive(octets, atUs);
    if (typeof live === 'string') {
      this.#notes.push(`the stack sent ${live}`);
      return;
    }
    this.#queue.push(live);
    const entry: LogEntry = {
      atUs: atUs - this.#startUs,
      direction: 'outbound',
      text: null,
      line: 0,
      live,
    };
    this.#logged.set(live, entry);
    this.#log.push(entry);
  }

  #inject(event: PacketEvent): void {
    const { packet } = event;
    const flow = this.#flow;
    if (packet.protocol === 'tcp') this.#arriving(packet.flags.bits, packet.seq.start);
    if (packet.protocol === 'udp' && flow.remotePort === 0) this.#newRemote(flow, this.config.connectPort);
    const octets = inboundOctets(packet, flow, this.config);
    this.#log.push({
      atUs: this.#now(),
      direction: 'inbound',
      text: printPacket(packet),
      line: event.line,
      live: null,
    });
    this.#target.inject(octets);
  }

  #newRemote(flow: Flow, port: number): void {
    flow.remotePort = port;
    if (flow.localPort === 0) flow.localPort = this.config.bindPort;
  }

  /** What an inbound TCP packet means for the connection under test. */
  #arriving(bits: number, seq: number): void {
    const flow = this.#flow;
    const syn = (bits & SYN) !== 0;
    if (flow.state === 'new' || flow.state === 'listening') {
      // Its first packet makes the connection; ports of its own, so that no TIME-WAIT is met.
      flow.state = 'packet-received';
      flow.remotePort = 32_768 + ((this.#target.now() / 1000) & 0x3fff);
      flow.localPort = this.config.bindPort;
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

  /** The packet is not of the connection under test. */
  #isForeign(p: LivePacket): boolean {
    if (p.icmp !== null) return false;
    const ports = p.tcp ?? p.udp;
    const flow = this.#flow;
    if (ports === null) return false;
    if (p.udp !== null && flow.localPort === 0) return ports.dstPort !== flow.remotePort;
    if (flow.state === 'connecting') return ports.dstPort !== flow.remotePort;
    return ports.srcPort !== flow.localPort || ports.dstPort !== flow.remotePort;
  }

  /** The first packet in the queue that this line is about; others before it are not its business. */
  #candidate(event: PacketEvent): number {
    const { packet } = event;
    const ports = packet.protocol === 'icmp' ? null : packet.ports;
    const remote = address(this.config.remoteIp);
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
    if (!there()) await this.#advance(any ? this.#now() + PATIENCE_US : moment.latestUs(this.config), there);
    let late = false;
    if (!there() && !any) {
      late = true;
      await this.#advance(this.#now() + LATE_US, there);
    }
    const at = this.#candidate(event);
    const expected = printEvent(event);
    if (at < 0)
      throw new Mismatch('the packet did not come', expected, `nothing until ${seconds(this.#now())} s`);
    const live = this.#queue.splice(at, 1)[0] as LivePacket;
    if (late) {
      const came = `${seconds(live.atUs - this.#startUs)} s: ${this.#print(live)}`;
      throw new Mismatch('no packet came in time', expected, came);
    }
    return live;
  }

  async #expect(event: PacketEvent, moment: Moment): Promise<void> {
    const { packet } = event;
    const flow = this.#flow;
    const syn = packet.protocol === 'tcp' && (packet.flags.bits & SYN) !== 0;
    const hasAck = packet.protocol === 'tcp' && (packet.flags.bits & ACK) !== 0;
    if (flow.state === 'connecting' && syn && !hasAck && packet.protocol === 'tcp') {
      flow.scriptLocalIsn = packet.seq.start;
    }
    let live = await this.#take(event, moment);
    const entry = this.#logged.get(live);
    if (entry !== undefined) entry.line = event.line;
    this.#learn(event, live);
    if (packet.protocol === 'tcp' && !this.config.strictSegments) {
      while (live.tcp !== null && live.tcp.payload.length < packet.seq.length) {
        const next = await this.#take(event, moment);
        const more = this.#logged.get(next);
        if (more !== undefined) more.line = event.line;
        live = joinSegments(live, next, packet.seq.length);
      }
    }
    const ace = packet.protocol === 'tcp' && packet.flags.ace !== null;
    try {
      match(packet, live, flow, this.config, this.#match);
      if (entry !== undefined) entry.text = this.#print(live, ace);
    } catch (e) {
      if (entry !== undefined) entry.text = this.#print(live, ace);
      if (!(e instanceof Mismatch)) throw e;
      throw new Mismatch(
        `${e.message} (expected ${e.expected}, actual ${e.actual})`,
        printEvent(event),
        `${seconds(live.atUs - this.#startUs)} ${this.#print(live, ace)}`,
      );
    }
    this.#checkTime('the packet', event.time, moment, live.atUs - this.#startUs);
    if (flow.state === 'connecting' && syn) flow.state = 'syn-sent';
  }

  /** ISNs and ports that only the live packet tells. */
  #learn(event: PacketEvent, live: LivePacket): void {
    const flow = this.#flow;
    const { tcp, udp } = live;
    const { packet } = event;
    if (udp !== null && flow.localPort === 0) flow.localPort = udp.srcPort;
    if (tcp === null) return;
    const syn = (tcp.bits & SYN) !== 0;
    const hasAck = (tcp.bits & ACK) !== 0;
    const length = tcp.payload.length + (syn ? 1 : 0) + ((tcp.bits & FIN) !== 0 ? 1 : 0);
    flow.lastOutbound = { seq: (tcp.seq + (syn ? 0 : length)) >>> 0, ack: tcp.ack, hasAck };
    if (packet.protocol !== 'tcp') return;
    if (flow.state === 'packet-received' && syn && hasAck) {
      flow.state = 'synack-sent';
      flow.scriptLocalIsn = packet.seq.start;
      flow.liveLocalIsn = tcp.seq;
    } else if (flow.state === 'connecting' && syn) {
      flow.liveLocalIsn = tcp.seq;
      flow.localPort = tcp.srcPort;
    }
  }

  #noLeftovers(): void {
    for (const p of this.#queue) {
      if (this.#isForeign(p)) continue;
      const text = this.#print(p);
      throw new Mismatch('the stack sent a packet that no line expects', 'nothing more', text);
    }
  }

  // System calls.

  async #syscall(event: SyscallEvent, moment: Moment): Promise<void> {
    const { syscall } = event;
    this.#before(event);
    const begun = beginCall(syscall, this);
    const { outcome } = begun;
    if (syscall.endUs !== null) {
      const endUs = syscall.endUs + (event.time.kind === 'relative' ? moment.baseUs : 0);
      const end = moment.ending(endUs);
      this.#pending = { event, begun, moment: end, result: null, atUs: 0 };
      if (outcome.kind !== 'blocked') this.#returned(this.#pending, outcome);
      return;
    }
    const result = outcome.kind === 'blocked' ? await this.#wait(event, outcome) : outcome;
    this.#checkResult(event, begun, result);
  }

  /** A call without an end time that blocks: time passes, nothing else is done. */
  async #wait(event: SyscallEvent, b: Begun['outcome'] & { kind: 'blocked' }): Promise<Result> {
    let result: Result | null = null;
    const ask = (): boolean => {
      result ??= b.retry(this.#target.now());
      return result !== null;
    };
    const until = Math.min(b.deadlineUs - this.#startUs, this.#now() + PATIENCE_US);
    await this.#advance(until, ask);
    if (ask()) return result as unknown as Result;
    throw new Mismatch(
      'the call did not return',
      printSyscall(event.syscall),
      `it waits at ${seconds(this.#now())} s`,
    );
  }

  #askPending(): void {
    const p = this.#pending;
    if (p === null || p.result !== null || p.begun.outcome.kind !== 'blocked') return;
    const result = p.begun.outcome.retry(this.#target.now());
    if (result !== null) this.#returned(p, result);
  }

  #returned(p: Pending, result: Result): void {
    p.result = result;
    p.atUs = this.#now();
    // Code that runs before the next call already sees the new connection.
    if (result.kind === 'done') this.#after(p.event, result.value);
  }

  /** Waits for the blocking call under way, and judges it. */
  async #finishPending(): Promise<void> {
    const p = this.#pending;
    if (p === null) return;
    this.#line = p.event.line;
    const { outcome } = p.begun;
    const deadline = outcome.kind === 'blocked' ? outcome.deadlineUs - this.#startUs : 0;
    const until = Math.max(
      p.moment.latestUs(this.config),
      Math.min(deadline, p.moment.latestUs(this.config)),
    );
    if (p.result === null) await this.#advance(until, () => p.result !== null);
    this.#pending = null;
    const text = printSyscall(p.event.syscall);
    if (p.result === null)
      throw new Mismatch('the call did not return', text, `it waits at ${seconds(this.#now())} s`);
    this.#checkResult(p.event, p.begun, p.result);
    const time: EventTime = { kind: 'absolute', us: p.moment.us };
    this.#checkTime('the end of the call', time, p.moment, p.atUs);
  }

  /** What a call means for the connection under test: the newest that connects or listens. */
  #before(event: SyscallEvent): void {
    const { name, args } = event.syscall;
    if (name !== 'connect' && name !== 'sendto' && name !== 'listen') return;
    const fd = args[0] === undefined ? -1 : numberOf(args[0]);
    if (name !== 'sendto' && this.#flowFd >= 0 && this.#flowFd !== fd) {
      const { protocol } = this.#flow;
      this.#flow = new Flow();
      this.#flow.protocol = protocol;
    }
    if (name !== 'sendto') this.#flowFd = fd;
    const flow = this.#flow;
    if (name === 'listen') return;
    if (flow.remotePort === 0) flow.remotePort = this.config.connectPort;
    if (name !== 'connect') return;
    this.#codeFd = this.fd(fd);
    if (flow.state !== 'new') return;
    if (flow.protocol === 'tcp') flow.state = 'connecting';
    const to = args[1];
    if (to !== undefined && to.kind !== 'ellipsis') this.#remoteOf(to);
  }

  #remoteOf(e: SyscallEvent['syscall']['args'][number]): void {
    const s = e.kind === 'list' ? e.items[0] : e;
    const port =
      s?.kind === 'struct'
        ? s.fields.find((f) => f.name === 'sin_port' || f.name === 'sin6_port')
        : undefined;
    if (port !== undefined && port.value.kind !== 'ellipsis') this.#flow.remotePort = numberOf(port.value);
  }

  #checkResult(event: SyscallEvent, begun: Begun, result: Result): void {
    const { syscall } = event;
    if (result.kind === 'unsupported') throw new UnsupportedError(result.reason);
    const actual = result.kind === 'done' ? String(result.value) : `-1 ${result.errno}`;
    const differs = (): Mismatch =>
      new Mismatch('the call returned something else', printSyscall(syscall), `${syscall.name} = ${actual}`);
    const { result: want } = syscall;
    if (want.kind === 'error') {
      if (result.kind !== 'error' || !sameErrno(want.errno, result.errno)) throw differs();
    } else if (want.kind === 'value') {
      const value = numberOf(want.value);
      if (result.kind !== 'done') throw differs();
      if (begun.givesFd && value >= 0) this.#fds.set(value, result.value);
      else if (value !== result.value) throw differs();
      begun.check(result.out, result.value);
    }
    if (result.kind === 'done') this.#after(event, result.value);
  }

  #after(event: SyscallEvent, value: number): void {
    const flow = this.#flow;
    switch (event.syscall.name) {
      case 'socket': {
        const type = event.syscall.args[1];
        const dgram = type?.kind === 'word' && type.name === 'SOCK_DGRAM';
        if (flow.state === 'new') flow.protocol = dgram ? 'udp' : 'tcp';
        if (this.#codeFd < 0) this.#codeFd = value;
        return;
      }
      case 'listen':
        if (flow.state === 'new') flow.state = 'listening';
        return;
      case 'accept':
      case 'accept4':
        this.#codeFd = value;
        return;
      default:
    }
  }

  // Code and commands.

  #runCode(event: CodeEvent): void {
    const info = this.#codeFd < 0 ? null : this.#target.tcpInfo(this.#codeFd);
    if (info !== null) this.#code.setAll(Object.entries(info));
    let outcome: ReturnType<CodeContext['run']>;
    try {
      outcome = this.#code.run(event.text, this.#script.file, event.textLine);
    } catch (e) {
      if (e instanceof ScriptError) throw new UnsupportedError(`code: ${e.summary}`);
      throw e;
    }
    for (const line of outcome.output) this.#notes.push(`line ${event.line}: ${line}`);
    if (outcome.ok) return;
    this.#line = outcome.line;
    const missing = /^NameError: name '(\w+)' is not defined/.exec(outcome.message);
    if (missing !== null) throw new UnsupportedError(`the variable ${missing[1]}`);
    const actual = outcome.message === '' ? this.#values(outcome.text) : outcome.message;
    throw new Mismatch(
      outcome.kind === 'assertion' ? 'an assertion does not hold' : 'code failed',
      outcome.text,
      actual,
    );
  }

  /** The variables of an assertion with their values. */
  #values(text: string): string {
    const names = new Set(text.match(/\b[a-z_]\w*\b/gi) ?? []);
    const known = [...names].filter((n) => this.#code.get(n) !== undefined);
    return known.map((n) => `${n} = ${String(this.#code.get(n))}`).join(', ');
  }

  async #command(command: Command): Promise<void> {
    if (this.#line === 0) this.#line = command.line;
    for (const action of shellActions(command.text)) await this.#shell(action);
  }

  async #shell(action: ShellAction): Promise<void> {
    switch (action.kind) {
      case 'nothing':
        return;
      case 'note':
        this.#notes.push(action.text);
        return;
      case 'unsupported':
        throw new UnsupportedError(action.reason);
      case 'sleep':
        await this.#advance(this.#now() + action.us, () => false);
        return;
      case 'set': {
        const refused = this.#target.configure(action.settings);
        if (refused === null) return;
        if (!action.optional) throw new UnsupportedError(refused);
        this.#notes.push(`defaults.sh: ${refused}`);
        return;
      }
      case 'count': {
        const n = this.#target.countInState(action.state);
        if (n === null) throw new UnsupportedError(`counting connections in ${action.state}`);
        if (n !== action.count) {
          throw new Mismatch(`connections in ${action.state}`, String(action.count), String(n));
        }
      }
    }
  }
}

/** EWOULDBLOCK and ENOTSUP are other names. */
function sameErrno(a: string, b: string): boolean {
  const canonical = (n: string): string =>
    n === 'EWOULDBLOCK' ? 'EAGAIN' : n === 'ENOTSUP' ? 'EOPNOTSUPP' : n;
  const [x, y] = [canonical(a), canonical(b)];
  return x === y || (isErrno(x) && isErrno(y) && errnoNumbers[x] === errnoNumbers[y]);
}

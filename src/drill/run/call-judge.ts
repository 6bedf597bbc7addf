// System calls of a run: results and times are compared; a call with an end time waits beside the events
// that follow it (at most one does).

import { type Blocked, constant, errnoNumbers, isErrno, type Result } from '../../socket/posix/index.ts';
import type { EventTime, Expression, SyscallEvent } from '../ast.ts';
import { printSyscall } from '../parse/index.ts';
import type { RunConfig } from './config.ts';
import { Flow } from './flow.ts';
import { Mismatch, seconds, UnsupportedError } from './result.ts';
import type { RunState } from './state.ts';
import { type Begun, beginCall, type CallContext } from './syscalls.ts';
import type { Syscalls } from './target.ts';
import type { Moment } from './time.ts';
import { fieldOf, numberOf, single } from './values.ts';

const MSG_FASTOPEN = constant('MSG_FASTOPEN');

/** Errors of connect that leave the attempt, or the connection, as it is. */
const STILL = new Set(['EINPROGRESS', 'EALREADY', 'EISCONN']);

/** A blocking call under way. */
interface Pending {
  readonly event: SyscallEvent;
  readonly begun: Begun;
  readonly moment: Moment;
  /** Set when it has returned. */
  result: Result | null;
  atUs: number;
}

/** Carries out and judges system calls. */
export class CallJudge implements CallContext {
  readonly #state: RunState;
  readonly #fds = new Map<number, number>();
  /** The script's descriptor of the socket that the flow belongs to; -1: none yet. */
  #flowFd = -1;
  /** The last connect failed, or the socket was closed: the next one is another connection. */
  #over = false;
  #pending: Pending | null = null;
  /** sendto with an address connects (FreeBSD). */
  readonly #implied: boolean;
  /** Live descriptor that TCP_INFO is asked of; -1: none yet. */
  infoFd = -1;

  constructor(state: RunState, impliedConnect: boolean) {
    this.#state = state;
    this.#implied = impliedConnect;
    state.onStep = () => this.#askPending();
  }

  get calls(): Syscalls {
    return this.#state.target.syscalls;
  }
  get config(): RunConfig {
    return this.#state.config;
  }
  get startUs(): number {
    return this.#state.startUs;
  }
  fd(script: number): number {
    return this.#fds.get(script) ?? script;
  }

  /** Carries out the call of a line; one with an end time goes on beside what follows. */
  async call(event: SyscallEvent, moment: Moment): Promise<void> {
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
  async #wait(event: SyscallEvent, b: Blocked): Promise<Result> {
    let result: Result | null = null;
    const ask = (): boolean => {
      result ??= b.retry(this.#state.target.now());
      return result !== null;
    };
    const until = Math.min(b.deadlineUs - this.#state.startUs, this.#state.now() + this.#state.patienceUs);
    await this.#state.advance(until, ask);
    if (ask()) return result as unknown as Result;
    throw new Mismatch(
      'the call did not return',
      printSyscall(event.syscall),
      `it waits at ${seconds(this.#state.now())} s`,
    );
  }

  #askPending(): void {
    const p = this.#pending;
    if (p === null || p.result !== null || p.begun.outcome.kind !== 'blocked') return;
    const result = p.begun.outcome.retry(this.#state.target.now());
    if (result !== null) this.#returned(p, result);
  }

  #returned(p: Pending, result: Result): void {
    p.result = result;
    p.atUs = this.#state.now();
    // Code that runs before the next call already sees the new connection.
    if (result.kind === 'done') this.#after(p.event, result.value);
  }

  /** Waits for the blocking call under way, and judges it. */
  async finish(): Promise<void> {
    const p = this.#pending;
    if (p === null) return;
    this.#state.line = p.event.line;
    if (p.result === null)
      await this.#state.advance(p.moment.latestUs(this.#state.config), () => p.result !== null);
    this.#pending = null;
    const text = printSyscall(p.event.syscall);
    if (p.result === null)
      throw new Mismatch('the call did not return', text, `it waits at ${seconds(this.#state.now())} s`);
    this.#checkResult(p.event, p.begun, p.result);
    const time: EventTime = { kind: 'absolute', us: p.moment.us };
    this.#state.checkTime('the end of the call', time, p.moment, p.atUs);
  }

  /** What a call means for the connection under test: the newest that connects or listens. */
  #before(event: SyscallEvent): void {
    const { name } = event.syscall;
    const opens = (name === 'connect' && !isUnspecified(destination(event))) || this.#sendOpens(event);
    if (!opens && name !== 'listen') {
      const { flow, config } = this.#state;
      if (name === 'sendto' && flow.remotePort === 0) flow.remotePort = config.connectPort;
      return;
    }
    const fd = this.#scriptFd(event);
    if (this.#over || (this.#flowFd >= 0 && this.#flowFd !== fd)) {
      this.#over = false;
      const { protocol } = this.#state.flow;
      this.#state.former.push(this.#state.flow);
      this.#state.flow = new Flow();
      this.#state.flow.protocol = protocol;
    }
    this.#flowFd = fd;
    const flow = this.#state.flow;
    if (name === 'listen') return;
    if (flow.remotePort === 0) flow.remotePort = this.#state.config.connectPort;
    this.infoFd = this.fd(fd);
    if (flow.state !== 'new') return;
    if (flow.protocol === 'tcp') flow.state = 'connecting';
    const to = destination(event);
    if (to !== undefined && to.kind !== 'ellipsis') this.#remoteOf(to);
  }

  #scriptFd(event: SyscallEvent): number {
    const first = event.syscall.args[0];
    return first === undefined ? -1 : numberOf(first);
  }

  /** A sendto or sendmsg that connects: with MSG_FASTOPEN, or on FreeBSD with an address alone. */
  #sendOpens(event: SyscallEvent): boolean {
    const { name, args } = event.syscall;
    if (name !== 'sendto' && name !== 'sendmsg') return false;
    const { flow } = this.#state;
    const another = this.#over || this.#flowFd !== this.#scriptFd(event);
    if (flow.protocol !== 'tcp' || (flow.state !== 'new' && !another)) return false;
    const to = destination(event);
    if (to === undefined || (to.kind === 'word' && to.name === 'NULL')) return false;
    const flags = args[name === 'sendto' ? 3 : 2];
    return this.#implied || (flags !== undefined && (numberOf(flags) & MSG_FASTOPEN) !== 0);
  }

  #remoteOf(e: SyscallEvent['syscall']['args'][number]): void {
    const s = e.kind === 'list' ? e.items[0] : e;
    const port =
      s?.kind === 'struct'
        ? s.fields.find((f) => f.name === 'sin_port' || f.name === 'sin6_port')
        : undefined;
    if (port !== undefined && port.value.kind !== 'ellipsis')
      this.#state.flow.remotePort = numberOf(port.value);
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
      if (value === -1 && result.kind === 'error') return; // any error
      if (result.kind !== 'done') throw differs();
      if (begun.givesFd && value >= 0) this.#fds.set(value, result.value);
      else if (value !== result.value) throw differs();
      for (const [i, fd] of (begun.fds ?? []).entries()) this.#fds.set(fd, (result.out as number[])[i] ?? -1);
      begun.check(result.out, result.value);
    }
    if (result.kind === 'done') this.#after(event, result.value);
    else if (syscall.name === 'connect') this.#over = !STILL.has(result.errno);
  }

  #after(event: SyscallEvent, value: number): void {
    const flow = this.#state.flow;
    switch (event.syscall.name) {
      case 'socket': {
        const type = event.syscall.args[1];
        const dgram = type?.kind === 'word' && type.name === 'SOCK_DGRAM';
        if (flow.state === 'new') flow.protocol = dgram ? 'udp' : 'tcp';
        if (this.infoFd < 0) this.infoFd = value;
        return;
      }
      case 'listen':
        if (flow.state === 'new') flow.state = 'listening';
        return;
      case 'accept':
      case 'accept4':
        this.infoFd = value;
        return;
      case 'close':
        if (this.#scriptFd(event) === this.#flowFd) this.#over = true;
        return;
      default:
    }
  }
}

/** The address argument of a call; undefined: it has none. */
function destination(event: SyscallEvent): Expression | undefined {
  const { name, args } = event.syscall;
  if (name === 'connect') return args[1];
  if (name === 'sendto') return args[4];
  const message = single(args[1]);
  return message?.kind === 'struct' ? fieldOf(message, 'msg_name') : undefined;
}

/** AF_UNSPEC in the place of an address: connect ends an association, and begins none. */
function isUnspecified(e: Expression | undefined): boolean {
  const s = single(e);
  const family = s?.kind === 'struct' ? fieldOf(s, 'sa_family', 'sin_family', 'sin6_family') : s;
  return family?.kind === 'word' && family.name === 'AF_UNSPEC';
}

/** EWOULDBLOCK and ENOTSUP are other names. */
function sameErrno(a: string, b: string): boolean {
  const canonical = (n: string): string =>
    n === 'EWOULDBLOCK' ? 'EAGAIN' : n === 'ENOTSUP' ? 'EOPNOTSUPP' : n;
  const [x, y] = [canonical(a), canonical(b)];
  return x === y || (isErrno(x) && isErrno(y) && errnoNumbers[x] === errnoNumbers[y]);
}

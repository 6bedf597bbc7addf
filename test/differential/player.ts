// A sequence on one subject, step by step, and what is seen after each.

import { constant, type Outcome } from '../../src/socket/posix/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { type CallStep, RST, type Sequence, type Step } from './sequence.ts';
import type { Subject } from './subject.ts';
import { ADDRESSES, type Flow, newFlow, octetAt, packetOf, type Sent, sentOf } from './wire.ts';

/** What was seen after a step. */
export interface Observation {
  /** What a call returned: a number, an errno, octets as a sum; '' for a segment. */
  readonly result: string;
  readonly sent: readonly Sent[];
  readonly state: StateName;
  /** The rest is null without a connected descriptor. */
  readonly unread: string | null;
  readonly unacked: string | null;
  readonly sendWindow: number | null;
  /** revents of poll. */
  readonly ready: number | null;
}

const STREAM = constant('SOCK_STREAM') | constant('SOCK_NONBLOCK');
const SOL_SOCKET = constant('SOL_SOCKET');
const SOL_TCP = constant('SOL_TCP');
const EVENTS = constant('POLLIN') | constant('POLLOUT') | constant('POLLPRI') | constant('POLLRDHUP');

function resultOf(o: Outcome): string {
  if (o.kind === 'error') return o.errno;
  if (o.kind !== 'done') throw new Error(o.kind === 'blocked' ? 'a call blocks' : o.reason);
  if (!(o.out instanceof Uint8Array)) return String(o.value);
  let sum = 0;
  for (const octet of o.out.subarray(0, o.value)) sum = (Math.imul(sum, 31) + octet) | 0;
  return `${o.value} octets, sum ${sum}`;
}

/** A sequence without its steps. */
export type Setting = Omit<Sequence, 'steps'>;

/** One sequence on one subject. */
export class Player {
  readonly subject: Subject;
  readonly flow: Flow;
  readonly #setting: Setting;
  #listener = -1;
  #fd = -1;
  /** The last state that was seen, and RCV.NXT as the stack told it. */
  #state: StateName = 'CLOSED';
  #acked: number | null = null;

  constructor(subject: Subject, setting: Setting, stackPort: number, peerPort: number) {
    this.subject = subject;
    this.#setting = setting;
    this.flow = newFlow(setting.family, stackPort, peerPort, setting.iss, setting.clock);
  }

  /** Whether there is a connected descriptor, and a listener. */
  get connected(): boolean {
    return this.#fd >= 0;
  }
  get listening(): boolean {
    return this.#listener >= 0;
  }

  step(step: Step): Observation {
    const { subject, flow } = this;
    let result = '';
    if (step.kind === 'call') result = this.#call(step);
    else subject.inject(packetOf(step, flow));
    const sent = this.#take();
    if (this.#state === 'SYN-SENT' && step.kind === 'segment' && sent.some((s) => (s.ctl & RST) !== 0)) {
      // It may send its SYN again in a moment.
      subject.settle(flow);
      sent.push(...this.#take());
    }
    return this.#observe(result, sent);
  }

  #take(): Sent[] {
    const { flow } = this;
    const sent = this.subject.take(flow).map((packet) => sentOf(packet, flow));
    for (const s of sent) if (s.ack !== null && (s.ctl & RST) === 0) this.#acked = s.ack;
    return sent;
  }

  #observe(result: string, sent: Sent[]): Observation {
    const { subject, flow } = this;
    const fd = this.#fd;
    this.#state = subject.stateOf(flow);
    // Linux's request for a connection knows the TSvals of its SYN,ACKs only, not those of its ACKs.
    if (this.#state === 'SYN-RECEIVED') flow.tsVal = flow.synTsVal;
    const base = { result, sent, state: this.#state };
    if (fd < 0) return { ...base, unread: null, unacked: null, sendWindow: null, ready: null };
    const { calls } = subject;
    const ready = calls.poll([{ fd, events: EVENTS }], 0);
    return {
      ...base,
      unread: this.#number(calls.ioctl(fd, constant('SIOCINQ'), 0)),
      unacked: this.#number(calls.ioctl(fd, constant('SIOCOUTQ'), 0)),
      sendWindow: subject.sendWindow(fd),
      ready: ready.kind === 'done' ? ((ready.out as number[])[0] ?? 0) : null,
    };
  }

  #number(o: Outcome): string {
    return o.kind === 'done' ? String(o.out) : resultOf(o);
  }

  #call({ call, n }: CallStep): string {
    const { calls } = this.subject;
    switch (call) {
      case 'listen': {
        if (this.#listener >= 0) return 'listens already';
        this.#listener = this.#socket();
        return resultOf(calls.listen(this.#listener, 4));
      }
      case 'connect': {
        if (this.#fd >= 0) return 'connects already';
        this.#fd = this.#socket();
        const { peer } = ADDRESSES[this.#setting.family];
        return resultOf(calls.connect(this.#fd, { address: peer, port: this.flow.peerPort }));
      }
      case 'accept': {
        if (this.#listener < 0 || this.#fd >= 0) return 'does not accept';
        const got = calls.accept(this.#listener, constant('SOCK_NONBLOCK'));
        if (got.kind !== 'done') return resultOf(got);
        this.#fd = got.value;
        return 'a connection';
      }
      case 'unlisten': {
        if (this.#listener < 0) return 'does not listen';
        const closed = calls.close(this.#listener);
        this.#listener = -1;
        return resultOf(closed);
      }
      default:
        return this.#fd < 0 ? 'no connection' : this.#onConnection(call, n);
    }
  }

  #onConnection(call: CallStep['call'], n: number): string {
    const { calls } = this.subject;
    const fd = this.#fd;
    switch (call) {
      case 'read':
        return resultOf(calls.receive(fd, n, 0));
      case 'write':
        return resultOf(calls.send(fd, text(n), constant('MSG_NOSIGNAL')));
      case 'urgent':
        return resultOf(calls.send(fd, text(n), constant('MSG_NOSIGNAL') | constant('MSG_OOB')));
      case 'shutdown':
        return resultOf(calls.shutdown(fd, n));
      case 'nodelay':
        return resultOf(calls.setsockopt(fd, SOL_TCP, constant('TCP_NODELAY'), n));
      case 'cork':
        return resultOf(calls.setsockopt(fd, SOL_TCP, constant('TCP_CORK'), n));
      case 'abort':
        calls.setsockopt(fd, SOL_SOCKET, constant('SO_LINGER'), { on: true, seconds: 0 });
        break;
      default:
    }
    this.#fd = -1;
    return resultOf(calls.close(fd));
  }

  #socket(): number {
    const { calls } = this.subject;
    const { family, receiveBuffer } = this.#setting;
    const made = calls.socket(constant(family === 4 ? 'AF_INET' : 'AF_INET6'), STREAM, 0);
    if (made.kind !== 'done') throw new Error(`no socket: ${JSON.stringify(made)}`);
    const fd = made.value;
    const reuse = calls.setsockopt(fd, SOL_SOCKET, constant('SO_REUSEADDR'), 1);
    if (receiveBuffer > 0) calls.setsockopt(fd, SOL_SOCKET, constant('SO_RCVBUF'), receiveBuffer);
    const bound = calls.bind(fd, { address: ADDRESSES[family].stack, port: this.flow.stackPort });
    if (reuse.kind !== 'done' || bound.kind !== 'done') throw new Error(`no bind: ${JSON.stringify(bound)}`);
    return fd;
  }

  /** Leaves nothing behind that sends again by itself. */
  end(): void {
    const { flow, subject } = this;
    if (this.#fd >= 0) this.#onConnection('abort', 0);
    if (this.#listener >= 0) subject.calls.close(this.#listener);
    this.#listener = -1;
    const state = subject.stateOf(flow);
    if (state === 'CLOSED' || state === 'TIME-WAIT' || this.#acked === null) return;
    const reset = { kind: 'segment', seq: this.#acked, length: 0, wnd: 0, up: 0, options: [] } as const;
    subject.inject(packetOf({ ...reset, ctl: RST, ack: 0 }, flow));
    subject.take(flow);
  }
}

/** Text of the program. */
function text(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => octetAt(i));
}

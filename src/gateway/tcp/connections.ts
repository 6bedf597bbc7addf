// The TCP of a gateway: each SYN of a guest is judged, and what it asks for is opened outside before it is answered.

import type { Connection, Listener, SynRequest } from '../../host/index.ts';
import { formatEndpoint, parseAddress } from '../../wire/index.ts';
import type { GatewayCore } from '../core.ts';
import type { Guest } from '../lan/index.ts';
import type { Outer, OuterIncoming, OuterTarget } from '../outer.ts';
import {
  ClientHelloReader,
  type DenyAnswer,
  type HelloReader,
  RequestReader,
  type Subject,
} from '../policy/index.ts';
import { type Decision, GatewayConnection } from './gateway-connection.ts';
import { type Inspector, Splice, type SpliceBegin, type SpliceEnd } from './splice.ts';

/** First octets have to come within this time. */
const HELLO_TIMEOUT_MS = 30_000;

/** Hears of each connection that a guest wants. While a promise that it returns is pending, the SYN waits. */
export type ConnectionListener = (connection: GatewayConnection) => void | PromiseLike<void>;

/** Bounds, and how long an attempt outside may take. */
export interface ConnectionLimits {
  /** Connections of one guest at a time. */
  readonly connections: number;
  /** SYNs that wait for outside, of all guests. */
  readonly pending: number;
  readonly connectTimeoutMs: number;
}

/** What is counted. */
export interface ConnectionCounters {
  /** SYNs that were judged; what became of them. */
  asked: number;
  allowed: number;
  denied: number;
  handled: number;
  /** Attempts that outside refused, or did not answer. */
  failed: number;
  /** SYNs beyond a guest's bound, which were dropped. */
  overLimit: number;
  /** Connections whose first octets were denied. */
  helloDenied: number;
  /** Connections from outside that a forward has led to a guest. */
  forwarded: number;
}

/** A connection as it stands now. */
export interface ConnectionRow {
  readonly guest: string;
  readonly from: string;
  readonly to: string;
  readonly name: string | null;
  /** The endpoints of the guest's link: the guest's, and the one that it takes for its peer. */
  readonly guestEnd: string;
  readonly gatewayEnd: string;
  /** The guest's side as TCP has it, '-' before its SYN was answered; how far both are. */
  readonly state: string;
  readonly phase: string;
  readonly sent: number;
  readonly received: number;
  readonly retransmissions: number;
}

/** Whose connection it is, and between which endpoints, from who began it. */
type Ends = Pick<GatewayConnection, 'guest' | 'address' | 'port' | 'sourceAddress' | 'sourcePort' | 'name'>;

interface Entry {
  readonly splice: Splice | null;
  readonly asked: Ends;
  /** What the policy has allowed, and would not any more: null, of what a program has. */
  readonly judged: GatewayConnection | null;
  guest: Connection | null;
}

/** The connections of all guests. */
export class Connections {
  readonly counters: ConnectionCounters = {
    asked: 0,
    allowed: 0,
    denied: 0,
    handled: 0,
    failed: 0,
    overLimit: 0,
    helloDenied: 0,
    forwarded: 0,
  };
  readonly listeners: ConnectionListener[] = [];
  readonly #core: GatewayCore;
  readonly #outer: Outer;
  readonly #limits: ConnectionLimits;
  readonly #listener: Listener;
  readonly #live = new Set<Entry>();
  readonly #perGuest = new Map<Guest, number>();

  constructor(core: GatewayCore, outer: Outer, limits: ConnectionLimits) {
    this.#core = core;
    this.#outer = outer;
    this.#limits = limits;
    this.#listener = core.host.listen({
      any: true,
      synBacklog: limits.pending,
      onSyn: (request) => this.#asked(request),
    });
  }

  /** Connections that are opening or open. */
  get size(): number {
    return this.#live.size;
  }

  list(): ConnectionRow[] {
    return [...this.#live].map(({ asked, splice, guest }) => {
      const c = splice?.guest ?? guest;
      const from = formatEndpoint(asked.sourceAddress, asked.sourcePort);
      const to = formatEndpoint(asked.address, asked.port);
      const [guestEnd, gatewayEnd] =
        asked instanceof GatewayConnection
          ? [from, to]
          : [to, c === null ? from : formatEndpoint(c.localAddress, c.localPort)];
      return {
        ...{ guest: asked.guest.name, from, to, name: asked.name ?? null, guestEnd, gatewayEnd },
        state: c === null ? '-' : c.state,
        phase: splice?.phase ?? 'handled',
        sent: splice?.sent ?? c?.bytesRead ?? 0,
        received: splice?.received ?? c?.bytesWritten ?? 0,
        retransmissions: c === null || c.ended ? 0 : c.info().retransmissions,
      };
    });
  }

  // A SYN.

  #asked(request: SynRequest): void {
    const { lan } = this.#core;
    const guest = lan.guestAt(request.remoteAddress);
    if (guest === undefined) {
      request.drop();
      return;
    }
    if ((this.#perGuest.get(guest) ?? 0) >= this.#limits.connections) {
      this.counters.overLimit++;
      request.drop();
      return;
    }
    this.counters.asked++;
    const names = this.#core.namesOf(guest, request.localAddress);
    const subject: Subject = {
      guest: guest.name,
      protocol: 'tcp',
      port: request.localPort,
      address: parseAddress(request.localAddress),
      names,
    };
    const verdict = this.#core.judge(subject, request.localAddress);
    const asked = new GatewayConnection(guest, request, names, verdict);
    const waits: PromiseLike<void>[] = [];
    for (const listener of this.listeners) {
      const wait = tryListener(listener, asked);
      if (wait !== null) waits.push(wait);
      if (asked.decision !== null) break;
    }
    if (asked.decision !== null || waits.length === 0) this.#decide(asked, request, subject);
    else void Promise.allSettled(waits).then(() => this.#decideLate(asked, request, subject));
  }

  /** As {@link #decide}, after a while: the guest may have left, and the policy may be another. */
  #decideLate(asked: GatewayConnection, request: SynRequest, subject: Subject): void {
    const { guest, address } = asked;
    if (this.#core.lan.guestAt(request.remoteAddress) !== guest) request.drop();
    else {
      asked.verdict = this.#core.judge(subject, address);
      this.#decide(asked, request, subject);
    }
  }

  #decide(asked: GatewayConnection, request: SynRequest, subject: Subject): void {
    if (request.settled) return;
    const { verdict } = asked;
    const decision: Decision =
      asked.decision ??
      (verdict.allowed
        ? { kind: 'allow', to: {} }
        : { kind: 'deny', why: verdict.rule, answer: this.#core.isOwn(asked.address) ? 'rst' : null });
    const byProgram = asked.decision !== null;
    this.#audit('connect', asked, {
      verdict: decision.kind,
      rule: byProgram ? (decision.kind === 'deny' ? decision.why : 'program') : verdict.rule,
    });
    switch (decision.kind) {
      case 'deny':
        this.counters.denied++;
        refuse(request, decision.answer ?? this.#core.policy.answer);
        return;
      case 'handle':
        this.counters.handled++;
        this.#handle(asked, request, decision.handler);
        return;
      default: {
        this.counters.allowed++;
        const { address, port } = this.#core.outside(asked.address, asked.port);
        const target = { address: decision.to.address ?? address, port: decision.to.port ?? port };
        this.#splice(asked, request, target, byProgram ? null : this.#inspectorOf(asked, subject));
      }
    }
  }

  #handle(asked: GatewayConnection, request: SynRequest, handler: (connection: Connection) => void): void {
    const entry: Entry = { splice: null, asked, judged: null, guest: null };
    entry.guest = request.accept({
      open: (c) => {
        c.handler = { close: (_, error) => this.#over(entry, ending(c, error?.code ?? null)) };
        handler(c);
      },
      close: (c, error) => this.#over(entry, ending(c, error?.code ?? null)),
    });
    if (entry.guest !== null) this.#enter(entry);
  }

  #splice(
    asked: GatewayConnection,
    request: SynRequest,
    target: OuterTarget,
    inspector: Inspector | null,
  ): void {
    const judged = asked.decision === null ? asked : null;
    this.#join(asked, judged, { from: 'guest', request, outer: this.#outer, target, inspector });
  }

  /** Somebody outside has come to a place that leads to a guest. */
  forward(guest: Guest, incoming: OuterIncoming, address: string, port: number, prefix: Uint8Array): void {
    if ((this.#perGuest.get(guest) ?? 0) >= this.#limits.connections) {
      this.counters.overLimit++;
      incoming.refuse();
      return;
    }
    this.counters.forwarded++;
    const { remoteAddress: sourceAddress, remotePort: sourcePort } = incoming;
    const ends: Ends = { guest, address, port, sourceAddress, sourcePort, name: undefined };
    this.#audit('forward', ends, { verdict: 'allow' });
    this.#join(ends, null, {
      from: 'outer',
      accept: (events) => incoming.accept(events),
      dial: (handler) => this.#core.host.open({ address, port, handler }),
      prefix,
    });
  }

  #join(asked: Ends, judged: GatewayConnection | null, begin: SpliceBegin): void {
    let over = false;
    let entry: Entry | null = null;
    const splice = new Splice({
      begin,
      connectTimeoutMs: this.#limits.connectTimeoutMs,
      after: (ms, action) => this.#core.after(ms, action),
      opened: (c) => c.setKeepAlive(true),
      denied: (rule) => {
        this.counters.helloDenied++;
        this.#audit('hello', asked, { verdict: 'deny', rule });
      },
      failed: (error) => {
        this.counters.failed++;
        this.#audit('connect', asked, { error });
      },
      ended: (end) => {
        over = true;
        if (entry !== null) this.#over(entry, end);
      },
    });
    entry = { splice, asked, judged, guest: null };
    if (!over) this.#enter(entry);
  }

  #inspectorOf(asked: GatewayConnection, subject: Subject): Inspector | null {
    const { inspect, byName } = asked.verdict;
    if (inspect === null) return null;
    const reader: HelloReader = inspect === 'tls' ? new ClientHelloReader() : new RequestReader();
    return {
      timeoutMs: HELLO_TIMEOUT_MS,
      judge: (octets, ended) => {
        const step = reader.next(octets, ended);
        if (step === 'more' || step.asks === null) return step;
        const { names, hidden } = step.asks;
        const verdict = this.#core.policy.judgeHello(subject, names, byName, hidden);
        return verdict.allowed ? step : { deny: verdict.rule };
      },
    };
  }

  // What there is.

  #enter(entry: Entry): void {
    const { guest } = entry.asked;
    this.#live.add(entry);
    this.#perGuest.set(guest, (this.#perGuest.get(guest) ?? 0) + 1);
  }

  #over(entry: Entry, end: SpliceEnd): void {
    if (!this.#live.delete(entry)) return;
    const { guest } = entry.asked;
    const left = (this.#perGuest.get(guest) ?? 1) - 1;
    if (left > 0) this.#perGuest.set(guest, left);
    else this.#perGuest.delete(guest);
    const { sent, received, error } = end;
    this.#audit('end', entry.asked, { sent, received, ...(error === null ? {} : { error }) });
  }

  /** Ends what the policy does not allow any more. */
  judgeAgain(): void {
    for (const entry of [...this.#live]) {
      const { judged: asked, splice } = entry;
      if (splice === null || asked === null) continue;
      const subject: Subject = {
        guest: asked.guest.name,
        protocol: 'tcp',
        port: asked.port,
        address: parseAddress(asked.address),
        names: asked.names,
      };
      const verdict = this.#core.judge(subject, asked.address);
      if (verdict.allowed) continue;
      this.#audit('connect', asked, { verdict: 'deny', rule: verdict.rule });
      splice.abort('EACCES');
    }
  }

  /** Ends the connections of a guest, or all. */
  abort(guest: Guest | null): void {
    for (const { asked, splice, guest: c } of [...this.#live]) {
      if (guest !== null && asked.guest !== guest) continue;
      splice?.abort('ECONNABORTED');
      c?.abort();
    }
  }

  close(): void {
    this.#listener.close();
    this.abort(null);
  }

  #audit(event: 'connect' | 'hello' | 'forward' | 'end', asked: Ends, more: object): void {
    this.#core.audit({
      event,
      guest: asked.guest.name,
      protocol: 'tcp',
      from: formatEndpoint(asked.sourceAddress, asked.sourcePort),
      to: formatEndpoint(asked.address, asked.port),
      ...(asked.name === undefined ? {} : { name: asked.name }),
      ...more,
    });
  }
}

function ending(c: Connection, error: string | null): SpliceEnd {
  return { sent: c.bytesRead, received: c.bytesWritten, error, side: error === null ? null : 'guest' };
}

/** What a listener throws or rejects with is the program's mistake: the policy decides. */
function tryListener(listener: ConnectionListener, asked: GatewayConnection): PromiseLike<void> | null {
  try {
    return listener(asked) ?? null;
  } catch (error) {
    void Promise.reject(error);
    return null;
  }
}

function refuse(request: SynRequest, answer: DenyAnswer): void {
  if (answer === 'rst') request.refuse();
  else if (answer === 'drop') request.drop();
  else request.unreachable('prohibited');
}

// What nobody in a trace knows, but whoever sees both ends does: which incarnation of a connection an end is in, of
// which incarnation of the other end it took the SYN, what each of them wrote, and who sent each segment.

import type { ArrivedEvent, End, SentEvent, StateChange, TcbView, Trace, TraceEvent } from '../../trace.ts';

/** One life of an end of connection 0. */
export interface Incarnation {
  readonly end: End;
  /** From 1. */
  readonly number: number;
  /** It came from LISTEN. */
  readonly passive: boolean;
  /** The incarnation of the other end whose SYN it took. */
  peer: Incarnation | null;
  /** Its program has ended its direction. */
  closed: boolean;
  /** It was aborted, reset, given up, or lost in a crash. */
  broken: boolean;
  /** Its state is not CLOSED. */
  alive: boolean;
  /** A segment of it, other than a RST, has reached a host that had no connection for it. */
  unheard: boolean;
  /** null while unknown. */
  iss: number | null;
  written: string;
  read: string;
}

/** Who sent a segment. */
export interface Sender {
  readonly event: SentEvent;
  /** null: the host, having no connection, or an attacker. */
  readonly from: Incarnation | null;
  /** For an answer of a host without a connection: who sent what it answers. */
  readonly cause: Incarnation | null;
  readonly forged: boolean;
}

/** Both ends as a trace goes on. */
export class Ghosts {
  readonly current: Record<End, Incarnation | null> = { left: null, right: null };
  readonly tcbs: Record<End, TcbView | null> = { left: null, right: null };
  /** What was before the event, when `look` is called. */
  readonly before: Record<End, TcbView | null> = { left: null, right: null };
  /** The last segment that arrived at each end, and who sent it. */
  readonly arrived: Record<End, Sender | null> = { left: null, right: null };
  /** Segments that neither arrived nor were lost, by id. */
  readonly underWay = new Map<number, Sender>();
  lost = 0;
  readonly #senders = new Map<number, Sender>();
  readonly #sentBytes = new Map<string, Sender>();
  readonly #counts: Record<End, number> = { left: 0, right: 0 };

  /** Walks the events of connection 0; `look` is called for each, and says whether to stop there. The event's number, or null. */
  static walk(trace: Trace, look: (ghosts: Ghosts, event: TraceEvent, at: number) => boolean): number | null {
    const ghosts = new Ghosts();
    for (const [at, event] of trace.events.entries()) {
      if (event.connection === 0) ghosts.push(event);
      if (look(ghosts, event, at)) return at;
    }
    return null;
  }

  /** The next event of connection 0. */
  push(event: TraceEvent): void {
    for (const end of ['left', 'right'] as const) {
      this.before[end] = this.tcbs[end];
      const view = event.tcbs?.[end];
      if (view !== undefined) this.tcbs[end] = view;
    }
    const living = { left: this.#living('left'), right: this.#living('right') };
    if (event.kind === 'arrived') this.#arrives(event);
    for (const change of event.changes) this.#change(change);
    for (const end of ['left', 'right'] as const) {
      const own = this.#living(end);
      if (own !== null) own.iss = this.tcbs[end]?.snd.iss ?? own.iss;
    }
    switch (event.kind) {
      case 'sent':
        this.#sent(event, living[event.from] ?? this.#living(event.from));
        return;
      case 'lost':
        this.lost++;
        this.underWay.delete(event.id);
        return;
      case 'call': {
        const own = this.current[event.end];
        if (own === null) return;
        if (event.call === 'shutdown' || event.call === 'close') own.closed = true;
        if (event.call === 'write') own.written += event.text ?? '';
        if (event.call === 'read') own.read += event.text ?? '';
        return;
      }
      case 'fault':
        if (event.what === 'crash' && event.end !== null) this.#ends(event.end, true);
        return;
      default:
    }
  }

  #living(end: End): Incarnation | null {
    const own = this.current[end];
    return own?.alive === true ? own : null;
  }

  #begins(end: End, passive: boolean): Incarnation {
    const own = {
      end,
      number: ++this.#counts[end],
      passive,
      peer: null,
      closed: false,
      broken: false,
      alive: true,
      unheard: false,
      iss: null,
      written: '',
      read: '',
    };
    this.current[end] = own;
    return own;
  }

  #ends(end: End, broken: boolean): void {
    const own = this.#living(end);
    if (own === null) return;
    own.alive = false;
    own.broken ||= broken;
  }

  #change({ end, to, rule }: StateChange): void {
    const { arrived } = this;
    switch (rule) {
      case 'open-active':
        this.#begins(end, false);
        return;
      case 'listen-syn':
        this.#begins(end, true).peer = arrived[end]?.from ?? null;
        return;
      case 'syn-sent-syn':
      case 'syn-sent-syn-ack': {
        const own = this.current[end];
        if (own !== null) own.peer = arrived[end]?.from ?? null;
        return;
      }
      case 'syn-received-ack': {
        // Where ISSs are the same, the connection is with whoever completes the handshake.
        const own = this.current[end];
        const by = arrived[end]?.from ?? null;
        if (own !== null && own.peer !== null && by !== null && by.iss === own.peer.iss) own.peer = by;
        return;
      }
      default:
        if (to === 'CLOSED' || to === 'LISTEN') this.#ends(end, rule === null || !GRACEFUL.has(rule));
    }
  }

  #arrives(event: ArrivedEvent): void {
    const sender = this.#senders.get(event.id) ?? null;
    this.arrived[event.to] = sender;
    this.underWay.delete(event.id);
    if (sender?.from == null || this.#living(event.to) !== null) return;
    const { flags } = sender.event.segment;
    if (!/\bRST\b|\bSYN\b/.test(flags)) sender.from.unheard = true;
  }

  #sent(event: SentEvent, from: Incarnation | null): void {
    const { packet = '' } = event;
    // The network's own copy of a packet is whose the packet was.
    const original = event.injected === true ? this.#sentBytes.get(packet) : undefined;
    const sender: Sender =
      event.injected === true
        ? {
            event,
            from: original?.from ?? null,
            cause: original?.cause ?? null,
            forged: original === undefined,
          }
        : {
            event,
            from,
            cause: from === null ? (this.arrived[event.from]?.from ?? null) : null,
            forged: false,
          };
    if (event.injected !== true) this.#sentBytes.set(packet, sender);
    this.#senders.set(event.id, sender);
    this.underWay.set(event.id, sender);
  }

  /** Nothing is under way, and no timer runs at either end that ever fires: what is waited for will never come. */
  still(): boolean {
    const timers = (end: End): number =>
      Object.values(this.tcbs[end]?.timers ?? {}).filter((ms) => ms < NEVER_MS).length;
    return this.underWay.size === 0 && timers('left') + timers('right') === 0;
  }

  /** Whether the incarnation is the one that its end is in, or was in last. */
  isCurrent(one: Incarnation): boolean {
    return this.current[one.end] === one;
  }
}

/** A timer this far away is that of a TCP which never gives up. */
const NEVER_MS = 1 << 28;

/** Rows by which a connection ends well. */
const GRACEFUL = new Set([
  'last-ack-ack',
  'time-wait-timeout',
  'fin-wait-2-timeout',
  'syn-sent-close',
  'time-wait-syn',
]);

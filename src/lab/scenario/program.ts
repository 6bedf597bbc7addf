// A program at one end of a scenario: its listener, its connections, what it writes and how it reads. Every
// call, and everything that TCP tells it, goes into the trace.

import type { Connection, ConnectionHandler, ConnectOptions, Listener } from '../../host/index.ts';
import { State, type Tcb, TcpError } from '../../tcp/index.ts';
import { type End, otherEnd, type QueueView } from '../trace.ts';
import type { Action, ProgramAction, Reads } from './scenario.ts';
import { ADDRESSES, FIRST_PORT, type Participant, portsOf, type Stage } from './stage.ts';

/** A connection as its program sees it. */
interface Held {
  readonly connection: Connection;
  readonly index: number;
  reads: Reads;
  /** What could not be sent yet. */
  unsent: Uint8Array;
  /** It has called close or abort: it is told nothing more. */
  gone: boolean;
  /** It was told that the connection broke. */
  told: boolean;
}

/** What a program has seen of a connection, in all its incarnations. */
interface Seen {
  read: number;
  eof: boolean;
}

type CallOf<Name extends Action['do']> = Extract<Action, { do: Name }>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
/** What is written when only a number of octets is asked for. */
const ALPHABET = encoder.encode('abcdefghijklmnopqrstuvwxyz');
/** Longest text that is kept as text. */
const MOST_TEXT = 200;

/** Runs at one end. */
export class Program implements Participant {
  readonly #stage: Stage;
  readonly #end: End;
  readonly #held = new Map<number, Held>();
  readonly #seen = new Map<number, Seen>();
  readonly #handler: ConnectionHandler;
  #listener: Listener | null = null;
  #accepts: boolean;

  constructor(stage: Stage, end: End) {
    this.#stage = stage;
    this.#end = end;
    this.#accepts = stage.setup.listen?.accepts ?? true;
    this.#handler = {
      open: (c) => this.#opened(c),
      readable: (c) => this.#readable(c),
      writable: (c) => this.#writable(c),
      close: (c, error) => this.#ended(c, error),
    };
  }

  /** The host has lost everything. */
  forget(): void {
    this.#held.clear();
    this.#listener = null;
    this.#accepts = this.#stage.setup.listen?.accepts ?? true;
  }

  /** What the program has seen of a connection. */
  seen(connection: number): Seen {
    let seen = this.#seen.get(connection);
    if (seen === undefined) {
      seen = { read: 0, eof: false };
      this.#seen.set(connection, seen);
    }
    return seen;
  }

  /** The TCB of a connection, a half-open one included; null if there is none. */
  tcb(connection: number): Tcb | null {
    const { local, remote } = portsOf(this.#end, connection);
    const host = this.#stage.host(this.#end);
    for (const { tcb } of host?.connections ?? [])
      if (tcb.localPort === local && tcb.remotePort === remote) return tcb;
    return this.#held.get(connection)?.connection.tcb ?? null;
  }

  queues(): QueueView | null {
    const listener = this.#listener;
    if (listener === null || listener.closed) return null;
    const {
      synQueueLength: syn,
      synBacklog: synLimit,
      acceptQueueLength: accept,
      backlog: acceptLimit,
    } = listener;
    return { syn, synLimit, accept, acceptLimit };
  }

  /** Does what a step says. */
  act(action: ProgramAction): void {
    switch (action.do) {
      case 'listen':
        this.#listen();
        break;
      case 'unlisten':
        this.#unlisten();
        break;
      case 'accept':
        this.#accepts = true;
        this.mayAccept();
        break;
      case 'connect':
        this.#connect(action);
        break;
      case 'write':
        this.#write(action);
        break;
      case 'read':
        this.#read(action);
        break;
      case 'keepalive':
        this.#held.get(action.connection ?? 0)?.connection.setKeepAlive(true);
        break;
      default:
        this.#close(action);
        break;
    }
  }

  /** Passive OPEN. */
  #listen(): void {
    const { backlog, synBacklog, synCookies, fastOpen } = this.#stage.setup.listen ?? {};
    const host = this.#stage.host(this.#end);
    if (host === null) return;
    this.#call('listen');
    this.#listener = host.listen({
      port: portsOf(this.#end, 0).local,
      ...(backlog === undefined ? {} : { backlog }),
      ...(synBacklog === undefined ? {} : { synBacklog }),
      ...(synCookies === undefined ? {} : { synCookies }),
      ...(fastOpen === undefined ? {} : { fastOpen }),
    });
  }

  #unlisten(): void {
    this.#call('close');
    this.#listener?.close();
    this.#listener = null;
  }

  /** Something may wait to be accepted. */
  mayAccept(): void {
    if (this.#accepts && this.#listener !== null) this.#stage.soon(() => this.#accept());
  }

  #accept(): void {
    for (let c = this.#listener?.take() ?? null; c !== null; c = this.#listener?.take() ?? null) {
      const held = this.#hold(c, c.remotePort - FIRST_PORT);
      this.#call('accept', held.index);
      if (c.readableLength > 0 || c.eof) this.#readable(c);
    }
  }

  #hold(connection: Connection, index: number): Held {
    const reads = this.#stage.setup[this.#end]?.reads ?? 'all';
    const held: Held = { connection, index, reads, unsent: new Uint8Array(0), gone: false, told: false };
    connection.data = held;
    connection.handler = this.#handler;
    this.#held.set(index, held);
    return held;
  }

  #connect({ connection = 0, fastOpen = false, text }: CallOf<'connect'>): void {
    const { local, remote } = portsOf(this.#end, connection);
    const early = text === undefined ? undefined : encoder.encode(text);
    this.#call('connect', connection, early?.length ?? null, text ?? null);
    const options: ConnectOptions = {
      address: ADDRESSES[otherEnd(this.#end)],
      port: remote,
      localPort: local,
      fastOpen,
      ...(early === undefined ? {} : { early }),
    };
    try {
      const c = this.#stage.host(this.#end)?.open(options);
      if (c !== undefined) this.#hold(c, connection);
    } catch (error) {
      if (!(error instanceof TcpError)) throw error;
      this.#call('error', connection, null, error.code);
    }
  }

  #write({ connection = 0, what }: CallOf<'write'>): void {
    const octets =
      typeof what === 'string'
        ? encoder.encode(what)
        : Uint8Array.from({ length: what }, (_, i) => ALPHABET[i % ALPHABET.length] as number);
    this.#call('write', connection, octets.length, textOf(octets));
    const held = this.#held.get(connection);
    if (held === undefined || held.gone || held.connection.ended || !maySend(held.connection)) {
      this.#call('error', connection, null, this.#writeError(held));
      return;
    }
    held.unsent = joined(held.unsent, octets);
    this.#send(held);
  }

  /**
   * A write to what has ended: why the connection broke when it was not told yet, then EPIPE; at once EPIPE for a RST
   * after the peer's FIN (CLOSE-WAIT), as POSIX systems have it.
   */
  #writeError(held: Held | undefined): string {
    const code = held === undefined || held.told ? undefined : held.connection.error?.code;
    if (held !== undefined) held.told = true;
    return code === undefined || resetAfterFin(held, code) ? 'EPIPE' : code;
  }

  #send(held: Held): void {
    const { connection, unsent } = held;
    if (unsent.length > 0) held.unsent = unsent.subarray(connection.offer(unsent));
  }

  #read({ connection = 0, reads = 'all' }: CallOf<'read'>): void {
    const held = this.#held.get(connection);
    if (held === undefined) return;
    held.reads = reads;
    this.#readable(held.connection);
  }

  #close({ do: how, connection = 0 }: CallOf<'shutdown'> | CallOf<'close'> | CallOf<'abort'>): void {
    this.#call(how, connection);
    const held = this.#held.get(connection);
    if (held === undefined) return;
    const c = held.connection;
    if (how === 'shutdown') {
      c.end().catch(() => {}); // a connection that breaks says so to the handler
      return;
    }
    held.gone = true;
    if (how === 'close') c.close();
    else c.abort();
  }

  #opened(c: Connection): void {
    const held = c.data as Held;
    this.#call('connected', held.index);
  }

  #readable(c: Connection): void {
    const held = c.data as Held | null;
    if (held === null || held.gone || held.reads === 'none') return;
    const seen = this.seen(held.index);
    const chunk = c.take(held.reads === 'all' ? undefined : held.reads - seen.read);
    if (chunk !== null) {
      seen.read += chunk.length;
      this.#call('read', held.index, chunk.length, textOf(chunk));
    }
    if (c.eof && !seen.eof) {
      seen.eof = true;
      this.#call('eof', held.index);
    }
    this.#stage.look();
  }

  #writable(c: Connection): void {
    this.#send(c.data as Held);
  }

  #ended(c: Connection, error: TcpError | null): void {
    const held = c.data as Held | null;
    if (held === null || held.gone || error === null) return;
    // Nobody waits in read() after the end of the stream: what has happened shows in the next write().
    if (resetAfterFin(held, error.code)) return;
    held.told = true;
    this.#call('error', held.index, null, error.code);
  }

  #call(
    name: Parameters<Stage['recorder']['call']>[1],
    connection = 0,
    octets: number | null = null,
    text: string | null = null,
  ): void {
    const { local, remote } = portsOf(this.#end, connection);
    const index =
      this.#end === 'left'
        ? this.#stage.recorder.connection(local, remote)
        : this.#stage.recorder.connection(remote, local);
    this.#stage.recorder.call(this.#end, name, octets, text, Math.max(0, index));
  }
}

/** A RST has ended a connection whose peer had ended its stream. */
function resetAfterFin(held: Held | undefined, code: string): boolean {
  return code === 'ECONNRESET' && held?.connection.eof === true;
}

function maySend({ tcb }: Connection): boolean {
  if (tcb.snd.fin === 1) return false;
  return (
    tcb.state === State.SYN_SENT ||
    tcb.state === State.SYN_RECEIVED ||
    tcb.state === State.ESTABLISHED ||
    tcb.state === State.CLOSE_WAIT
  );
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Octets as text, if they are text. */
function textOf(octets: Uint8Array): string | null {
  try {
    const text = decoder.decode(octets.subarray(0, MOST_TEXT));
    return octets.length > MOST_TEXT ? `${text}…` : text;
  } catch {
    return null;
  }
}

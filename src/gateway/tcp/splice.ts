// One connection of a guest and one outside, joined: octets, the end of each direction, resets, and the pace of the slower
// side. What one side does not take stays in the other's window: at most a chunk each way is held here.

import type { Connection, ConnectionHandler, SynRequest, Unreachable } from '../../host/index.ts';
import type { Outer, OuterConnection, OuterConnectionEvents, OuterError, OuterTarget } from '../outer.ts';

/** Octets taken from the guest at a time. */
const CHUNK = 65_536;

/** What came of a splice, for who keeps them. */
export interface SpliceEnd {
  /** Octets from the guest, and to it. */
  readonly sent: number;
  readonly received: number;
  /** null: both directions ended in order; else the code of what broke it, and whose side that was. */
  readonly error: string | null;
  readonly side: 'guest' | 'outer' | null;
}

/** Looks at the octets of the guest before they go out. */
export interface Inspector {
  /**
   * 'more': not enough yet; how many octets from the front may go out, and whether nothing that comes later has to be
   * looked at; or why not. `ended`: no more will come.
   */
  judge(
    octets: Uint8Array,
    ended: boolean,
  ): 'more' | { readonly octets: number; readonly last: boolean } | { readonly deny: string };
  /** Milliseconds after which the first octets have to be clear. */
  readonly timeoutMs: number;
}

/** Which side began: a guest whose SYN waits, or somebody outside who is connected already. */
export type SpliceBegin =
  | {
      readonly from: 'guest';
      readonly request: SynRequest;
      readonly outer: Outer;
      readonly target: OuterTarget;
      readonly inspector: Inspector | null;
    }
  | {
      readonly from: 'outer';
      /** Takes the connection of outside, which is paused. */
      readonly accept: (events: OuterConnectionEvents) => OuterConnection;
      /** Connects to the guest. Throws when it cannot begin. */
      readonly dial: (handler: ConnectionHandler) => Connection;
      /** What the guest gets first. */
      readonly prefix: Uint8Array;
    };

/** What a splice is told, and whom it tells. */
export interface SpliceOptions {
  readonly begin: SpliceBegin;
  /** Milliseconds after which an attempt outside has failed, in silence. */
  readonly connectTimeoutMs: number;
  /** Runs something after milliseconds of the gateway's time, unless what it returns is called. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Both sides are open. */
  readonly opened: (guest: Connection) => void;
  /** The inspector has said no. */
  readonly denied: (reason: string) => void;
  /** The guest's SYN came to nothing: what outside said. */
  readonly failed: (code: string) => void;
  /** It is over; called once, last. */
  readonly ended: (end: SpliceEnd) => void;
}

/** What a guest is told of an attempt that failed outside; 'reset' a RST, 'silence' nothing at all. */
export function answerTo(code: string | undefined): Unreachable | 'reset' | 'silence' {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return 'reset';
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return 'net';
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
    case 'ENOTFOUND':
      return 'host';
    case 'EACCES':
    case 'EPERM':
      return 'prohibited';
    default:
      // ETIMEDOUT, and what is ours to want (EMFILE, ENOBUFS): the guest tries again.
      return 'silence';
  }
}

/** A splice, from the SYN to the end of both sides. */
export class Splice implements OuterConnectionEvents {
  readonly #o: SpliceOptions;
  #inspector: Inspector | null;
  #request: SynRequest | null;
  #guest: Connection | null = null;
  #established = false;
  readonly #outer: OuterConnection;
  /** What waits: the attempt, then the inspection. */
  #disarm: (() => void) | null;
  // Towards the guest.
  /** What the guest's send buffer had no room for. */
  #held: Uint8Array[] = [];
  #paused = false;
  /** Less than a segment waits, as outside has said that more follows. */
  #corked = false;
  #outerEnded = false;
  #guestFinSent = false;
  // Towards outside.
  #blocked = false;
  #outerFinSent = false;
  /** What is being inspected. */
  #seen: Uint8Array = new Uint8Array(0);
  /** Nothing has passed the inspector yet: outside is not heard either. */
  #inspecting: boolean;
  // Which side is over.
  #guestOver = false;
  #outerOver = false;
  #error: string | null = null;
  #side: 'guest' | 'outer' | null = null;
  #over = false;
  sent = 0;
  received = 0;

  constructor(options: SpliceOptions) {
    const { begin, after, connectTimeoutMs } = options;
    this.#o = options;
    if (begin.from === 'guest') {
      const { request, outer, target, inspector } = begin;
      this.#inspector = inspector;
      this.#inspecting = inspector !== null;
      this.#request = request;
      request.onGone = () => this.#guestGone('ECONNABORTED');
      this.#disarm = after(connectTimeoutMs, () => this.#failed({ code: 'ETIMEDOUT' }));
      this.#outer = outer.connect(target, this);
      return;
    }
    this.#inspector = null;
    this.#inspecting = false;
    this.#request = null;
    this.#paused = true;
    if (begin.prefix.length > 0) this.#held.push(begin.prefix);
    this.#disarm = after(connectTimeoutMs, () => this.abort('ETIMEDOUT'));
    this.#outer = begin.accept(this);
    try {
      this.#guest = begin.dial(this.#handler());
    } catch (error) {
      this.#guestGone((error as OuterError).code ?? 'EHOSTUNREACH');
    }
  }

  /** The guest's connection; null: its SYN was not answered. */
  get guest(): Connection | null {
    return this.#guest;
  }

  /** 'opening' until the guest's SYN is answered. */
  get phase():
    | 'opening'
    | 'inspecting'
    | 'open'
    | 'half-closed by guest'
    | 'half-closed by outer'
    | 'closing' {
    if (this.#guest === null || !this.#established) return 'opening';
    if (this.#inspecting) return 'inspecting';
    if (this.#outerFinSent) return this.#outerEnded ? 'closing' : 'half-closed by guest';
    return this.#outerEnded ? 'half-closed by outer' : 'open';
  }

  /** Ends both sides at once. */
  abort(code: string): void {
    if (this.#over) return;
    this.#because(code, null);
    this.#abortGuest();
    this.#abortOuter();
    this.#finish();
  }

  // Outside (OuterConnectionEvents).

  open(): void {
    const request = this.#request;
    if (request === null || this.#over) return;
    this.#request = null;
    this.#clear();
    this.#guest = request.accept(this.#handler());
    if (this.#guest !== null) return;
    // No room for it here: as if nobody had answered.
    this.#guestGone('ENOBUFS');
  }

  data(octets: Uint8Array, more = false): void {
    if (this.#over || this.#guestOver) return;
    this.received += octets.length;
    const guest = this.#held.length === 0 ? this.#listening() : null;
    if (more) this.#cork(guest);
    const taken = guest?.offer(octets) ?? 0;
    if (!more) this.#uncork();
    if (taken === octets.length) return;
    this.#held.push(octets.slice(taken));
    this.#pause();
  }

  end(): void {
    if (this.#outerEnded) return;
    this.#outerEnded = true;
    this.#toGuest();
    this.#uncork(); // the FIN goes with what was held back for it
  }

  drain(): void {
    this.#blocked = false;
    this.#toOuter();
  }

  closed(error: OuterError | null): void {
    if (this.#outerOver) return;
    this.#outerOver = true;
    if (this.#request !== null) {
      this.#failed(error ?? { code: 'ECONNRESET' });
      return;
    }
    if (error !== null) {
      this.#because(error.code ?? 'ECONNRESET', 'outer');
      this.#abortGuest();
    } else this.end();
    this.#finishIfOver();
  }

  #failed(error: OuterError): void {
    const request = this.#request;
    if (request === null) return;
    this.#request = null;
    this.#clear();
    const code = error.code ?? 'EHOSTUNREACH';
    const answer = answerTo(code);
    if (answer === 'reset') request.refuse();
    else if (answer === 'silence') request.drop();
    else request.unreachable(answer);
    this.#because(code, 'outer');
    this.#guestOver = true;
    this.#abortOuter();
    this.#o.failed(code);
    this.#finish();
  }

  // The guest (ConnectionHandler).

  #handler(): ConnectionHandler {
    return {
      open: (c) => {
        this.#established = true;
        this.#clear();
        this.#o.opened(c);
        if (this.#inspector !== null && this.#inspecting)
          this.#disarm = this.#o.after(this.#inspector.timeoutMs, () =>
            this.#deny('nothing to judge by came in time'),
          );
        this.#toGuest();
      },
      readable: () => this.#toOuter(),
      writable: () => this.#toGuest(),
      close: (_, error) => {
        this.#guestOver = true;
        // A RST in SYN-RECEIVED leads back to LISTEN (RFC 9293 section 3.10.7.4), which is no error.
        if (error !== null || !this.#established) {
          this.#because(error?.code ?? 'ECONNRESET', 'guest');
          this.#abortOuter();
        } else this.#toOuter();
        this.#finishIfOver();
      },
    };
  }

  /** The guest has given up before its SYN was answered. */
  #guestGone(code: string): void {
    this.#request = null;
    this.#clear();
    this.#guestOver = true;
    this.#because(code, 'guest');
    this.#abortOuter();
    this.#finish();
  }

  // Octets.

  /** The guest's connection, when octets may go to it. */
  #listening(): Connection | null {
    return this.#established && !this.#guestOver && !this.#inspecting ? this.#guest : null;
  }

  #cork(guest: Connection | null): void {
    if (guest === null) return;
    this.#corked = true;
    guest.cork();
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#listening()?.uncork();
  }

  #toGuest(): void {
    const guest = this.#listening();
    if (guest === null) return;
    for (let octets = this.#held[0]; octets !== undefined; octets = this.#held[0]) {
      const taken = guest.offer(octets);
      if (taken < octets.length) {
        this.#held[0] = octets.subarray(taken);
        return;
      }
      this.#held.shift();
    }
    if (this.#outerEnded && !this.#guestFinSent) {
      this.#guestFinSent = true;
      void guest.end().catch(() => {}); // that it broke `close` tells
    } else if (this.#paused) {
      this.#paused = false;
      this.#outer.resume();
    }
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#outer.pause();
  }

  #toOuter(): void {
    const guest = this.#guest;
    if (guest === null) return;
    while (!this.#blocked && !this.#outerOver) {
      const room = CHUNK - this.#seen.length;
      const octets = room > 0 ? guest.take(room) : null;
      if (this.#inspector === null) {
        if (octets === null) break;
        this.#write(octets);
      } else {
        if (octets !== null) this.#seen = joined(this.#seen, octets);
        if (!this.#inspect(this.#inspector, guest.eof) && octets === null) break;
      }
    }
    if (!guest.eof || this.#seen.length > 0 || this.#outerFinSent || this.#outerOver) return;
    this.#outerFinSent = true;
    this.#outer.end();
  }

  #write(octets: Uint8Array): void {
    this.sent += octets.length;
    if (!this.#outer.write(octets)) this.#blocked = true;
  }

  /** Lets go out what may. False: nothing may, or not yet. */
  #inspect(inspector: Inspector, ended: boolean): boolean {
    if (this.#seen.length === 0 && !(ended && this.#inspecting)) return false;
    const step = inspector.judge(this.#seen, ended || this.#seen.length >= CHUNK);
    if (step === 'more') return false;
    if ('deny' in step) {
      this.#deny(step.deny);
      return false;
    }
    const passed = this.#seen.subarray(0, step.octets);
    this.#seen = this.#seen.subarray(step.octets);
    if (step.last) this.#inspector = null;
    if (passed.length > 0) this.#write(passed);
    if (this.#inspecting) {
      this.#inspecting = false;
      this.#clear();
      this.#toGuest();
    }
    return true;
  }

  #deny(reason: string): void {
    if (this.#over) return;
    this.#o.denied(reason);
    this.abort('EACCES');
  }

  // The end.

  #because(code: string, side: 'guest' | 'outer' | null): void {
    if (this.#error !== null) return;
    this.#error = code;
    this.#side = side;
  }

  #abortGuest(): void {
    const guest = this.#guest;
    this.#request?.drop();
    this.#request = null;
    if (guest === null || this.#guestOver) return;
    this.#guestOver = true;
    guest.abort();
  }

  #abortOuter(): void {
    if (this.#outerOver) return;
    this.#outerOver = true;
    this.#outer.reset();
  }

  #clear(): void {
    this.#disarm?.();
    this.#disarm = null;
  }

  #finishIfOver(): void {
    if (this.#guestOver && this.#outerOver) this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#clear();
    this.#held = [];
    const { sent, received } = this;
    this.#o.ended({ sent, received, error: this.#error, side: this.#side });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

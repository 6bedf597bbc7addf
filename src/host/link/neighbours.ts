// The neighbour cache of an interface: from the next hop's IP address to its MAC address, for ARP
// (RFC 826, RFC 1122 section 2.3.2) and neighbour discovery (RFC 4861 sections 7.2 and 7.3). A state
// machine without I/O: requests, packets that may go and packets that must die leave by `NeighbourOutput`.

import { isGroupMac } from '../../wire/index.ts';
import { FourTuple, TupleTable } from '../base/index.ts';

/** A request was sent, packets wait for the answer. */
export const INCOMPLETE = 0;
/** Known to work, recently. */
export const REACHABLE = 1;
/** Known, not recently: it is used, and then verified. */
export const STALE = 2;
/** Used since it was stale; a transport may still confirm it before we ask. */
export const DELAY = 3;
/** Being asked, unicast. */
export const PROBE = 4;
/** Configured: never changes, never leaves. */
export const PERMANENT = 5;

/** RFC 4861 section 10 (REACHABLE_TIME without its random factor, which spreads nothing here). */
const REACHABLE_MS = 30_000;
const DELAY_MS = 5_000;
/** RETRANS_TIMER; also ARP's limit of one request per second (RFC 1122 section 2.3.2.1). */
const RETRANSMIT_MS = 1_000;
/** MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT. */
const MAX_REQUESTS = 3;
/** How often the MAC that we know is asked when somebody else claims the address: then everybody is. */
const CONTESTED_REQUESTS = 1;
/** Of the capacity, what unanswered requests may take (RFC 6583 section 7.1: those that work go before). */
const INCOMPLETE_SHARE = 4;
/** Packets that wait for one address (RFC 1122 section 2.3.2.2 asks for at least one). */
const MAX_QUEUED = 4;

/** One neighbour. Read only for everybody but the cache; the object is reused after the entry is gone. */
export class Neighbour {
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  /** INCOMPLETE … PERMANENT. */
  state = INCOMPLETE;
  /** MAC address, high 16 and low 32 bits; meaningless while INCOMPLETE. */
  macHi = 0;
  macLo = 0;
  /** Requests sent in INCOMPLETE or PROBE. */
  requests = 0;
  /** In PROBE because another MAC was announced: only the one that we know is heard. */
  contested = false;
  /** When the state ends: the next request, or REACHABLE's time. */
  deadlineMs = 0;
  /** (offset, length) pairs of the packets that wait, oldest first. */
  readonly queue = new Int32Array(2 * MAX_QUEUED);
  queued = 0;
  /** Order of use: the least recently used goes first. */
  older: Neighbour | null = null;
  younger: Neighbour | null = null;
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/** Where the cache's decisions go. None of these may call back into the cache. */
export interface NeighbourOutput {
  /**
   * Ask for the MAC of `neighbour`'s address: by broadcast or multicast when it is INCOMPLETE, by
   * unicast to its MAC when it is in PROBE.
   */
  sendRequest(neighbour: Neighbour): void;
  /** A packet that waited can go to `neighbour`'s MAC; the callee owns it now. */
  transmit(off: number, len: number, neighbour: Neighbour): void;
  /** Nobody answered, or there is no room to wait: the callee frees the packet. */
  failed(off: number, len: number, reason: 'unreachable' | 'queue full' | 'table full'): void;
}

/**
 * The cache. Only our own need to send makes an entry, or with `heard` a host that asks for us while
 * there is room; what others announce about addresses we never asked for is not kept (ARP cache
 * poisoning), and an announcement does not replace a MAC that works: who is known is asked at once, and has a second to
 * answer before everybody is asked.
 * `nowMs` is any number of milliseconds that never wraps.
 */
export class NeighbourCache {
  /** Entries pushed out by newer ones. */
  evicted = 0;
  /** Addresses that did not answer. */
  unreachable = 0;
  /** Announcements not believed. */
  ignored = 0;
  readonly capacity: number;
  readonly #output: NeighbourOutput;
  readonly #table: TupleTable;
  /** An address, as a key of the table. */
  readonly #key = new FourTuple();
  readonly #entries: Neighbour[] = [];
  /** Entries in the list of use: all but permanent ones. */
  #evictable = 0;
  readonly #free: Neighbour[] = [];
  #oldest: Neighbour | null = null;
  #youngest: Neighbour | null = null;
  /** No entry has something to do before this. */
  #earliest = Number.POSITIVE_INFINITY;

  /** At most `capacity` entries that are not permanent; `k0`, `k1`: a secret for the hash. */
  constructor(output: NeighbourOutput, k0: number, k1: number, capacity = 512) {
    this.#output = output;
    this.capacity = Math.max(1, capacity);
    this.#table = new TupleTable(k0, k1);
  }

  /** Entries held, permanent ones among them. */
  get size(): number {
    return this.#table.size;
  }

  /** The entry of an address, without using it; null when there is none. */
  peek(w0: number, w1: number, w2: number, w3: number): Neighbour | null {
    const index = this.#table.find(this.#key.ofAddress(w0, w1, w2, w3));
    return index < 0 ? null : (this.#entries[index] as Neighbour);
  }

  /** Calls `visit` with every entry, the least recently used first, permanent ones last. */
  forEach(visit: (neighbour: Neighbour) => void): void {
    for (let n = this.#oldest; n !== null; n = n.younger) visit(n);
    for (const n of this.#entries) if (n.state === PERMANENT) visit(n);
  }

  /**
   * The neighbour to whose MAC a packet can go now, or null: the packet [off, off + len) waits and
   * belongs to the cache until `transmit` or `failed`. `len` 0 asks without a packet.
   */
  resolve(
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    off: number,
    len: number,
    nowMs: number,
  ): Neighbour | null {
    let n = this.#youngest;
    if (n === null || n.w3 !== w3 || n.w2 !== w2 || n.w1 !== w1 || n.w0 !== w0) {
      n = this.peek(w0, w1, w2, w3);
      if (n !== null) this.#touch(n);
    }
    if (n === null) {
      n = this.#create(w0, w1, w2, w3);
      this.#enqueue(n, off, len);
      this.#request(n, nowMs);
      return null;
    }
    if (n.state === REACHABLE && nowMs >= n.deadlineMs) n.state = STALE;
    if (n.state === STALE) this.#enter(n, DELAY, nowMs + DELAY_MS);
    if (n.state !== INCOMPLETE) return n;
    this.#enqueue(n, off, len);
    return null;
  }

  /**
   * A neighbour told its MAC: an ARP reply or a neighbour advertisement. `solicited`: it says that it
   * answers us (an ARP reply to our address; the S flag); `override`: it claims to replace what we know
   * (every ARP reply; the O flag). An answer that nobody waits for is no answer. False when ignored.
   */
  learned(
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    macHi: number,
    macLo: number,
    solicited: boolean,
    override: boolean,
    nowMs: number,
  ): boolean {
    const n = this.peek(w0, w1, w2, w3);
    if (n === null || n.state === PERMANENT || !isHostMac(macHi, macLo)) {
      this.ignored++;
      return false;
    }
    if (n.state === INCOMPLETE) {
      n.macHi = macHi;
      n.macLo = macLo;
      if (solicited) this.#enter(n, REACHABLE, nowMs + REACHABLE_MS);
      else this.#enter(n, STALE, 0);
      this.#flush(n);
      return true;
    }
    const same = n.macHi === macHi && n.macLo === macLo;
    const asked = solicited && n.state === PROBE && (same || !n.contested);
    if (same) {
      // An answer to a probe confirms; news that changes nothing does not (RFC 4861 section 7.2.5).
      if (asked) this.#enter(n, REACHABLE, nowMs + REACHABLE_MS);
      return true;
    }
    if (override && asked) {
      n.macHi = macHi;
      n.macLo = macLo;
      this.#enter(n, REACHABLE, nowMs + REACHABLE_MS);
      return true;
    }
    // RFC 4861 section 7.2.5 would believe the override flag. We ask who is known whether it is still there; when it is
    // not, a host that moved is found after a second.
    if (override) this.#contest(n, nowMs);
    else if (n.state === REACHABLE) this.#enter(n, STALE, 0);
    this.ignored++;
    return false;
  }

  /**
   * A host that asks for our address told its own MAC (RFC 826; RFC 4861 section 7.2.3): worth keeping
   * when there is a free place, so that the answer need not ask back. Never replaces anything.
   */
  heard(
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    macHi: number,
    macLo: number,
    nowMs: number,
  ): boolean {
    if (this.peek(w0, w1, w2, w3) !== null)
      return this.learned(w0, w1, w2, w3, macHi, macLo, false, false, nowMs);
    if (this.#evictable >= this.capacity || !isHostMac(macHi, macLo)) {
      this.ignored++;
      return false;
    }
    const n = this.#create(w0, w1, w2, w3);
    n.macHi = macHi;
    n.macLo = macLo;
    n.state = STALE;
    return true;
  }

  /** A transport saw forward progress to this next hop (RFC 4861 section 7.3.1). */
  confirm(w0: number, w1: number, w2: number, w3: number, nowMs: number): void {
    const n = this.peek(w0, w1, w2, w3);
    if (n !== null && n.state !== INCOMPLETE && n.state !== PERMANENT)
      this.#enter(n, REACHABLE, nowMs + REACHABLE_MS);
  }

  /**
   * A transport's segments to this next hop come to nothing (RFC 1122 section 3.3.1.4, RFC 9293 MUST-20):
   * it is asked at once whether it is there. When it is not, the next packet looks for it anew.
   */
  doubt(w0: number, w1: number, w2: number, w3: number, nowMs: number): void {
    const n = this.peek(w0, w1, w2, w3);
    if (n === null || n.state === INCOMPLETE || n.state === PROBE || n.state === PERMANENT) return;
    this.#probe(n, nowMs);
  }

  /** Somebody else claims the address: the MAC that we know is asked at once, unless that goes on already. */
  #contest(n: Neighbour, nowMs: number): void {
    if (n.state === PROBE) return;
    n.contested = true;
    this.#probe(n, nowMs);
  }

  #probe(n: Neighbour, nowMs: number): void {
    n.state = PROBE;
    n.requests = 0;
    this.#request(n, nowMs);
  }

  /** Configures a neighbour that needs no asking. */
  setPermanent(w0: number, w1: number, w2: number, w3: number, macHi: number, macLo: number): void {
    const n = this.peek(w0, w1, w2, w3) ?? this.#create(w0, w1, w2, w3);
    if (n.state !== PERMANENT) this.#unlink(n);
    n.macHi = macHi;
    n.macLo = macLo;
    n.state = PERMANENT;
    this.#flush(n);
  }

  /** Removes an entry, permanent or not; packets that wait fail. */
  remove(w0: number, w1: number, w2: number, w3: number): boolean {
    const n = this.peek(w0, w1, w2, w3);
    if (n === null) return false;
    this.#drop(n, 'unreachable');
    return true;
  }

  /** Removes all entries; packets that wait fail. */
  clear(): void {
    for (const n of this.#entries) if (this.peek(n.w0, n.w1, n.w2, n.w3) === n) this.#drop(n, 'unreachable');
  }

  /** Repeats requests, gives up on neighbours that do not answer. */
  advance(nowMs: number): void {
    if (nowMs < this.#earliest) return;
    let earliest = Number.POSITIVE_INFINITY;
    let n = this.#oldest;
    while (n !== null) {
      const younger: Neighbour | null = n.younger;
      if (isTimed(n) && nowMs >= n.deadlineMs) this.#timeout(n, nowMs);
      if (isTimed(n)) earliest = Math.min(earliest, n.deadlineMs);
      n = younger;
    }
    this.#earliest = earliest;
  }

  /** Milliseconds from `nowMs` until `advance` may have something to do; -1 when nothing is pending. */
  untilNext(nowMs: number): number {
    return this.#earliest === Number.POSITIVE_INFINITY ? -1 : Math.max(0, this.#earliest - nowMs);
  }

  #timeout(n: Neighbour, nowMs: number): void {
    if (n.state === DELAY) {
      n.state = PROBE;
      n.requests = 0;
    }
    if (n.requests < (n.contested ? CONTESTED_REQUESTS : MAX_REQUESTS)) {
      this.#request(n, nowMs);
      return;
    }
    this.unreachable++;
    this.#drop(n, 'unreachable');
  }

  #request(n: Neighbour, nowMs: number): void {
    n.requests++;
    this.#enter(n, n.state, nowMs + RETRANSMIT_MS);
    this.#output.sendRequest(n);
  }

  #enter(n: Neighbour, state: number, deadlineMs: number): void {
    n.state = state;
    if (state !== PROBE) n.contested = false;
    n.deadlineMs = deadlineMs;
    if (isTimed(n) && deadlineMs < this.#earliest) this.#earliest = deadlineMs;
  }

  #enqueue(n: Neighbour, off: number, len: number): void {
    if (len === 0) return;
    const queue = n.queue;
    if (n.queued === MAX_QUEUED) {
      const oldOff = queue[0] as number;
      const oldLen = queue[1] as number;
      queue.copyWithin(0, 2);
      n.queued--;
      this.#output.failed(oldOff, oldLen, 'queue full');
    }
    queue[2 * n.queued] = off;
    queue[2 * n.queued + 1] = len;
    n.queued++;
  }

  #flush(n: Neighbour): void {
    const count = n.queued;
    n.queued = 0;
    for (let i = 0; i < count; i++)
      this.#output.transmit(n.queue[2 * i] as number, n.queue[2 * i + 1] as number, n);
  }

  #create(w0: number, w1: number, w2: number, w3: number): Neighbour {
    if (this.#evictable >= this.capacity) {
      this.evicted++;
      this.#drop(this.#leastWorthy(), 'table full');
    }
    let n = this.#free.pop();
    if (n === undefined) {
      n = new Neighbour(this.#entries.length);
      this.#entries.push(n);
    }
    n.w0 = w0;
    n.w1 = w1;
    n.w2 = w2;
    n.w3 = w3;
    n.state = INCOMPLETE;
    n.requests = 0;
    n.contested = false;
    n.queued = 0;
    this.#table.set(this.#key.ofAddress(w0, w1, w2, w3), n.index);
    this.#append(n);
    return n;
  }

  /** The oldest that never answered, when those take more than their share; else the least recently used. */
  #leastWorthy(): Neighbour {
    let incomplete = 0;
    let oldest: Neighbour | null = null;
    for (let n = this.#oldest; n !== null; n = n.younger) {
      if (n.state !== INCOMPLETE) continue;
      oldest ??= n;
      if (++incomplete * INCOMPLETE_SHARE >= this.capacity) return oldest;
    }
    return this.#oldest as Neighbour;
  }

  #drop(n: Neighbour, reason: 'unreachable' | 'table full'): void {
    if (n.state !== PERMANENT) this.#unlink(n);
    n.state = STALE;
    this.#table.delete(this.#key.ofAddress(n.w0, n.w1, n.w2, n.w3));
    this.#free.push(n);
    const count = n.queued;
    n.queued = 0;
    for (let i = 0; i < count; i++)
      this.#output.failed(n.queue[2 * i] as number, n.queue[2 * i + 1] as number, reason);
  }

  #touch(n: Neighbour): void {
    if (n.state === PERMANENT || n === this.#youngest) return;
    this.#unlink(n);
    this.#append(n);
  }

  #append(n: Neighbour): void {
    n.older = this.#youngest;
    n.younger = null;
    if (this.#youngest === null) this.#oldest = n;
    else this.#youngest.younger = n;
    this.#youngest = n;
    this.#evictable++;
  }

  #unlink(n: Neighbour): void {
    if (n.older === null) this.#oldest = n.younger;
    else n.older.younger = n.younger;
    if (n.younger === null) this.#youngest = n.older;
    else n.younger.older = n.older;
    n.older = null;
    n.younger = null;
    this.#evictable--;
  }
}

/** Whether the entry's deadline is a timer; REACHABLE's is looked at when it is used. */
function isTimed(n: Neighbour): boolean {
  return n.state === INCOMPLETE || n.state === DELAY || n.state === PROBE;
}

/** Whether a host can have this MAC: not a group's (RFC 1812 section 3.3.2), not all zeros. */
function isHostMac(hi: number, lo: number): boolean {
  return !isGroupMac(hi) && (hi | lo) !== 0;
}

// One worker's share of a parallel search: the states whose fingerprint is its own. The search goes level by level:
// all expand what they have of a level, send each other the successors that are not theirs, and begin the next level
// when everything has arrived. So states are found at the same depth as by one worker, and counts are the same; and
// where several transitions of a level show the same thing, the least of them by fingerprint is the one that is told.

import { fingerprint } from './fingerprint.ts';
import { Int32List, Uint16List } from './lists.ts';
import { LONGEST_STATE, type Memory, Store } from './store.ts';
import { CUT, type System } from './system.ts';

/** A transition as the place where something was seen first: ordered by depth, then fingerprint, then action. */
export interface Sighting {
  readonly depth: number;
  readonly low: number;
  readonly high: number;
  /** -1: the state itself, by standing still; for an initial state, `state` is -1 and `action` its number. */
  readonly action: number;
  readonly worker: number;
  readonly state: number;
}

/** What one worker has found so far. Plain data. */
export interface Share {
  readonly states: number;
  readonly expanded: number;
  readonly transitions: number;
  readonly cuts: number;
  readonly standstills: number;
  /** States of the next level. */
  readonly frontier: number;
  readonly violations: readonly { readonly count: number; readonly first: Sighting | undefined }[];
  readonly facts: readonly (Sighting | undefined)[];
  readonly encodedBytes: number;
  readonly held: number;
  readonly collisions: number;
  /** The worker ran out of the memory it may hold: the level is not complete. */
  readonly full: boolean;
}

/** How a state was reached: from state `state` of worker `worker`; -1 for initial state number `action`. */
export interface Origin {
  readonly worker: number;
  readonly state: number;
  readonly action: number;
}

/** What a worker may take. */
export interface PartitionOptions {
  readonly memory?: Memory;
  /** Octets that this worker may hold. */
  readonly maxBytes?: number;
}

// A batch is a sequence of records: length in octets, fingerprint, parent, action, fingerprint of the parent, words.
const RECORD_HEADER = 7;
const BATCH_WORDS = 1 << 15;
const RECENT = 1 << 15;
const RECENT_WORDS = 6;
const RESERVE = 4 << 20;

/** The states of one worker. */
export class Partition {
  readonly system: System;
  readonly store: Store;
  readonly #me: number;
  readonly #workers: number;
  readonly #send: (to: number, batch: Int32Array<ArrayBuffer>) => void;
  readonly #maxBytes: number;
  readonly #words: Int32Array;
  readonly #out: Uint8Array;
  readonly #print = new Int32Array(2);
  readonly #parent = new Int32List();
  readonly #action = new Uint16List();
  readonly #worker = new Uint16List();
  // Fingerprints of the parents of the states of the next level, from `#levelEnd` on.
  #parentLow = new Int32List();
  #parentHigh = new Int32List();
  readonly #batches: Int32Array<ArrayBuffer>[];
  readonly #fill: number[];
  // What was sent lately (compact only: it goes by fingerprint alone), so as not to send it again.
  readonly #recent: Int32Array;
  readonly #coverage: Int32Array;
  readonly #settled: Int32Array;
  #facts: (Sighting | undefined)[];
  readonly #violations: { count: number; first: Sighting | undefined }[];
  #depth = -1;
  #expanded = 0;
  #levelEnd = 0;
  #transitions = 0;
  #cuts = 0;
  #standstills = 0;
  #full = false;
  // The fingerprint of the state being expanded.
  #low = 0;
  #high = 0;

  /** Worker `me` of `workers`; `send` gets batches for other workers, which it may keep or transfer. */
  constructor(
    system: System,
    me: number,
    workers: number,
    options: PartitionOptions,
    send: (to: number, batch: Int32Array<ArrayBuffer>) => void,
  ) {
    if (system.maxBytes > LONGEST_STATE)
      throw new RangeError(`states of ${system.maxBytes} octets are too long`);
    if (workers < 1 || workers > 256 || me < 0 || me >= workers)
      throw new RangeError(`worker ${me} of ${workers}`);
    this.system = system;
    this.#me = me;
    this.#workers = workers;
    this.#send = send;
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    this.store = new Store(options.memory ?? 'exact');
    this.#words = new Int32Array((system.maxBytes + 7) >> 2);
    this.#out = new Uint8Array(this.#words.buffer);
    this.#batches = Array.from({ length: workers }, () => new Int32Array(0));
    this.#fill = new Array(workers).fill(0);
    this.#recent = new Int32Array(this.store.memory === 'compact' ? RECENT * RECENT_WORDS : 0);
    this.#coverage = new Int32Array((system.coverageNames.length + 31) >> 5);
    this.#settled = new Int32Array(this.#coverage.length);
    this.#facts = system.coverageNames.map(() => undefined);
    this.#violations = system.properties.map(() => ({ count: 0, first: undefined }));
    for (let i = 0; i < system.initials; i++) this.#initial(i);
  }

  /** Begins the next level: what was found in the last one is expanded now. */
  beginLevel(): void {
    this.#depth++;
    this.#levelEnd = this.store.count;
    this.#parentLow = new Int32List();
    this.#parentHigh = new Int32List();
    for (const [i, fact] of this.#facts.entries()) {
      if (fact !== undefined) this.#settled[i >> 5]! |= 1 << (i & 31);
    }
  }

  /** Expands until about `budget` actions were tried. True when the level is done and everything was sent. */
  expand(budget: number): boolean {
    let tried = 0;
    while (this.#expanded < this.#levelEnd && !this.#full) {
      if (tried >= budget) return false;
      if ((this.#expanded & 63) === 0)
        this.#full = this.held + this.store.growth(4096) + RESERVE > this.#maxBytes;
      tried += this.#expand();
    }
    for (let to = 0; to < this.#workers; to++) this.#flush(to);
    return true;
  }

  /** Takes the states that worker `from` has sent. */
  receive(from: number, batch: Int32Array): void {
    for (let at = 0; at < batch.length; ) {
      const length = batch[at]!;
      const end = at + RECORD_HEADER + ((length + 3) >>> 2);
      const words = batch.subarray(at + RECORD_HEADER, end);
      const [low, high, parent, action] = [batch[at + 1]!, batch[at + 2]!, batch[at + 3]!, batch[at + 4]!];
      this.#add(words, length, low, high, from, parent, action, batch[at + 5]!, batch[at + 6]!);
      at = end;
    }
  }

  /** What was found so far. */
  share(): Share {
    return {
      states: this.store.count,
      expanded: this.#expanded,
      transitions: this.#transitions,
      cuts: this.#cuts,
      standstills: this.#standstills,
      frontier: this.store.count - this.#levelEnd,
      violations: this.#violations.map((v) => ({ ...v })),
      facts: [...this.#facts],
      encodedBytes: this.store.encodedBytes,
      held: this.held,
      collisions: this.store.collisions,
      full: this.#full,
    };
  }

  /** How state `state` of this worker was reached. */
  originOf(state: number): Origin {
    const parent = this.#parent.get(state);
    if (parent < 0) return { worker: this.#me, state: -1, action: ~parent };
    return { worker: this.#worker.get(state), state: parent, action: this.#action.get(state) };
  }

  /** Octets of memory held. */
  get held(): number {
    const lists = this.#parent.bytes + this.#action.bytes + this.#worker.bytes;
    return this.store.held + lists + this.#parentLow.bytes + this.#parentHigh.bytes + this.#recent.byteLength;
  }

  #initial(i: number): void {
    const length = this.system.initial(i, this.#out);
    const violated = this.system.violated();
    this.#seal(length);
    const low = this.#print[0]!;
    const high = this.#print[1]!;
    if (ownerOf(high, this.#workers) !== this.#me) return;
    this.#low = this.#high = 0;
    if (violated !== 0) this.#violated(violated, -1, i);
    if (this.store.add(this.#words, length, low, high) < 0) this.#push(~i, 0, this.#me, 0, 0);
  }

  #push(parent: number, action: number, worker: number, low: number, high: number): void {
    this.#parent.push(parent);
    this.#action.push(action);
    this.#worker.push(worker);
    this.#parentLow.push(low);
    this.#parentHigh.push(high);
  }

  #expand(): number {
    const { system, store } = this;
    const from = this.#expanded++;
    store.next();
    // The fingerprint of the state itself, for telling which of several transitions is the first.
    this.#out.set(store.bytes.subarray(store.off, store.off + store.len));
    this.#seal(store.len);
    this.#low = this.#print[0]!;
    this.#high = this.#print[1]!;
    const actions = system.load(store.bytes, store.off, store.len);
    let taken = 0;
    let cuts = 0;
    for (let i = 0; i < actions; i++) {
      const length = system.step(i, this.#out);
      if (length < 0) {
        if (length === CUT) cuts++;
        continue;
      }
      taken++;
      const violated = system.violated();
      if (violated !== 0) this.#violated(violated, from, i);
      this.#cover(from, i);
      this.#seal(length);
      const low = this.#print[0]!;
      const high = this.#print[1]!;
      const owner = ownerOf(high, this.#workers);
      if (owner === this.#me)
        this.#add(this.#words, length, low, high, this.#me, from, i, this.#low, this.#high);
      else this.#post(owner, length, low, high, from, i);
    }
    this.#transitions += taken;
    this.#cuts += cuts;
    if (taken === 0 && cuts === 0) {
      this.#standstills++;
      const violated = system.stuck?.() ?? 0;
      if (violated !== 0) this.#violated(violated, from, -1);
    }
    return actions + 1;
  }

  #add(
    words: Int32Array,
    length: number,
    low: number,
    high: number,
    worker: number,
    parent: number,
    action: number,
    parentLow: number,
    parentHigh: number,
  ): void {
    const state = this.store.add(words, length, low, high);
    if (state < 0) {
      this.#push(parent, action, worker, parentLow, parentHigh);
      return;
    }
    const at = state - this.#levelEnd;
    if (at < 0) return;
    // Found before in this level: its story goes through the least of its parents.
    if (
      !less(
        parentLow,
        parentHigh,
        action,
        this.#parentLow.get(at),
        this.#parentHigh.get(at),
        this.#action.get(state),
      )
    ) {
      return;
    }
    this.#parent.set(state, parent);
    this.#action.set(state, action);
    this.#worker.set(state, worker);
    this.#parentLow.set(at, parentLow);
    this.#parentHigh.set(at, parentHigh);
  }

  #post(to: number, length: number, low: number, high: number, parent: number, action: number): void {
    if (this.#recent.length > 0 && this.#sent(low, high, action)) return;
    const count = (length + 3) >>> 2;
    if (this.#fill[to]! + RECORD_HEADER + count > this.#batches[to]!.length) {
      this.#flush(to);
      this.#batches[to] = new Int32Array(Math.max(BATCH_WORDS, RECORD_HEADER + count));
    }
    const batch = this.#batches[to]!;
    let at = this.#fill[to]!;
    batch[at++] = length;
    batch[at++] = low;
    batch[at++] = high;
    batch[at++] = parent;
    batch[at++] = action;
    batch[at++] = this.#low;
    batch[at++] = this.#high;
    for (let i = 0; i < count; i++) batch[at++] = this.#words[i]!;
    this.#fill[to] = at;
  }

  // True if that state was sent before and this parent cannot be the one that is told.
  #sent(low: number, high: number, action: number): boolean {
    const recent = this.#recent;
    const at = (low & (RECENT - 1)) * RECENT_WORDS;
    const mark = this.#depth + 1;
    if (recent[at] === low && recent[at + 1] === high && recent[at + 2] !== 0) {
      if (recent[at + 2] !== mark) return true;
      if (!less(this.#low, this.#high, action, recent[at + 3]!, recent[at + 4]!, recent[at + 5]!))
        return true;
    }
    recent[at] = low;
    recent[at + 1] = high;
    recent[at + 2] = mark;
    recent[at + 3] = this.#low;
    recent[at + 4] = this.#high;
    recent[at + 5] = action;
    return false;
  }

  #flush(to: number): void {
    const fill = this.#fill[to]!;
    if (fill === 0) return;
    const batch = this.#batches[to]!;
    this.#send(to, fill === batch.length ? batch : batch.slice(0, fill));
    this.#batches[to] = new Int32Array(0);
    this.#fill[to] = 0;
  }

  #seal(length: number): void {
    const out = this.#out;
    for (let i = length; (i & 3) !== 0; i++) out[i] = 0;
    fingerprint(this.#words, length, this.#print);
  }

  #cover(state: number, action: number): void {
    const coverage = this.#coverage;
    coverage.fill(0);
    this.system.coverage(coverage);
    for (let w = 0; w < coverage.length; w++) {
      for (let fresh = coverage[w]! & ~this.#settled[w]!; fresh !== 0; fresh &= fresh - 1) {
        const fact = w * 32 + 31 - Math.clz32(fresh & -fresh);
        this.#facts[fact] = this.#first(this.#facts[fact], state, action);
      }
    }
  }

  #violated(mask: number, state: number, action: number): void {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const seen = this.#violations[31 - Math.clz32(rest & -rest)];
      if (seen === undefined) throw new RangeError(`the system broke a property it does not have: ${mask}`);
      seen.count++;
      seen.first = this.#first(seen.first, state, action);
    }
  }

  #first(known: Sighting | undefined, state: number, action: number): Sighting {
    const low = this.#low;
    const high = this.#high;
    const depth = this.#depth;
    if (known !== undefined && known.depth < depth) return known;
    if (known !== undefined && !less(low, high, action, known.low, known.high, known.action)) return known;
    return { depth, low, high, action, worker: this.#me, state };
  }
}

/** The worker that the state with this upper half of the fingerprint belongs to. */
export function ownerOf(high: number, workers: number): number {
  return (high >>> 8) % workers;
}

/** The earlier of two sightings. */
export function earlier(a: Sighting | undefined, b: Sighting | undefined): Sighting | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.depth !== b.depth) return a.depth < b.depth ? a : b;
  return less(b.low, b.high, b.action, a.low, a.high, a.action) ? b : a;
}

function less(
  aLow: number,
  aHigh: number,
  aAction: number,
  bLow: number,
  bHigh: number,
  bAction: number,
): boolean {
  if (aLow !== bLow) return aLow < bLow;
  if (aHigh !== bHigh) return aHigh < bHigh;
  return aAction < bAction;
}

// Breadth-first search of a system: every state once, in order of its distance from the start, so that the first
// counterexample found is a shortest one. It runs in slices, can be put away and taken up again, and counts the
// same on every machine.

import { numbers, Reader, SavedSearchError } from './bytes.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import { Graph } from './graph.ts';
import { Int32List, Uint16List } from './lists.ts';
import {
  type Bound,
  type Finding,
  omission,
  type Progress,
  type SearchOptions,
  type SearchResult,
} from './result.ts';
import { LONGEST_STATE, Store } from './store.ts';
import { CUT, type Story, type System } from './system.ts';

interface Seen {
  count: number;
  /** The state in which the action was taken, or -1 and the initial state's number as the action. */
  from: number;
  action: number;
}

const MAGIC = 0x73656172;
/** Actions tried between two looks at the clock and the memory held. */
const CHECK_EVERY = 2048;
/** What the lists and the chunk of states may grow by between two looks, in octets. */
const RESERVE = 3 << 20;

/** A search under way. */
export class Search {
  readonly system: System;
  readonly store: Store;
  /** The graph, when it is kept. */
  readonly graph: Graph | undefined;

  readonly #options: SearchOptions;
  readonly #fingerprint: Fingerprint;
  readonly #out: Uint8Array;
  readonly #words: Int32Array;
  readonly #print = new Int32Array(2);
  readonly #parent = new Int32List();
  readonly #action = new Uint16List();
  /** Number of the first state of each depth. */
  #levels: number[] = [0];
  readonly #coverage: Int32Array;
  readonly #known: Int32Array;
  #facts: Seen[];
  #broken: Seen[];
  readonly #stopAt: number;

  #expanded = 0;
  #transitions = 0;
  #cuts = 0;
  #standstills = 0;
  #outcome: SearchResult['outcome'] = 'running';
  #bound: Bound | undefined;
  #spent = 0;
  #nextProgress = 0;

  constructor(system: System, options: SearchOptions = {}) {
    if (system.maxBytes > LONGEST_STATE || system.maxBytes < 0) {
      throw new RangeError(`states of ${system.maxBytes} octets; at most ${LONGEST_STATE} can be stored`);
    }
    if (system.properties.length > 31) throw new RangeError('a system has at most 31 properties');
    if (options.maxTime !== undefined && options.now === undefined)
      throw new RangeError('maxTime needs a clock');
    this.system = system;
    this.#options = options;
    this.#fingerprint = options.fingerprint ?? fingerprint;
    this.store = new Store(options.memory ?? 'exact');
    const graph = options.graph ?? (system.liveness?.length ?? 0) > 0;
    this.graph = graph ? new Graph() : undefined;
    this.#words = new Int32Array((system.maxBytes + 7) >> 2);
    this.#out = new Uint8Array(this.#words.buffer);
    this.#coverage = new Int32Array((system.coverageNames.length + 31) >> 5);
    this.#known = new Int32Array(this.#coverage.length);
    this.#facts = system.coverageNames.map(unseen);
    this.#broken = system.properties.map(unseen);
    this.#stopAt = options.stopAt ?? -1;
    this.#nextProgress = options.progressEvery ?? 100_000;
    for (let i = 0; i < system.initials; i++) this.#initial(i);
  }

  /**
   * Searches on until `budget` further actions were tried (the state being expanded is finished). True when the
   * search is over.
   */
  run(budget = Number.POSITIVE_INFINITY): boolean {
    if (this.#outcome !== 'running') return true;
    const started = this.#options.now?.() ?? 0;
    const {
      maxDepth = Infinity,
      maxStates = Infinity,
      maxBytes = Infinity,
      maxTime = Infinity,
    } = this.#options;
    let tried = 0;
    let nextCheck = 0;
    while (this.#outcome === 'running' && tried < budget) {
      if (this.#expanded === this.store.count) {
        this.#outcome = 'exhausted';
        break;
      }
      if (this.#expanded === this.#levels[this.#levels.length - 1]!) {
        if (this.#levels.length > maxDepth) {
          this.#stop('depth');
          break;
        }
        this.#levels.push(this.store.count);
      }
      if (this.store.count >= maxStates) {
        this.#stop('states');
        break;
      }
      if (tried >= nextCheck) {
        nextCheck = tried + CHECK_EVERY;
        if (maxBytes !== Infinity && this.held + this.store.growth(2 * CHECK_EVERY) + RESERVE > maxBytes) {
          this.#stop('memory');
          break;
        }
        if (maxTime !== Infinity && this.#spent + this.#options.now!() - started >= maxTime) {
          this.#stop('time');
          break;
        }
      }
      tried += this.#expand();
      if (this.#transitions >= this.#nextProgress) {
        this.#nextProgress = this.#transitions + (this.#options.progressEvery ?? 100_000);
        this.#options.progress?.(this.progress());
      }
    }
    if (this.#options.now !== undefined) this.#spent += this.#options.now() - started;
    return this.#outcome !== 'running';
  }

  /** Octets of memory held. */
  get held(): number {
    return this.store.held + this.#parent.bytes + this.#action.bytes + (this.graph?.held ?? 0);
  }

  /** How far the search is. */
  progress(): Progress {
    return {
      states: this.store.count,
      transitions: this.#transitions,
      depth: this.depthOf(Math.max(0, this.#expanded - 1)),
      frontier: this.store.count - this.#expanded,
      held: this.held,
    };
  }

  /** What was found so far. */
  result(): SearchResult {
    const states = this.store.count;
    const done = this.#outcome === 'exhausted';
    const depth = states === 0 ? 0 : this.depthOf(states - 1);
    return {
      outcome: this.#outcome,
      bound: this.#bound,
      states,
      expanded: this.#expanded,
      transitions: this.#transitions,
      cuts: this.#cuts,
      initials: this.system.initials,
      standstills: this.#standstills,
      depth,
      depthCompleted: done ? depth + 1 : this.depthOf(this.#expanded),
      violations: this.system.properties.map((p, i) => this.#finding(p.id, this.#broken[i]!)),
      coverage: this.system.coverageNames.map((name, i) => this.#finding(name, this.#facts[i]!)),
      bytesPerState: states === 0 ? 0 : this.held / states,
      encodedPerState: states === 0 ? 0 : this.store.encodedBytes / states,
      held: this.held,
      collisions: this.store.collisions,
      omission: this.store.memory === 'exact' ? 0 : omission(states),
    };
  }

  /** Distance of state `state` from the start, in actions. */
  depthOf(state: number): number {
    // #levels[d] is the first state of depth d; the states beyond its last entry are one deeper than those expanded.
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#levels[middle]! <= state) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** A shortest way to state `state`. */
  storyOf(state: number): Story {
    const actions: number[] = [];
    let at = state;
    for (;;) {
      const action = this.#action.get(at);
      const parent = this.#parent.get(at);
      if (parent < 0) return { initial: ~parent, actions: actions.reverse() };
      actions.push(action);
      at = parent;
    }
  }

  /** Loads state `state` into the system; answers how many actions it has. */
  load(state: number): number {
    const kept = this.store.read(state, this.#out);
    if (kept >= 0) return this.system.load(this.#out, 0, kept);
    const story = this.storyOf(state);
    let length = this.system.initial(story.initial, this.#out);
    for (const action of story.actions) {
      this.system.load(this.#out, 0, length);
      length = this.system.step(action, this.#out);
    }
    return this.system.load(this.#out, 0, length);
  }

  /**
   * The first action of state `state` that leads to state `to` and, if `fair` is not -1, belongs to that fairness set;
   * -1 if there is none.
   */
  actionTo(state: number, to: number, fair = -1): number {
    const actions = this.load(state);
    for (let i = 0; i < actions; i++) {
      if (this.target(i) === to && (fair < 0 || this.#fair(i) === fair)) return i;
    }
    return -1;
  }

  /** The number of the state that action `action` of the loaded state leads to, or -1 if it leads to none. */
  target(action: number): number {
    const length = this.system.step(action, this.#out);
    if (length < 0) return -1;
    this.#seal(length);
    return this.store.find(this.#words, length, this.#print[0]!, this.#print[1]!);
  }

  /**
   * Everything as octets, in pieces of up to some MiB. A piece is valid only until the search goes on: it may be the
   * memory of the search itself.
   */
  *save(): Generator<Uint8Array> {
    const o = this.#outcome === 'exhausted' ? 1 : this.#outcome === 'violated' ? 2 : 0;
    yield numbers(MAGIC, this.#identity(), this.graph === undefined ? 0 : 1, o);
    yield numbers(this.#expanded, this.#transitions, this.#cuts, this.#standstills, this.#spent);
    yield numbers(this.#levels.length, ...this.#levels);
    for (const seen of [...this.#facts, ...this.#broken]) yield numbers(seen.count, seen.from, seen.action);
    yield* this.store.save();
    yield* this.#parent.pieces();
    yield* this.#action.pieces();
    if (this.graph !== undefined) yield* this.graph.save();
  }

  /**
   * The search that `save` gave. A search that a bound had ended goes on when the new options allow it.
   *
   * @throws SavedSearchError when the octets are something else, or the search of another system.
   */
  static restore(system: System, options: SearchOptions, pieces: Iterable<Uint8Array>): Search {
    const search = new Search(system, options);
    search.#restore(new Reader(pieces));
    return search;
  }

  #restore(reader: Reader): void {
    const [magic, identity, graph, outcome] = reader.numbers(4) as [number, number, number, number];
    if (magic !== MAGIC) throw new SavedSearchError('not a saved search');
    if (identity !== this.#identity())
      throw new SavedSearchError('the saved search is one of another system');
    if ((graph === 1) !== (this.graph !== undefined)) {
      throw new SavedSearchError('the saved search differs in keeping the graph');
    }
    this.#outcome = outcome === 1 ? 'exhausted' : outcome === 2 ? 'violated' : 'running';
    this.#expanded = reader.count();
    this.#transitions = reader.count();
    this.#cuts = reader.count();
    this.#standstills = reader.count();
    this.#spent = reader.numbers(1)[0]!;
    this.#levels = reader.numbers(reader.count(2 ** 31));
    const seen = (): Seen => {
      const [count, from, action] = reader.numbers(3) as [number, number, number];
      return { count, from, action };
    };
    this.#facts = this.#facts.map(seen);
    this.#broken = this.#broken.map(seen);
    for (const [i, fact] of this.#facts.entries()) if (fact.count > 0) this.#known[i >> 5]! |= 1 << (i & 31);
    this.#coverage.set(this.#known);
    this.store.restore(reader);
    const fill = (chunk: Uint8Array) => reader.fill(chunk);
    this.#parent.restore(this.store.count, fill);
    this.#action.restore(this.store.count, fill);
    this.graph?.restore(reader);
    this.#nextProgress = this.#transitions + (this.#options.progressEvery ?? 100_000);
  }

  // What a saved search must agree on with the system that takes it up: its initial states and its names.
  #identity(): number {
    let hash = this.system.initials | 0;
    const add = (n: number) => {
      hash = (Math.imul(hash, 31) + n) | 0;
    };
    for (let i = 0; i < this.system.initials; i++) {
      this.#seal(this.system.initial(i, this.#out));
      add(this.#print[0]!);
    }
    const names = [...this.system.properties.map((p) => p.id), ...this.system.coverageNames];
    for (const name of names) for (let i = 0; i <= name.length; i++) add(name.charCodeAt(i) | 0);
    return hash;
  }

  #stop(bound: Bound): void {
    this.#outcome = 'bounded';
    this.#bound = bound;
  }

  #initial(i: number): void {
    const length = this.system.initial(i, this.#out);
    const violated = this.system.violated();
    if (violated !== 0) this.#violated(violated, -1, i);
    this.#seal(length);
    if (this.store.add(this.#words, length, this.#print[0]!, this.#print[1]!) < 0) {
      this.#parent.push(~i);
      this.#action.push(0);
    }
  }

  // Answers how many actions were tried, at least 1. A state is always expanded to its end, even when a property is
  // broken, so that the graph has all edges of a state or none.
  #expand(): number {
    const { system, store, graph } = this;
    const from = this.#expanded++;
    store.next();
    const actions = system.load(store.bytes, store.off, store.len);
    graph?.open(system.marks?.() ?? 0);
    const print = this.#print;
    let taken = 0;
    let cuts = 0;
    let enabled = 0;
    for (let i = 0; i < actions; i++) {
      const length = system.step(i, this.#out);
      if (length < 0) {
        if (length !== CUT) continue;
        cuts++;
        if (graph !== undefined) enabled |= bit(this.#fair(i));
        continue;
      }
      taken++;
      this.#transitions++;
      const violated = system.violated();
      if (violated !== 0) this.#violated(violated, from, i);
      this.#cover(from, i);
      this.#seal(length);
      let to = store.add(this.#words, length, print[0]!, print[1]!);
      if (to < 0) {
        to = ~to;
        this.#parent.push(from);
        this.#action.push(i);
      }
      if (graph !== undefined) {
        // An action that changes nothing is no step that fairness speaks of.
        const fair = to === from ? -1 : this.#fair(i);
        enabled |= bit(fair);
        graph.edge(to, fair);
      }
    }
    this.#cuts += cuts;
    graph?.close(enabled, cuts > 0);
    if (taken === 0 && cuts === 0) {
      this.#standstills++;
      const violated = system.stuck?.() ?? 0;
      if (violated !== 0) this.#violated(violated, from, -1);
    }
    return actions + 1;
  }

  // Where the system names no fairness, all its actions are one set: it does not stand still while it can move.
  #fair(i: number): number {
    return this.system.fairness === undefined ? 0 : (this.system.fair?.(i) ?? -1);
  }

  // Fills up the last word of the state in #out and takes its fingerprint.
  #seal(length: number): void {
    const out = this.#out;
    for (let i = length; (i & 3) !== 0; i++) out[i] = 0;
    this.#fingerprint(this.#words, length, this.#print);
  }

  #cover(from: number, action: number): void {
    const coverage = this.#coverage;
    this.system.coverage(coverage);
    for (let w = 0; w < coverage.length; w++) {
      let fresh = coverage[w]! & ~this.#known[w]!;
      if (fresh === 0) continue;
      this.#known[w]! |= fresh;
      for (; fresh !== 0; fresh &= fresh - 1) {
        const fact = this.#facts[w * 32 + 31 - Math.clz32(fresh & -fresh)];
        if (fact !== undefined) Object.assign(fact, { count: 1, from, action });
      }
    }
  }

  #violated(mask: number, from: number, action: number): void {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const seen = this.#broken[31 - Math.clz32(rest & -rest)];
      if (seen === undefined) throw new RangeError(`the system broke a property it does not have: ${mask}`);
      if (seen.count++ === 0) Object.assign(seen, { from, action });
    }
    if ((mask & this.#stopAt) !== 0) this.#outcome = 'violated';
  }

  #finding(id: string, seen: Seen): Finding {
    return { id, count: seen.count, story: seen.count === 0 ? undefined : this.#story(seen) };
  }

  #story(seen: Seen): Story {
    if (seen.from < 0) return { initial: seen.action, actions: [] };
    const story = this.storyOf(seen.from);
    // A state that breaks a property by standing still has no last action.
    return seen.action < 0 ? story : { initial: story.initial, actions: [...story.actions, seen.action] };
  }
}

/** Searches a system to the end. */
export function search(system: System, options: SearchOptions = {}): SearchResult {
  const it = new Search(system, options);
  it.run();
  return it.result();
}

function unseen(): Seen {
  return { count: 0, from: 0, action: 0 };
}

function bit(fair: number): number {
  return fair < 0 ? 0 : 1 << fair;
}

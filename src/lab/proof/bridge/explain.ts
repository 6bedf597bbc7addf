// Which steps of the theory is a step of the engine? Looked for among those that the event allows (allowed.ts).

import type { Theory } from '../theory.ts';
import { Abstraction, type Cookie, type Fact, incarnationOf, type Said, type View } from './abstraction.ts';
import { allowedBeside, allowedIn, type EngineEvent } from './allowed.ts';
import { Finite, type FiniteAction, INCARNATIONS, OFFSETS } from './finite.ts';
import { type Goal, pathTo } from './paths.ts';

/** A step of the engine at one host. */
export interface EngineStep {
  readonly host: number;
  readonly event: EngineEvent;
  readonly before: View;
  readonly after: View;
  /** The segment that arrived; null: none. */
  readonly arrived: Said | null;
  /** What was sent. */
  readonly sent: readonly Said[];
}

/** Explains steps of one run, or of one model. */
export class Explainer {
  readonly #finite: Finite;
  readonly #theory: Theory;
  readonly #allowed = new Map<EngineEvent, readonly FiniteAction[]>();
  readonly #abstraction: Abstraction;
  readonly #known = new Map<string, readonly string[] | null>();
  /** How often each action was part of the explanation of a different step. */
  readonly used = new Map<string, number>();

  constructor(theory: Theory, abstraction: Abstraction) {
    this.#theory = theory;
    this.#abstraction = abstraction;
    this.#finite = new Finite(theory, abstraction.iss, Abstraction.NUMBERS);
  }

  #actions(event: EngineEvent): readonly FiniteAction[] {
    let actions = this.#allowed.get(event);
    if (actions === undefined) {
      const names = allowedIn(this.#theory.id, event);
      actions = this.#finite.actions.filter(({ name, like }) => names.includes(like ?? name));
      this.#allowed.set(event, actions);
    }
    return actions;
  }

  /** Different questions so far. */
  get questions(): number {
    return this.#known.size;
  }

  /** Steps of the theory that make the same of the host; null: there are none. */
  explain(step: EngineStep): readonly string[] | null {
    const { iss } = this.#abstraction;
    const alike = iss.some((number, p) => number !== p) ? iss.join() : '';
    const key = JSON.stringify(step) + alike;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const path = this.#search(step);
    this.#known.set(key, path);
    for (const name of path ?? []) this.used.set(name, (this.used.get(name) ?? 0) + 1);
    return path;
  }

  #search(step: EngineStep): string[] | null {
    const goal = new HostGoal(this.#finite, this.#abstraction, step);
    const beside = allowedBeside(step.event, step.before, step.arrived?.syn === true);
    const more = this.#finite.actions.filter(({ name }) => beside.includes(name));
    const actions = [...this.#actions(step.event), ...more];
    return pathTo(this.#finite, actions, goal);
  }
}

/** A value of a function at a point. */
type Visit = (name: string, args: number[], value: number) => void;

/** The state before a step in the cells, and what must hold of them afterwards. */
class HostGoal implements Goal {
  readonly #finite: Finite;
  readonly #step: EngineStep;
  /** Cells with the values that they must have. */
  readonly #wanted: (readonly [cell: number, value: number])[] = [];
  /** Cells of the network that may be written: what was sent. */
  readonly #sendable = new Set<number>();
  readonly #network: ReadonlySet<number>;
  /** Incarnations that must have ended: their cells. */
  readonly #ended: number[] = [];
  readonly #most: (readonly [cell: number, value: number])[] = [];
  readonly #gone: readonly number[];
  readonly #iss: readonly number[];

  constructor(finite: Finite, { iss }: Abstraction, step: EngineStep) {
    this.#finite = finite;
    this.#iss = iss;
    this.#step = step;
    this.#gone = ['ENDED', 'GONE'].map((name) => finite.states.indexOf(name));
    const { host, before, after, arrived, sent } = step;
    finite.reset();
    // Nobody forges a number that a host has for its own, in the past or to come.
    for (let k = 1; k <= INCARNATIONS; k++)
      finite.set('used', [1 - host, iss[incarnationOf(1 - host, k)] as number], 1);
    for (let k = 1; k <= before.incarnation; k++) {
      const p = incarnationOf(host, k);
      finite.set('used', [host, iss[p] as number], 1);
      finite.set('state', [p], finite.states.indexOf('GONE'));
    }
    const set = (name: string, args: number[], value: number): void => finite.set(name, args, value);
    for (const cookie of before.cookies) this.#cookie(host, cookie, 'COOKIE', set);
    for (const cookie of before.spent) this.#cookie(host, cookie, 'GONE', set);
    if (before.connection > 0) this.#each(host, before, set);
    if (arrived !== null) {
      if (arrived.sender >= 0) finite.set('irs', [arrived.sender], arrived.irs);
      for (const { name, args } of arrived.facts) finite.set(name, args, 1);
    }
    for (const fact of sent.flatMap(({ facts }) => facts)) {
      const cell = this.#cell(fact);
      this.#sendable.add(cell);
      this.#wanted.push([cell, 1]);
    }
    this.#network = networkOf(finite);
    const ends = (k: number): void => {
      if (k > 0) this.#ended.push(finite.cell('state', incarnationOf(host, k)));
    };
    if (before.connection !== after.connection) ends(before.connection);
    const want = (name: string, args: number[], value: number): void => {
      const cell = finite.cell(name, ...args);
      this.#wanted.push([cell, value]);
      if (name === 'rcv_nxt' || name === 'snd_end') this.#most.push([cell, value]);
    };
    for (const cookie of after.cookies) this.#cookie(host, cookie, 'COOKIE', want);
    if (after.connection > 0) this.#each(host, after, want);
    else if (after.cookies.length === 0) ends(after.incarnation);
  }

  /** Every value that a view fixes. What is kept beyond RCV.NXT must be there; more may. */
  #each(host: number, view: View, visit: Visit): void {
    const p = incarnationOf(host, view.connection);
    const truth = (value: boolean): number => (value ? 1 : 0);
    visit('state', [p], this.#finite.states.indexOf(view.state));
    visit('heard', [p], truth(view.heard));
    visit('snd_end', [p], view.sndEnd);
    visit('rcv_nxt', [p], view.rcvNxt);
    visit('syn_acked', [p], truth(view.synAcked));
    visit('fin_acked', [p], truth(view.finAcked));
    visit('fin_reached', [p], truth(view.finReached));
    visit('closed', [p], truth(view.closed));
    if (view.deaf !== null && this.#finite.has('deaf')) visit('deaf', [p], truth(view.deaf));
    if (view.heard) {
      visit('irs', [p], view.irs);
      if (view.took > 0 && this.#isOne(1 - host, view.took))
        visit('took', [p, incarnationOf(1 - host, view.took)], 1);
    }
    if (view.finKept >= 0) visit('fin_kept', [p, view.finKept], 1);
    for (let x = 0; x < OFFSETS; x++) if (((view.kept >> x) & 1) === 1) visit('kept', [p, x], 1);
  }

  /** What the SYN,ACK of a cookie has promised. */
  #cookie(host: number, { incarnation, irs, took }: Cookie, state: string, visit: Visit): void {
    const p = incarnationOf(host, incarnation);
    visit('state', [p], this.#finite.states.indexOf(state));
    visit('heard', [p], 1);
    visit('irs', [p], irs);
    visit('took', [p, incarnationOf(1 - host, took)], 1);
  }

  /** Whether its ISS says who an incarnation is: without ISN selection it does not, and the model's ghost is a guess. */
  #isOne(host: number, k: number): boolean {
    const mine = this.#iss.slice(host * INCARNATIONS, (host + 1) * INCARNATIONS);
    return mine.filter((iss) => iss === mine[k - 1]).length === 1;
  }

  #cell({ name, args }: Fact): number {
    return this.#finite.cell(name, ...args);
  }

  reached(): boolean {
    const { cells } = this.#finite;
    return (
      this.#wanted.every(([cell, value]) => cells[cell] === value) &&
      this.#ended.every((cell) => this.#gone.includes(cells[cell] as number))
    );
  }

  /** Nothing was sent that the engine did not send, and nothing went too far. */
  possible(): boolean {
    const { cells } = this.#finite;
    return (
      this.#most.every(([cell, value]) => (cells[cell] as number) <= value) &&
      this.#finite.written().every((cell) => !this.#network.has(cell) || this.#sendable.has(cell))
    );
  }

  /** The values that a parameter may have: p is of this host, q the sender. */
  range(slot: number, sort: string): readonly [from: number, to: number] {
    const { host, arrived } = this.#step;
    if (sort === 'incarnation') {
      if (slot === 0) return [host * INCARNATIONS, host * INCARNATIONS + this.#step.after.incarnation];
      const sender = arrived?.sender ?? -1;
      return sender < 0 ? [0, 0] : [sender, sender + 1];
    }
    if (sort === 'offset') return [0, OFFSETS];
    if (sort === 'host') return [0, 2];
    return [0, this.#finite.numbers];
  }
}

const networks = new WeakMap<Finite, ReadonlySet<number>>();

/** The cells of the network. */
function networkOf(finite: Finite): ReadonlySet<number> {
  let cells = networks.get(finite);
  if (cells === undefined) {
    cells = new Set(finite.cellsOf((name) => name.startsWith('sent_') || name === 'early'));
    networks.set(finite, cells);
  }
  return cells;
}

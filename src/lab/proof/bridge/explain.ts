// Which steps of the theory is a step of the engine? Looked for among those that the event allows: a segment never lets a
// program call, and nothing but a timer, a program or a crash lets a connection end without a word.

import { type Environment, newEnvironment } from '../language/index.ts';
import type { Theory } from '../theory.ts';
import type { Abstraction, Fact, Said, View } from './abstraction.ts';
import { Finite, type FiniteAction, INCARNATIONS, OFFSETS } from './finite.ts';

/** What may have happened to a host. */
export type EngineEvent = 'open' | 'write' | 'close' | 'abort' | 'read' | 'segment' | 'timer' | 'crash';

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

/** What any TCP may send while it is at it. */
const SENDS = ['SYN again', 'SYN,ACK again', 'ACK', 'octet', 'FIN sent'];

/** What each event may be. */
const ALLOWED: Readonly<Record<EngineEvent, readonly string[]>> = {
  open: ['OPEN', ...SENDS],
  write: ['SEND', ...SENDS],
  // CLOSE in SYN-SENT deletes the TCB (3.10.4).
  close: ['CLOSE', 'gone', ...SENDS],
  abort: ['ABORT', 'gone'],
  read: SENDS,
  segment: [
    'LISTEN: SYN',
    'SYN-SENT: SYN,ACK',
    'SYN-SENT: SYN',
    'SYN-RECEIVED: ACK',
    'SYN-RECEIVED: SYN,ACK',
    'FIN-WAIT-1: ACK of the SYN',
    'text',
    'text in order',
    'ACK of the FIN',
    'FIN',
    'FIN in order',
    'nobody: ACK',
    'nobody: SYN,ACK',
    'CLOSED: SYN',
    'SYN-SENT: ACK of another',
    'SYN-RECEIVED: ACK of another',
    'SYN-SENT: RST',
    'RST',
    ...SENDS,
  ],
  // R2, and what ends FIN-WAIT-2; with a RST or without.
  timer: ['2 MSL', 'gone', 'ABORT', ...SENDS],
  crash: ['gone'],
};

/** Most steps of the theory for one of the engine. */
const MOST_STEPS = 16;

/** Explains steps of one model. */
export class Explainer {
  readonly #finite: Finite;
  readonly #allowed: ReadonlyMap<EngineEvent, readonly FiniteAction[]>;
  readonly #env: Environment = newEnvironment();
  readonly #abstraction: Abstraction;
  readonly #known = new Map<string, readonly string[] | null>();
  /** How often each action was part of the explanation of a different step. */
  readonly used = new Map<string, number>();

  constructor(theory: Theory, abstraction: Abstraction) {
    this.#abstraction = abstraction;
    this.#finite = new Finite(theory, abstraction.iss, abstraction.numbers.length);
    const { actions } = this.#finite;
    this.#allowed = new Map(
      Object.entries(ALLOWED).map(([event, names]) => [
        event as EngineEvent,
        actions.filter(({ name, like }) => names.includes(like ?? name)),
      ]),
    );
  }

  /** Different questions so far. */
  get questions(): number {
    return this.#known.size;
  }

  /** Steps of the theory that make the same of the host; null: there are none. */
  explain(step: EngineStep): readonly string[] | null {
    const key = JSON.stringify(step);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const path = this.#search(step);
    this.#known.set(key, path);
    for (const name of path ?? []) this.used.set(name, (this.used.get(name) ?? 0) + 1);
    return path;
  }

  #search(step: EngineStep): string[] | null {
    const goal = new Goal(this.#finite, this.#abstraction, step);
    const actions = [...(this.#allowed.get(step.event) ?? []), ...this.#more(step)];
    const seen = new Set<string>();
    const path: string[] = [];
    const go = (): boolean => {
      if (goal.reached()) return true;
      const here = this.#finite.difference();
      if (seen.has(here) || path.length === MOST_STEPS) return false;
      seen.add(here);
      return actions.some((action) => this.#tries(action, goal, 0, path, go));
    };
    return go() ? path : null;
  }

  /** What one kind of segment, and a CLOSE that has waited, allow beside. */
  #more({ event, before, arrived }: EngineStep): FiniteAction[] {
    const names: string[] = [];
    // A SYN ends a connection in SYN-RECEIVED (3.10.7.4 fourth), and one in TIME-WAIT that makes room for the next (3.6.1).
    if (arrived?.syn === true && before.state === 'SYN_RECEIVED') names.push('gone');
    if (before.waitOver || (arrived?.syn === true && before.state === 'TIME_WAIT')) names.push('2 MSL');
    if (event === 'segment' && before.closeWaits) names.push('CLOSE');
    return this.#finite.actions.filter(({ name }) => names.includes(name));
  }

  /** Tries an action with all values of its parameters from the `at`-th on. */
  #tries(action: FiniteAction, goal: Goal, at: number, path: string[], go: () => boolean): boolean {
    const env = this.#env;
    if (action.guards[at]?.some((guard) => guard(env) === 0) === true) return false;
    const parameter = action.parameters[at];
    if (parameter === undefined) {
      const before = this.#finite.take(action, env);
      path.push(action.name);
      const values = env.slice();
      if (goal.possible() && go()) return true;
      env.set(values);
      path.pop();
      this.#finite.undo(before);
      return false;
    }
    const { slot, sort } = parameter;
    const [from, to] = goal.range(slot, sort);
    for (let value = from; value < to; value++) {
      env[slot] = value;
      if (this.#tries(action, goal, at + 1, path, go)) return true;
    }
    return false;
  }
}

/** The state before a step in the cells, and what must hold of them afterwards. */
class Goal {
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
    for (let k = 1; k <= before.incarnation; k++) {
      const p = incarnation(host, k);
      finite.set('used', [host, iss[p] as number], 1);
      finite.set('state', [p], finite.states.indexOf('GONE'));
    }
    if (before.present) this.#each(host, before, (name, args, value) => finite.set(name, args, value));
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
    if (before.present && before.incarnation !== after.incarnation)
      this.#ended.push(finite.cell('state', incarnation(host, before.incarnation)));
    if (!after.present) {
      if (after.incarnation > 0) this.#ended.push(finite.cell('state', incarnation(host, after.incarnation)));
      return;
    }
    this.#each(host, after, (name, args, value) => {
      const cell = finite.cell(name, ...args);
      this.#wanted.push([cell, value]);
      if (name === 'rcv_nxt' || name === 'snd_end') this.#most.push([cell, value]);
    });
  }

  /** Every value that a view fixes. What is kept beyond RCV.NXT must be there; more may. */
  #each(host: number, view: View, visit: (name: string, args: number[], value: number) => void): void {
    const p = incarnation(host, view.incarnation);
    const truth = (value: boolean): number => (value ? 1 : 0);
    visit('state', [p], this.#finite.states.indexOf(view.state));
    visit('heard', [p], truth(view.heard));
    visit('snd_end', [p], view.sndEnd);
    visit('rcv_nxt', [p], view.rcvNxt);
    visit('syn_acked', [p], truth(view.synAcked));
    visit('fin_acked', [p], truth(view.finAcked));
    visit('fin_reached', [p], truth(view.finReached));
    visit('closed', [p], truth(view.closed));
    if (view.heard) {
      visit('irs', [p], view.irs);
      if (this.#isOne(1 - host, view.took)) visit('took', [p, incarnation(1 - host, view.took)], 1);
    }
    if (view.finKept >= 0) visit('fin_kept', [p, view.finKept], 1);
    for (let x = 0; x < OFFSETS; x++) if (((view.kept >> x) & 1) === 1) visit('kept', [p, x], 1);
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

function incarnation(host: number, k: number): number {
  return host * INCARNATIONS + k - 1;
}

const networks = new WeakMap<Finite, ReadonlySet<number>>();

/** The cells of the network. */
function networkOf(finite: Finite): ReadonlySet<number> {
  let cells = networks.get(finite);
  if (cells === undefined) {
    cells = new Set(finite.cellsOf((name) => name.startsWith('sent_')));
    networks.set(finite, cells);
  }
  return cells;
}

// The graph of what was searched, kept only when liveness is to be checked: for each expanded state its marks,
// whether something beyond it was left out, and its edges. States are expanded in order of their numbers, so
// the edges of a state lie side by side and need no index but their beginning.

import { numbers, type Reader } from './bytes.ts';
import { Int32List, Uint16List } from './lists.ts';
import type { Liveness } from './system.ts';

/** The fairness set of an edge that belongs to none. */
export const NO_FAIRNESS = 0xffff;

/** Expanded states and their edges. */
export class Graph {
  /** Number of the first edge of each state. */
  readonly first = new Int32List();
  /** Marks of each state. */
  readonly marks = new Int32List();
  /** Which fairness sets have an enabled action, for each state; bit 31: an action is cut, the state is open. */
  readonly enabled = new Int32List();
  /** Where each edge leads. */
  readonly to = new Int32List();
  /** The fairness set of each edge. */
  readonly fair = new Uint16List();

  /** States whose edges are here. */
  get expanded(): number {
    return this.enabled.length;
  }

  /** Octets held. */
  get held(): number {
    return this.first.bytes + this.marks.bytes + this.enabled.bytes + this.to.bytes + this.fair.bytes;
  }

  /** Begins the next state. */
  open(marks: number): void {
    this.first.push(this.to.length);
    this.marks.push(marks);
  }

  /** Adds an edge of the state that was begun. */
  edge(to: number, fair: number): void {
    this.to.push(to);
    this.fair.push(fair < 0 ? NO_FAIRNESS : fair);
  }

  /** Ends the state that was begun. */
  close(enabled: number, cut: boolean): void {
    this.enabled.push(cut ? enabled | 0x80000000 : enabled);
  }

  /** One past the last edge of an expanded state. */
  last(state: number): number {
    return state + 1 < this.first.length ? this.first.get(state + 1) : this.to.length;
  }

  /** Everything as octets. */
  *save(): Generator<Uint8Array> {
    yield numbers(this.first.length, this.to.length);
    yield* this.first.pieces();
    yield* this.marks.pieces();
    yield* this.enabled.pieces();
    yield* this.to.pieces();
    yield* this.fair.pieces();
  }

  /** Becomes the graph that was saved. */
  restore(reader: Reader): void {
    const states = reader.count();
    const edges = reader.count();
    const fill = (chunk: Uint8Array) => reader.fill(chunk);
    this.first.restore(states, fill);
    this.marks.restore(states, fill);
    this.enabled.restore(states, fill);
    this.to.restore(edges, fill);
    this.fair.restore(edges, fill);
  }
}

/** Which states something is true of. */
export type Among = (state: number) => boolean;

/** True if state `state` (an expanded one) is one that the property speaks of. */
export function isTrigger(graph: Graph, property: Liveness, state: number): boolean {
  return property.from === 0 || (graph.marks.get(state) & property.from) !== 0;
}

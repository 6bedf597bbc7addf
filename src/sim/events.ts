// The events of a world, in order of (time, insertion number): a binary heap for the future, a ring
// for what is due at this instant. Neither allocates per event once it has its size.
//
// The order is exact although there are two containers: while the clock stands at t, events for t
// enter the ring, so those for t in the heap were all inserted earlier.

import type { Action } from './types.ts';

const nothing: Action = { run() {} };

/** Future events, earliest first; among equal times, the first inserted first. */
export class EventHeap {
  #at = new Float64Array(64);
  #order = new Float64Array(64);
  readonly #action: Action[] = [];
  #inserted = 0;
  count = 0;

  /** Time of the earliest event in µs, Infinity when there is none. */
  firstAt(): number {
    return this.count === 0 ? Infinity : (this.#at[0] as number);
  }

  push(atUs: number, action: Action): void {
    if (this.count === this.#at.length) this.#double();
    const at = this.#at;
    const order = this.#order;
    const actions = this.#action;
    let i = this.count++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      // An equal time stays below: its order is greater than all before it.
      if ((at[parent] as number) <= atUs) break;
      at[i] = at[parent] as number;
      order[i] = order[parent] as number;
      actions[i] = actions[parent] as Action;
      i = parent;
    }
    at[i] = atUs;
    order[i] = this.#inserted++;
    actions[i] = action;
  }

  /** Takes the earliest event out; the heap must not be empty. */
  pop(): Action {
    const first = this.#action[0] as Action;
    this.#take(0);
    return first;
  }

  /** Takes an action out; false when it is not there. Looks at every event: not for the path of packets. */
  remove(action: Action): boolean {
    const i = this.#action.indexOf(action);
    if (i >= 0) this.#take(i);
    return i >= 0;
  }

  /** The last event fills the place `i`, and finds its own from there. */
  #take(i: number): void {
    const at = this.#at;
    const order = this.#order;
    const actions = this.#action;
    const n = --this.count;
    const lastAt = at[n] as number;
    const lastOrder = order[n] as number;
    const last = actions[n] as Action;
    actions[n] = nothing;
    if (i === n) return;
    for (;;) {
      const parent = (i - 1) >> 1;
      if (i === 0 || this.#before(parent, lastAt, lastOrder)) break;
      at[i] = at[parent] as number;
      order[i] = order[parent] as number;
      actions[i] = actions[parent] as Action;
      i = parent;
    }
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      const right = child + 1;
      if (right < n && this.#before(right, at[child] as number, order[child] as number)) child = right;
      if (!this.#before(child, lastAt, lastOrder)) break;
      at[i] = at[child] as number;
      order[i] = order[child] as number;
      actions[i] = actions[child] as Action;
      i = child;
    }
    at[i] = lastAt;
    order[i] = lastOrder;
    actions[i] = last;
  }

  #before(i: number, at: number, order: number): boolean {
    const a = this.#at[i] as number;
    return a < at || (a === at && (this.#order[i] as number) < order);
  }

  #double(): void {
    const at = new Float64Array(this.#at.length * 2);
    const order = new Float64Array(this.#at.length * 2);
    at.set(this.#at);
    order.set(this.#order);
    this.#at = at;
    this.#order = order;
  }

  /** Up to `limit` events in order of time, for error messages. */
  list(limit: number): { atUs: number; action: Action }[] {
    const indices = Array.from({ length: this.count }, (_, i) => i);
    indices.sort(
      (a, b) =>
        (this.#at[a] as number) - (this.#at[b] as number) ||
        (this.#order[a] as number) - (this.#order[b] as number),
    );
    return indices
      .slice(0, limit)
      .map((i) => ({ atUs: this.#at[i] as number, action: this.#action[i] as Action }));
  }
}

/** Events of this instant, first in first out. */
export class EventRing {
  #slots: Action[] = new Array<Action>(64).fill(nothing);
  #head = 0;
  count = 0;

  push(action: Action): void {
    if (this.count === this.#slots.length) this.#double();
    const slots = this.#slots;
    slots[(this.#head + this.count) & (slots.length - 1)] = action;
    this.count++;
  }

  /** Takes the first event out; the ring must not be empty. */
  shift(): Action {
    const slots = this.#slots;
    const action = slots[this.#head] as Action;
    slots[this.#head] = nothing;
    this.#head = (this.#head + 1) & (slots.length - 1);
    this.count--;
    return action;
  }

  /** What was to be done is not; its place stays. */
  remove(action: Action): void {
    const i = this.#slots.indexOf(action);
    if (i >= 0) this.#slots[i] = nothing;
  }

  /** Up to `limit` events in order, for error messages. */
  list(limit: number): Action[] {
    const n = Math.min(limit, this.count);
    return Array.from(
      { length: n },
      (_, i) => this.#slots[(this.#head + i) & (this.#slots.length - 1)] as Action,
    );
  }

  #double(): void {
    const old = this.list(this.count);
    const slots = new Array<Action>(this.#slots.length * 2).fill(nothing);
    for (let i = 0; i < old.length; i++) slots[i] = old[i] as Action;
    this.#slots = slots;
    this.#head = 0;
  }
}

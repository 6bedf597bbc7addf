// A queue: first in, first out, and whoever stands in it may leave it. Every step takes the same time, however
// many wait.

/** A place in a {@link Queue}. */
export class Place<T> {
  readonly value: T;
  /** @internal */
  ahead: Place<T> | null = null;
  /** @internal */
  behind: Place<T> | null = null;
  /** @internal */
  taken = true;

  constructor(value: T) {
    this.value = value;
  }
}

/** First in, first out; it is the owner who bounds it. */
export class Queue<T> {
  #size = 0;
  #first: Place<T> | null = null;
  #last: Place<T> | null = null;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }
  /** Who waits longest. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Joins at the end. */
  push(value: T): Place<T> {
    const place = new Place(value);
    place.ahead = this.#last;
    if (this.#last === null) this.#first = place;
    else this.#last.behind = place;
    this.#last = place;
    this.#size++;
    return place;
  }

  /** Takes who waits longest out; undefined when nobody does. */
  shift(): T | undefined {
    const place = this.#first;
    if (place === null) return undefined;
    this.leave(place);
    return place.value;
  }

  /** Gives a place of this queue up; false when it was given up already. */
  leave(place: Place<T>): boolean {
    if (!place.taken) return false;
    place.taken = false;
    if (place.ahead === null) this.#first = place.behind;
    else place.ahead.behind = place.behind;
    if (place.behind === null) this.#last = place.ahead;
    else place.behind.ahead = place.ahead;
    place.ahead = null;
    place.behind = null;
    this.#size--;
    return true;
  }

  /** Takes everybody out, in order. */
  drain(): T[] {
    const all: T[] = [];
    for (let value = this.shift(); value !== undefined; value = this.shift()) all.push(value);
    return all;
  }
}

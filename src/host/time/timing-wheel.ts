// One timer structure for all connections of a host: a hierarchical timing wheel (Varghese and Lauck,
// "Hashed and Hierarchical Timing Wheels", scheme 7). Four levels of 256 slots cover 2^31 ms at a tick
// of 1 ms; entries are small ints linked through one typed array; bitmaps of the occupied slots let
// time jump over idle minutes. Times are int32 milliseconds, compared modulo 2^32.

/** Levels times slots, then the list of overdue entries, then the list of entries being fired. */
const DUE = 1024;
const FIRING = 1025;
/** Words per entry: next, previous, slot (-1: not armed), deadline. */
const NEXT = 0;
const PREV = 1;
const SLOT = 2;
const DEADLINE = 3;
/** Entries of one slot that `untilNext` looks at before it settles for the start of the slot. */
const LOOK = 16;

/**
 * Timers by id. Arming, disarming and firing are O(1); an entry moves down at most three levels in its
 * life. Ids are indices: small, dense, and free to be used again. 16 bytes per id.
 *
 * A deadline that moves all the time (retransmission, keepalive) belongs in a field of its owner and is
 * armed with {@link armNoLater}: the wheel then fires at some earlier deadline, the owner compares and
 * arms again. That costs one spurious call per period instead of a re-link per segment.
 *
 * A deadline must lie less than 2^31 ms (24 days) after the last `advance` or `restart`, and time must move by
 * less than that between two of them; a host that sleeps for longer restarts it (tcp/time.ts).
 */
export class TimingWheel {
  #entries = new Int32Array(64 * 4);
  readonly #head = new Int32Array(1026).fill(-1);
  readonly #tail = new Int32Array(1026).fill(-1);
  /** One bit per slot of the four levels. */
  readonly #occupied = new Int32Array(32);
  /** The tick up to which slots have been emptied. */
  #now: number;
  #count = 0;

  /** A wheel that stands at `nowMs` (int32). */
  constructor(nowMs = 0) {
    this.#now = nowMs | 0;
    this.#clear(0);
  }

  /** Armed entries, with those that `advance` found due and `next` has not yet handed out. */
  get size(): number {
    return this.#count;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#entries.byteLength + 2 * this.#head.byteLength + this.#occupied.byteLength;
  }

  /** Whether the id is armed. */
  isArmed(id: number): boolean {
    const at = (id << 2) + SLOT;
    return at < this.#entries.length && this.#entries[at] !== -1;
  }

  /** (Re-)arms `id` for a deadline; one that has passed fires at the next `advance`. */
  arm(id: number, deadlineMs: number): void {
    const at = id << 2;
    if (at >= this.#entries.length) this.#growTo(id);
    const entries = this.#entries;
    if (entries[at + SLOT] !== -1) this.#unlink(at);
    else this.#count++;
    entries[at + DEADLINE] = deadlineMs | 0;
    this.#link(at, this.#place(deadlineMs | 0, DUE));
  }

  /**
   * Makes sure that `id` fires no later than `deadlineMs`: nothing happens when it is armed for that
   * time or earlier. For owners that keep the true deadline and arm again when fired before it.
   */
  armNoLater(id: number, deadlineMs: number): void {
    const at = id << 2;
    if (
      at < this.#entries.length &&
      this.#entries[at + SLOT] !== -1 &&
      (((this.#entries[at + DEADLINE] as number) - deadlineMs) | 0) <= 0
    )
      return;
    this.arm(id, deadlineMs);
  }

  /** Takes the timer back; harmless when it is not armed. */
  disarm(id: number): void {
    const at = id << 2;
    if (at >= this.#entries.length || this.#entries[at + SLOT] === -1) return;
    this.#unlink(at);
    this.#entries[at + SLOT] = -1;
    this.#count--;
  }

  /** Forgets every entry and stands at `nowMs`, however far away that is. */
  restart(nowMs: number): void {
    this.#head.fill(-1);
    this.#tail.fill(-1);
    this.#occupied.fill(0);
    this.#clear(0);
    this.#count = 0;
    this.#now = nowMs | 0;
  }

  /**
   * Moves time to `nowMs` and collects what is due; then take the ids with {@link next}. Time that does
   * not move forward collects only what was armed too late. What the owner arms while it takes ids is
   * not among them, so that a batch always ends.
   */
  advance(nowMs: number): void {
    nowMs |= 0;
    this.#splice(DUE);
    if (this.#count === 0) {
      this.#now = nowMs;
      return;
    }
    while (((nowMs - this.#now) | 0) > 0) {
      const slot = this.#nextSlot();
      if (slot < 0) break;
      const start = this.#startOf(slot);
      if (((start - nowMs) | 0) > 0) break;
      this.#now = start;
      if (slot < 256) this.#splice(slot);
      else this.#cascade(slot);
    }
    if (((nowMs - this.#now) | 0) > 0) this.#now = nowMs;
  }

  /** The next id that the last `advance` found due, by deadline, then in the order of arming; or -1. */
  next(): number {
    const at = this.#head[FIRING] as number;
    if (at === -1) return -1;
    this.#unlink(at);
    this.#entries[at + SLOT] = -1;
    this.#count--;
    return at >> 2;
  }

  /**
   * Milliseconds from `nowMs` until `advance` has something to do: 0 when overdue, -1 when nothing is
   * armed. Never too long; too short only when many far deadlines share a slot, at most three times.
   */
  untilNext(nowMs: number): number {
    if (this.#count === 0) return -1;
    if (this.#head[DUE] !== -1 || this.#head[FIRING] !== -1) return 0;
    const slot = this.#nextSlot();
    let first = this.#startOf(slot);
    if (slot >= 256) first = this.#earliestIn(slot, first);
    const wait = (first - nowMs) | 0;
    return Math.max(wait, 0);
  }

  /** The earliest deadline in a slot if that is cheap to know, else the slot's start. */
  #earliestIn(slot: number, start: number): number {
    const entries = this.#entries;
    let at = this.#head[slot] as number;
    let first = entries[at + DEADLINE] as number;
    for (let i = 0; i < LOOK; i++) {
      at = entries[at + NEXT] as number;
      if (at === -1) return first;
      const deadline = entries[at + DEADLINE] as number;
      if (((deadline - first) | 0) < 0) first = deadline;
    }
    return start;
  }

  /**
   * The slot of a deadline: the level is that of the highest bit in which it differs from now, so that
   * everything on a lower level comes before everything on a higher one.
   */
  #place(deadline: number, overdue: number): number {
    const now = this.#now;
    if (((deadline - now) | 0) <= 0) return overdue;
    const differ = deadline ^ now;
    if (differ >>> 8 === 0) return deadline & 255;
    if (differ >>> 16 === 0) return 256 | ((deadline >>> 8) & 255);
    if (differ >>> 24 === 0) return 512 | ((deadline >>> 16) & 255);
    return 768 | (deadline >>> 24);
  }

  /** The first occupied slot after now, or -1. */
  #nextSlot(): number {
    const occupied = this.#occupied;
    // Below the top level no slot before now's own is occupied; the top level is read round about.
    for (let level = 0; level < 3; level++) {
      for (let w = level << 3; w < (level + 1) << 3; w++) {
        const bits = occupied[w] as number;
        if (bits !== 0) return (w << 5) | (31 - Math.clz32(bits & -bits));
      }
    }
    const own = this.#now >>> 29;
    // No deadline is more than 128 slots ahead.
    for (let i = 0; i <= 4; i++) {
      const w = 24 + ((own + i) & 7);
      const bits = occupied[w] as number;
      if (bits !== 0) return (w << 5) | (31 - Math.clz32(bits & -bits));
    }
    return -1;
  }

  /** The first tick of a slot. */
  #startOf(slot: number): number {
    const index = slot & 255;
    const now = this.#now;
    if (slot < 256) return (now & ~0xff) | index;
    if (slot < 512) return (now & ~0xffff) | (index << 8);
    if (slot < 768) return (now & ~0xffffff) | (index << 16);
    return index << 24;
  }

  #link(at: number, slot: number): void {
    const entries = this.#entries;
    const last = this.#tail[slot] as number;
    entries[at + SLOT] = slot;
    entries[at + NEXT] = -1;
    entries[at + PREV] = last;
    this.#tail[slot] = at;
    if (last !== -1) {
      entries[last + NEXT] = at;
      return;
    }
    this.#head[slot] = at;
    if (slot < DUE) this.#occupied[slot >> 5] = (this.#occupied[slot >> 5] as number) | (1 << (slot & 31));
  }

  #unlink(at: number): void {
    const entries = this.#entries;
    const slot = entries[at + SLOT] as number;
    const next = entries[at + NEXT] as number;
    const prev = entries[at + PREV] as number;
    if (next !== -1) entries[next + PREV] = prev;
    else this.#tail[slot] = prev;
    if (prev !== -1) entries[prev + NEXT] = next;
    else {
      this.#head[slot] = next;
      if (next === -1) this.#vacate(slot);
    }
  }

  #vacate(slot: number): void {
    this.#head[slot] = -1;
    this.#tail[slot] = -1;
    if (slot < DUE) this.#occupied[slot >> 5] = (this.#occupied[slot >> 5] as number) & ~(1 << (slot & 31));
  }

  /** Moves a whole slot behind the entries being fired. */
  #splice(slot: number): void {
    const entries = this.#entries;
    let at = this.#head[slot] as number;
    this.#vacate(slot);
    while (at !== -1) {
      const next = entries[at + NEXT] as number;
      this.#link(at, FIRING);
      at = next;
    }
  }

  /** Hands the entries of a slot whose start is now to the levels below. */
  #cascade(slot: number): void {
    const entries = this.#entries;
    let at = this.#head[slot] as number;
    this.#vacate(slot);
    while (at !== -1) {
      const next = entries[at + NEXT] as number;
      this.#link(at, this.#place(entries[at + DEADLINE] as number, FIRING));
      at = next;
    }
  }

  #growTo(id: number): void {
    let length = this.#entries.length;
    const old = length;
    while (id << 2 >= length) length *= 2;
    const bigger = new Int32Array(length);
    bigger.set(this.#entries);
    this.#entries = bigger;
    this.#clear(old);
  }

  #clear(from: number): void {
    for (let at = from + SLOT; at < this.#entries.length; at += 4) this.#entries[at] = -1;
  }
}

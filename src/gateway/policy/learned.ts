// Which names lead to which addresses, as a guest was told: from our own answers alone, and for as long as they said.

/** Addresses remembered of one guest, and names of one address; beyond it the oldest go. */
const MOST_ADDRESSES = 4096;
const MOST_NAMES = 32;

/** What one guest was told. Times are milliseconds that do not wrap. */
export class LearnedNames {
  readonly #byAddress = new Map<string, Map<string, number>>();

  /** The guest was told that the names lead to the address, for so long. */
  learn(address: string, names: readonly string[], untilMs: number): void {
    const known = this.#byAddress.get(address) ?? new Map<string, number>();
    this.#byAddress.delete(address);
    this.#byAddress.set(address, known); // the latest last
    for (const name of names) {
      const until = Math.max(untilMs, known.get(name) ?? 0);
      known.delete(name);
      known.set(name, until);
    }
    trim(known, MOST_NAMES);
    trim(this.#byAddress, MOST_ADDRESSES);
  }

  /** The names that lead to an address now, the latest first. */
  namesOf(address: string, nowMs: number): string[] {
    const known = this.#byAddress.get(address);
    if (known === undefined) return [];
    for (const [name, until] of known) if (until <= nowMs) known.delete(name);
    if (known.size === 0) this.#byAddress.delete(address);
    return [...known.keys()].reverse();
  }

  get size(): number {
    return this.#byAddress.size;
  }
}

function trim(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

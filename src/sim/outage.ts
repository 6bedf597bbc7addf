// When a direction of a wire is cut: by hand, or in windows of time known beforehand. A packet costs
// one comparison.

/** Partition state of one direction. */
export class Outage {
  #byHand = false;
  /** Begin, end, begin, end…: ascending, windows do not touch. */
  #edges: number[] = [];
  #passed = 0;

  /** True if a cut is on or may come. */
  get possible(): boolean {
    return this.#byHand || this.#passed < this.#edges.length;
  }

  set(on: boolean): void {
    this.#byHand = on;
  }

  /** Cut from `fromUs` until before `toUs`. */
  add(fromUs: number, toUs: number): void {
    if (!(fromUs >= 0 && toUs > fromUs)) {
      throw new RangeError(`a partition window must end after it begins, not ${fromUs}..${toUs} µs`);
    }
    const windows: [number, number][] = [[fromUs, toUs]];
    for (let i = 0; i < this.#edges.length; i += 2) {
      windows.push([this.#edges[i] as number, this.#edges[i + 1] as number]);
    }
    windows.sort((a, b) => a[0] - b[0]);
    const edges: number[] = [];
    for (const [from, to] of windows) {
      const last = edges.length - 1;
      if (last > 0 && from <= (edges[last] as number)) edges[last] = Math.max(edges[last] as number, to);
      else edges.push(from, to);
    }
    this.#edges = edges;
    this.#passed = 0;
  }

  /** Forgets all windows. */
  clearWindows(): void {
    this.#edges = [];
    this.#passed = 0;
  }

  /** True if the direction is cut at `nowUs`; time must not go back between calls. */
  isCut(nowUs: number): boolean {
    while (this.#passed < this.#edges.length && (this.#edges[this.#passed] as number) <= nowUs)
      this.#passed++;
    return this.#byHand || (this.#passed & 1) === 1;
  }
}

// Strongly connected components of a part of the graph (Tarjan 1972), without recursion.

import type { Graph } from './graph.ts';

/** Finds components; one object serves many questions about one graph. */
export class Components {
  readonly #graph: Graph;
  /** The set of the question that each state belongs to: `of` looks at no other states. */
  readonly #set: Int32Array;
  /** The component that each state was last found in. */
  readonly #component: Int32Array;
  readonly #index: Int32Array;
  readonly #low: Int32Array;
  readonly #edge: Int32Array;
  #sets = 0;
  #found = 0;

  constructor(graph: Graph, states: number) {
    this.#graph = graph;
    this.#set = new Int32Array(states);
    this.#component = new Int32Array(states);
    this.#index = new Int32Array(states);
    this.#low = new Int32Array(states);
    this.#edge = new Int32Array(states);
  }

  /** True if the two states were last found in one component. */
  same(a: number, b: number): boolean {
    return this.#component[a] !== 0 && this.#component[a] === this.#component[b];
  }

  /** The components of the part of the graph that has only the states of `set`; single states are components too. */
  of(set: Int32Array): Int32Array[] {
    const id = ++this.#sets;
    for (const s of set) {
      this.#set[s] = id;
      this.#component[s] = 0;
      this.#index[s] = 0;
    }
    const found: Int32Array[] = [];
    const stack: number[] = [];
    const path: number[] = [];
    let visited = 0;
    const enter = (s: number) => {
      this.#index[s] = this.#low[s] = ++visited;
      this.#edge[s] = this.#graph.first.get(s);
      stack.push(s);
      path.push(s);
    };
    for (const root of set) {
      if (this.#index[root] !== 0) continue;
      enter(root);
      while (path.length > 0) {
        const s = path[path.length - 1]!;
        if (this.#edge[s]! < this.#graph.last(s)) {
          const to = this.#graph.to.get(this.#edge[s]!++);
          if (this.#set[to] !== id) continue;
          if (this.#index[to] === 0) enter(to);
          else if (this.#component[to] === 0) this.#low[s] = Math.min(this.#low[s]!, this.#index[to]!);
          continue;
        }
        path.pop();
        const parent = path[path.length - 1];
        if (parent !== undefined) this.#low[parent] = Math.min(this.#low[parent]!, this.#low[s]!);
        if (this.#low[s] !== this.#index[s]) continue;
        const from = stack.lastIndexOf(s);
        const component = Int32Array.from(stack.splice(from));
        this.#found++;
        for (const member of component) this.#component[member] = this.#found;
        found.push(component);
      }
    }
    return found;
  }
}

// The search for a fair run that never reaches its goal: among the states that can be reached from a trigger without
// passing a goal, a strongly connected set in which a run can stay for ever without neglecting a fairness set (Emerson
// and Lei 1987 for strong fairness: take away the states that demand what is never done, and look again).

import type { Search } from './bfs.ts';
import { type Among, type Graph, isTrigger, NO_FAIRNESS } from './graph.ts';
import { Components } from './scc.ts';
import type { Lasso, Liveness } from './system.ts';

const DEMANDS = 0x7fffffff;
const OUTSIDE = -2;
const TRIGGER = -1;

/** A lasso, or whether one may hide in what was left out. */
export interface Found {
  readonly lasso: Lasso | undefined;
  readonly open: boolean;
}

/** Looks for a fair run that passes a trigger of `property` and no goal after it. */
export function findLasso(search: Search, graph: Graph, property: Liveness, open: Among): Found {
  const region = regionOf(search, graph, property);
  const strong = strongSets(search);
  const components = new Components(graph, search.store.count);
  // Sets of states still to be split into components.
  const work: Int32Array[] = [region.order];
  const fair: Int32Array[] = [];
  for (let set = work.pop(); set !== undefined; set = work.pop()) {
    for (const component of components.of(set)) {
      const neglected = neglects(graph, component, components, strong);
      if (neglected === 0) fair.push(component);
      else if ((neglected & ~strong) === 0) {
        const rest = component.filter((s) => (graph.enabled.get(s) & neglected) === 0);
        if (rest.length > 0 && rest.length < component.length) work.push(rest);
      }
    }
  }
  if (fair.length === 0) {
    const last = region.order.some((s) => open(s)) || graph.expanded < search.store.count;
    return { lasso: undefined, open: last };
  }
  return { lasso: told(search, graph, region, fair, strong), open: false };
}

interface Region {
  /** Its states, nearest to the start first (a run that passes a trigger). */
  readonly order: Int32Array;
  /** From which state each was entered; TRIGGER, or OUTSIDE. */
  readonly from: Int32Array;
}

// Breadth first, the triggers joining at their own depth: so the way to each state is a shortest one.
function regionOf(search: Search, graph: Graph, property: Liveness): Region {
  const states = graph.expanded;
  const from = new Int32Array(search.store.count).fill(OUTSIDE);
  const order = new Int32Array(states);
  const goal = (s: number) => (graph.marks.get(s) & property.to) !== 0;
  let end = 0;
  let at = 0;
  let trigger = 0;
  for (let depth = 0; trigger < states || at < end; depth++) {
    for (; trigger < states && search.depthOf(trigger) <= depth; trigger++) {
      if (from[trigger] !== OUTSIDE || goal(trigger) || !isTrigger(graph, property, trigger)) continue;
      from[trigger] = TRIGGER;
      order[end++] = trigger;
    }
    for (const stop = end; at < stop; at++) {
      const s = order[at]!;
      const last = graph.last(s);
      for (let e = graph.first.get(s); e < last; e++) {
        const to = graph.to.get(e);
        if (to >= states || from[to] !== OUTSIDE || goal(to)) continue;
        from[to] = s;
        order[end++] = to;
      }
    }
  }
  return { order: order.slice(0, end), from };
}

function strongSets(search: Search): number {
  let strong = 0;
  for (const [i, set] of (search.system.fairness ?? []).entries())
    if (set.kind === 'strong') strong |= 1 << i;
  return strong;
}

// The fairness sets that a run which stays in a component for ever, and goes everywhere in it, neglects: never taken
// there, and enabled in all of its states (weak), or in some (strong; then only some of its states are to blame).
function neglects(graph: Graph, component: Int32Array, components: Components, strong: number): number {
  let everywhere = DEMANDS;
  let somewhere = 0;
  let taken = 0;
  for (const s of component) {
    const enabled = graph.enabled.get(s) & DEMANDS;
    everywhere &= enabled;
    somewhere |= enabled;
    const last = graph.last(s);
    for (let e = graph.first.get(s); e < last; e++) {
      const fair = graph.fair.get(e);
      if (fair !== NO_FAIRNESS && components.same(s, graph.to.get(e))) taken |= 1 << fair;
    }
  }
  return (everywhere | (somewhere & strong)) & ~taken;
}

function told(
  search: Search,
  graph: Graph,
  region: Region,
  fair: readonly Int32Array[],
  strong: number,
): Lasso {
  const home = new Int32Array(search.store.count).fill(-1);
  for (const [i, component] of fair.entries()) for (const s of component) home[s] = i;
  const entry = region.order.find((s) => home[s]! >= 0)!;
  const way: number[] = [entry];
  while (region.from[way[0]!]! >= 0) way.unshift(region.from[way[0]!]!);
  const start = search.storyOf(way[0]!);
  const actions = [...start.actions];
  for (let i = 1; i < way.length; i++) actions.push(search.actionTo(way[i - 1]!, way[i]!));
  return { initial: start.initial, actions, cycle: cycleFrom(search, graph, entry, home, strong) };
}

// A closed walk inside the component of `entry` that takes each strong set that the component takes, and for each weak
// set takes it or passes a state in which it is not enabled. Empty when nothing is demanded at `entry`: the run stands
// still there.
function cycleFrom(search: Search, graph: Graph, entry: number, home: Int32Array, strong: number): number[] {
  const demanded = graph.enabled.get(entry) & DEMANDS;
  if (demanded === 0) return [];
  const inside: Among = (s) => home[s] === home[entry];
  let owed = (demanded & ~strong) | (takenIn(graph, home, home[entry]!) & strong);
  const cycle: number[] = [];
  let here = entry;
  const walk = (isEnd: (edge: number) => boolean): boolean => {
    const path = shortest(graph, here, inside, isEnd);
    if (path === undefined) return false;
    for (const edge of path) {
      const fair = graph.fair.get(edge.number);
      const to = graph.to.get(edge.number);
      cycle.push(search.actionTo(edge.from, to, fair === NO_FAIRNESS ? -1 : fair));
      here = to;
      if (fair !== NO_FAIRNESS) owed &= ~(1 << fair);
      owed &= graph.enabled.get(here) | strong;
    }
    return true;
  };
  while (owed !== 0) {
    const set = owed & -owed;
    const takes = (e: number) => graph.fair.get(e) !== NO_FAIRNESS && 1 << graph.fair.get(e) === set;
    if (!walk(takes)) walk((e) => (graph.enabled.get(graph.to.get(e)) & set) === 0);
  }
  if (here !== entry) walk((e) => graph.to.get(e) === entry);
  return cycle;
}

function takenIn(graph: Graph, home: Int32Array, id: number): number {
  let taken = 0;
  for (let s = 0; s < graph.expanded; s++) {
    if (home[s] !== id) continue;
    const last = graph.last(s);
    for (let e = graph.first.get(s); e < last; e++) {
      const fair = graph.fair.get(e);
      if (fair !== NO_FAIRNESS && home[graph.to.get(e)] === id) taken |= 1 << fair;
    }
  }
  return taken;
}

interface Edge {
  readonly from: number;
  readonly number: number;
}

// The edges of a shortest walk (at least one edge) from `start` whose last edge satisfies `isEnd`.
function shortest(
  graph: Graph,
  start: number,
  inside: Among,
  isEnd: (edge: number) => boolean,
): Edge[] | undefined {
  const came = new Map<number, Edge | undefined>([[start, undefined]]);
  const queue = [start];
  for (const s of queue) {
    const last = graph.last(s);
    for (let e = graph.first.get(s); e < last; e++) {
      const to = graph.to.get(e);
      if (!inside(to)) continue;
      if (isEnd(e)) {
        const path: Edge[] = [{ from: s, number: e }];
        for (let edge = came.get(s); edge !== undefined; edge = came.get(edge.from)) path.unshift(edge);
        return path;
      }
      if (came.has(to)) continue;
      came.set(to, { from: s, number: e });
      queue.push(to);
    }
  }
  return undefined;
}

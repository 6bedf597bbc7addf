import { describe, expect, it } from 'vitest';
import { checkLiveness, type Lasso, type Liveness, replay, Search, searchPartitioned } from './index.ts';
import type { Fairness } from './system.ts';
import { Drawn, type Node } from './testing.ts';

// Small random graphs, and for each question the answer of a program that is too simple to be wrong.

const FROM = 1;
const GOAL = 2;
const SETS: readonly Fairness[] = [
  { id: 'weak', kind: 'weak' },
  { id: 'strong', kind: 'strong' },
];

function random(seed: number): (below: number) => number {
  let s = seed;
  return (below) => {
    s = (Math.imul(s, 1664525) + 1013904223) | 0;
    return (s >>> 8) % below;
  };
}

function drawn(seed: number): Node[] {
  const pick = random(seed);
  const count = 2 + pick(6);
  return Array.from({ length: count }, () => ({
    actions: Array.from({ length: pick(4) }, () => [pick(count), pick(3) - 1] as const),
    marks: (pick(3) === 0 ? FROM : 0) | (pick(4) === 0 ? GOAL : 0),
  }));
}

const edgesOf = (node: Node) => node.actions as readonly (readonly [to: number, fair: number])[];

/** States reached from `start` by any number of steps through states that `may` be entered. */
function reach(nodes: readonly Node[], start: number, may: (s: number) => boolean): Set<number> {
  const seen = new Set([start]);
  for (const s of seen) for (const [to] of edgesOf(nodes[s]!)) if (may(to)) seen.add(to);
  return seen;
}

const marked = (nodes: readonly Node[], s: number, mark: number) => (nodes[s]!.marks! & mark) !== 0;

/** Which sets have an enabled action in a state; an action that changes nothing is none. */
function enabled(nodes: readonly Node[], s: number, set: number): boolean {
  return edgesOf(nodes[s]!).some(([to, fair]) => fair === set && to !== s);
}

/** Whether a run that goes round in `states` for ever, taking `taken`, is fair. */
function isFair(nodes: readonly Node[], states: readonly number[], taken: (set: number) => boolean): boolean {
  return SETS.every(({ kind }, set) => {
    const demands =
      kind === 'weak'
        ? states.every((s) => enabled(nodes, s, set))
        : states.some((s) => enabled(nodes, s, set));
    return !demands || taken(set);
  });
}

/** By trying every set of states: is there one that a fair run can stay in for ever, after a trigger and without a goal? */
function escapes(nodes: readonly Node[]): boolean {
  const all = reach(nodes, 0, () => true);
  const noGoal = (s: number) => !marked(nodes, s, GOAL);
  const region = new Set<number>();
  for (const s of all) {
    if (marked(nodes, s, FROM) && noGoal(s)) for (const t of reach(nodes, s, noGoal)) region.add(t);
  }
  for (let subset = 1; subset < 1 << nodes.length; subset++) {
    const inside = (s: number) => (subset & (1 << s)) !== 0;
    const states = nodes.map((_, s) => s).filter(inside);
    if (!states.every((s) => region.has(s))) continue;
    if (!states.every((s) => reach(nodes, s, inside).size === states.length)) continue;
    const taken = (set: number) =>
      states.some((s) => edgesOf(nodes[s]!).some(([to, fair]) => fair === set && to !== s && inside(to)));
    if (isFair(nodes, states, taken)) return true;
  }
  return false;
}

/** A told lasso is a run of the system that passes a trigger and then no goal, and is fair. */
function verify(nodes: readonly Node[], system: Drawn, lasso: Lasso): void {
  const states: number[] = [];
  const story = { initial: lasso.initial, actions: [...lasso.actions, ...lasso.cycle] };
  replay(system, story, (_step, _action, octets) => states.push(octets[0]!));
  const back = lasso.actions.length;
  expect(states.at(-1)).toBe(states[back]);
  const lastGoal = states.findLastIndex((s) => marked(nodes, s, GOAL));
  expect(states.slice(lastGoal + 1, back + 1).some((s) => marked(nodes, s, FROM))).toBe(true);
  const round = lasso.cycle.length === 0 ? [states[back]!] : states.slice(back, -1);
  expect(round.some((s) => marked(nodes, s, GOAL))).toBe(false);
  const taken = (set: number) =>
    lasso.cycle.some((action, i) => edgesOf(nodes[round[i]!]!)[action]![1] === set);
  expect(isFair(nodes, round, taken)).toBe(true);
}

const GRAPHS = 1500;
const liveness: Liveness[] = [
  { id: 'p', expected: 'holds', form: 'possible', from: FROM, to: GOAL },
  { id: 'i', expected: 'holds', form: 'inevitable', from: FROM, to: GOAL },
];

describe(`on ${GRAPHS} random graphs`, () => {
  it('states and depths are those of a simple walk; transitions are all edges of what is reached', () => {
    for (let seed = 0; seed < GRAPHS; seed++) {
      const nodes = drawn(seed);
      const s = new Search(new Drawn(nodes));
      s.run();
      const all = reach(nodes, 0, () => true);
      const r = s.result();
      expect([r.states, r.transitions]).toEqual([
        all.size,
        [...all].reduce((n, state) => n + nodes[state]!.actions.length, 0),
      ]);
      // `reach` finds states in the order of their distance, as the search does.
      const octets = new Uint8Array(4);
      const order = Array.from({ length: r.states }, (_, i) => {
        s.store.read(i, octets);
        return octets[0]!;
      });
      expect(order).toEqual([...all]);
    }
  });

  it('possible: fails exactly where a trigger reaches no goal, and counts those', () => {
    let failing = 0;
    for (let seed = 0; seed < GRAPHS; seed++) {
      const nodes = drawn(seed);
      const s = new Search(new Drawn(nodes, { liveness: liveness.slice(0, 1), fairness: SETS }));
      s.run();
      const doomed = [...reach(nodes, 0, () => true)].filter(
        (from) =>
          marked(nodes, from, FROM) &&
          ![...reach(nodes, from, () => true)].some((t) => marked(nodes, t, GOAL)),
      );
      const r = checkLiveness(s)[0]!;
      expect([r.verdict, r.count]).toEqual([doomed.length > 0 ? 'fails' : 'holds', doomed.length]);
      if (doomed.length > 0) failing++;
    }
    expect(failing).toBeGreaterThan(GRAPHS / 10);
    expect(failing).toBeLessThan((GRAPHS * 9) / 10);
  });

  it.each(['exact', 'compact'] as const)(
    'inevitable: fails exactly where a fair run escapes, and tells one (%s)',
    (memory) => {
      const count = { fails: 0, holds: 0, cycles: 0 };
      for (let seed = 0; seed < GRAPHS; seed++) {
        const nodes = drawn(seed);
        const system = new Drawn(nodes, { liveness: liveness.slice(1), fairness: SETS });
        const s = new Search(system, { memory });
        s.run();
        const r = checkLiveness(s)[0]!;
        expect([seed, r.verdict]).toEqual([seed, escapes(nodes) ? 'fails' : 'holds']);
        count[r.verdict as 'fails' | 'holds']++;
        if (r.story === undefined) continue;
        verify(nodes, system, r.story);
        if (r.story.cycle.length > 1) count.cycles++;
      }
      expect(Math.min(count.fails, count.holds)).toBeGreaterThan(GRAPHS / 10);
      expect(count.cycles).toBeGreaterThan(50);
    },
  );

  it('partitions count what one searcher counts', async () => {
    for (let seed = 0; seed < 500; seed++) {
      const nodes = drawn(seed);
      const s = new Search(new Drawn(nodes));
      s.run();
      const a = s.result();
      const b = await searchPartitioned(() => new Drawn(nodes), 2);
      expect([b.states, b.transitions, b.depth, b.standstills]).toEqual([
        a.states,
        a.transitions,
        a.depth,
        a.standstills,
      ]);
    }
  });
});

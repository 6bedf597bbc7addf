import { describe, expect, it } from 'vitest';
import { checkLiveness, type Liveness, type LivenessOptions, type LivenessResult, Search } from './index.ts';
import { CUT, type Fairness } from './system.ts';
import { Drawn, type Node } from './testing.ts';

const FROM = 1;
const GOAL = 2;
const possible: Liveness = { id: 'p', expected: 'holds', form: 'possible', from: FROM, to: GOAL };
const inevitable: Liveness = { id: 'i', expected: 'holds', form: 'inevitable', from: FROM, to: GOAL };

function check(
  nodes: readonly Node[],
  property: Liveness,
  fairness?: readonly Fairness[],
  options: LivenessOptions & { maxDepth?: number } = {},
): LivenessResult {
  const system = new Drawn(nodes, { liveness: [property], ...(fairness === undefined ? {} : { fairness }) });
  const search = new Search(system, options.maxDepth === undefined ? {} : { maxDepth: options.maxDepth });
  search.run();
  return checkLiveness(search, options)[0]!;
}

describe('possible: a goal can be reached from everywhere', () => {
  it('holds when there is always a way, even if a run may avoid it for ever', () => {
    const nodes = [
      { actions: [1, 0], marks: FROM },
      { actions: [0, 2], marks: FROM },
      { actions: [0], marks: GOAL },
    ];
    expect(check(nodes, possible).verdict).toBe('holds');
  });

  it('fails with the shortest story to a state that no goal can be reached from, and counts those states', () => {
    // 0 -> 1 -> 2 -> 3 <-> 4, and 1 -> 5 (goal): from 2, 3 and 4 there is no way to 5.
    const nodes = [
      { actions: [1], marks: FROM },
      { actions: [5, 2], marks: FROM },
      { actions: [3], marks: FROM },
      { actions: [4], marks: FROM },
      { actions: [3] },
      { actions: [0], marks: GOAL },
    ];
    const r = check(nodes, possible);
    expect([r.verdict, r.count, r.story]).toEqual(['fails', 2, { initial: 0, actions: [0, 1], cycle: [] }]);
    expect(check(nodes, { ...possible, from: 0 }).count).toBe(3);
  });

  it('a state without a trigger may be stuck', () => {
    expect(check([{ actions: [0] }], possible).verdict).toBe('holds');
    expect(check([{ actions: [0] }], { ...possible, from: 0 }).verdict).toBe('fails');
  });

  it('what a bound left out may hide a way: open, unless cuts are said to be absent', () => {
    const cut = [{ actions: [1], marks: FROM }, { actions: [CUT] }];
    expect(check(cut, possible).verdict).toBe('open');
    expect(check(cut, possible, undefined, { cuts: 'absent' }).verdict).toBe('fails');
    const deep = [{ actions: [1], marks: FROM }, { actions: [2] }, { actions: [], marks: GOAL }];
    expect(check(deep, possible, undefined, { maxDepth: 1 }).verdict).toBe('open');
    expect(check(deep, possible, undefined, { maxDepth: 3 }).verdict).toBe('holds');
    // A dead end that lies wholly within what was searched is one whatever lies elsewhere.
    const both = [{ actions: [1, 2], marks: FROM }, { actions: [CUT] }, { actions: [2], marks: FROM }];
    expect(check(both, possible).verdict).toBe('fails');
  });
});

it('a search that ended at a broken property leaves no state half expanded: what fails is real', () => {
  // The way back from 1 to 0 breaks the property; the way on to the goal is the action after it.
  const nodes = [{ actions: [1], marks: FROM }, { actions: [0, 2] }, { actions: [], marks: GOAL }];
  let steps = 0;
  class BreaksOnItsSecondStep extends Drawn {
    override step(i: number, out: Uint8Array): number {
      steps++;
      return super.step(i, out);
    }
    override violated(): number {
      return steps === 2 ? 1 : 0;
    }
  }
  const search = new Search(new BreaksOnItsSecondStep(nodes, { liveness: [possible] }));
  search.run();
  expect(search.result().outcome).toBe('violated');
  expect(checkLiveness(search, { cuts: 'absent' })[0]!.verdict).toBe('open');
});

describe('inevitable: every fair run reaches a goal', () => {
  it('without named sets a run moves while it can: a standstill and a cycle both fail it', () => {
    expect(
      check(
        [
          { actions: [1], marks: FROM },
          { actions: [0], marks: GOAL },
        ],
        inevitable,
      ).verdict,
    ).toBe('holds');
    const still = check([{ actions: [1], marks: FROM }, { actions: [] }], inevitable);
    expect([still.verdict, still.story]).toEqual(['fails', { initial: 0, actions: [0], cycle: [] }]);
    const round = check(
      [{ actions: [1], marks: FROM }, { actions: [2, 3] }, { actions: [1] }, { actions: [], marks: GOAL }],
      inevitable,
    );
    expect([round.verdict, round.story]).toEqual(['fails', { initial: 0, actions: [0], cycle: [0, 0] }]);
  });

  it('only what comes after a trigger, and before its goal, counts', () => {
    const nodes = [
      { actions: [1, 0] },
      { actions: [2], marks: FROM },
      { actions: [3], marks: GOAL },
      { actions: [3] },
    ];
    expect(check(nodes, inevitable).verdict).toBe('holds');
  });

  // 0 <-> 1 for ever, or from either of them to the goal 2 by an action of set 0.
  const always = [
    { actions: [1, [2, 0] as const], marks: FROM },
    { actions: [0, [2, 0] as const] },
    { actions: [], marks: GOAL },
  ];
  // The same, but only 0 offers the way: it is not enabled all the time.
  const sometimes = [always[0]!, { actions: [0] }, always[2]!];
  const weak: Fairness[] = [{ id: 'go', kind: 'weak' }];
  const strong: Fairness[] = [{ id: 'go', kind: 'strong' }];

  it('weak fairness: what is always enabled is taken; what is enabled now and then may be neglected', () => {
    const free = always.map((n) => ({
      ...n,
      actions: n.actions.map((a) => (typeof a === 'number' ? a : a[0])),
    }));
    expect(check(free, inevitable, []).verdict).toBe('fails');
    expect(check(always, inevitable, weak).verdict).toBe('holds');
    const r = check(sometimes, inevitable, weak);
    // 0, 1, 0, 1, …: in 1 the way is not open.
    expect([r.verdict, r.story]).toEqual(['fails', { initial: 0, actions: [], cycle: [0, 0] }]);
  });

  it('strong fairness: what is enabled again and again is taken, but a run may stay where it never is', () => {
    const moving: Fairness[] = [...strong, { id: 'move', kind: 'weak' }];
    const nodes = [
      { actions: [[1, 1] as const, [2, 0] as const], marks: FROM },
      { actions: [[0, 1] as const] },
      { actions: [], marks: GOAL },
    ];
    expect(check(nodes, inevitable, moving).verdict).toBe('holds');
    const weakly = check(nodes, inevitable, [{ id: 'go', kind: 'weak' }, moving[1]!]);
    expect([weakly.verdict, weakly.story?.cycle]).toEqual(['fails', [0, 0]]);
    // With a cycle 1 <-> 3 that never passes 0, strong fairness is not enough.
    const aside = [
      nodes[0]!,
      { actions: [[0, 1] as const, [3, 1] as const] },
      nodes[2]!,
      { actions: [[1, 1] as const] },
    ];
    const r = check(aside, inevitable, moving);
    expect([r.verdict, r.story]).toEqual(['fails', { initial: 0, actions: [0], cycle: [1, 0] }]);
  });

  it('the cycle told takes every set that a fair run must take', () => {
    // 0 (trigger) with two loops, through 1 (set 0) and through 2 (set 1), both always enabled at 0.
    const nodes = [
      { actions: [[1, 0] as const, [2, 1] as const], marks: FROM },
      { actions: [[0, 0] as const, [2, 1] as const] },
      { actions: [[0, 1] as const, [1, 0] as const] },
    ];
    const sets: Fairness[] = [
      { id: 'a', kind: 'weak' },
      { id: 'b', kind: 'strong' },
    ];
    const system = new Drawn(nodes, { liveness: [inevitable], fairness: sets });
    const search = new Search(system);
    search.run();
    const story = checkLiveness(search)[0]!.story!;
    const buffer = new Uint8Array(4);
    let at = 0;
    const taken = new Set<number>();
    for (const action of story.cycle) {
      buffer[0] = at;
      system.load(buffer, 0, 1);
      taken.add(system.fair(action));
      system.step(action, buffer);
      at = buffer[0]!;
    }
    expect(at).toBe(0);
    expect([...taken].toSorted()).toEqual([0, 1]);
  });

  it('what was left out makes a property open that is not refuted elsewhere', () => {
    expect(check([{ actions: [1], marks: FROM }, { actions: [CUT] }], inevitable).verdict).toBe('open');
    const r = check([{ actions: [1, 2], marks: FROM }, { actions: [CUT] }, { actions: [2] }], inevitable);
    expect([r.verdict, r.story?.actions]).toEqual(['fails', [1]]);
  });
});

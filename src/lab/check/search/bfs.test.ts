import { describe, expect, it } from 'vitest';
import { SavedSearchError } from './bytes.ts';
import { checkLiveness, type Fingerprint, replay, Search, type SearchOptions, search } from './index.ts';
import { CUT, NOTHING } from './system.ts';
import { Drawn, Jugs, Philosophers, Puzzle } from './testing.ts';

const COMPACT: SearchOptions = { memory: 'compact' };

describe('counts', () => {
  it('the jugs have the 16 states, 97 generated and depth 8 that TLC counts', () => {
    const r = search(new Jugs(), { stopAt: 0 });
    expect(r.outcome).toBe('exhausted');
    expect([r.states, r.initials + r.transitions, r.depth + 1]).toEqual([16, 97, 8]);
  });

  it('the sliding puzzle has 9!/2 states, 483840 moves and depth 31, exact or compact', () => {
    const exact = search(new Puzzle());
    expect([exact.states, exact.transitions, exact.depth]).toEqual([181_440, 483_840, 31]);
    expect([exact.outcome, exact.depthCompleted, exact.omission]).toEqual(['exhausted', 32, 0]);
    const compact = search(new Puzzle(), COMPACT);
    expect([compact.states, compact.transitions, compact.depth]).toEqual([181_440, 483_840, 31]);
    expect(compact.held).toBeLessThan(exact.held);
    expect(compact.omission / (181_440 ** 2 / 2 ** 65)).toBeCloseTo(1, 6);
  });

  it('a state that is initial twice is one state, and its transitions count once', () => {
    const r = search(new Drawn([{ actions: [1] }, { actions: [0, 1] }], { starts: [0, 0, 1] }));
    expect([r.states, r.initials, r.transitions, r.depth]).toEqual([2, 3, 3, 0]);
  });

  it('cut actions are counted and lead nowhere; those that do nothing are not counted', () => {
    const r = search(new Drawn([{ actions: [CUT, NOTHING, 1, CUT] }, { actions: [NOTHING] }]));
    expect([r.outcome, r.states, r.transitions, r.cuts, r.standstills]).toEqual(['exhausted', 2, 1, 2, 1]);
  });

  it('a system without initial states is exhausted at once', () => {
    const r = search(new Drawn([], { starts: [] }));
    expect([r.outcome, r.states, r.transitions]).toEqual(['exhausted', 0, 0]);
  });
});

describe('stories', () => {
  it('the first violation told is a shortest one, and replays: 4 gallons in 6 steps', () => {
    for (const options of [{}, COMPACT]) {
      const r = search(new Jugs(), options);
      expect(r.outcome).toBe('violated');
      const story = r.violations[0]!.story!;
      expect(story.actions).toHaveLength(6);
      const levels: number[][] = [];
      replay(new Jugs(), story, (_step, _action, state) => levels.push([...state]));
      expect(levels[0]).toEqual([0, 0]);
      expect(levels.at(-1)![1]).toBe(4);
      expect(levels.slice(0, -1).every(([, big]) => big !== 4)).toBe(true);
    }
  });

  it('exactly two positions of the puzzle are 31 moves away, and their stories lead there', () => {
    const it = new Search(new Puzzle());
    it.run();
    const far = Array.from({ length: it.store.count }, (_, s) => s).filter((s) => it.depthOf(s) === 31);
    expect(far).toHaveLength(2);
    for (const state of far) {
      const story = it.storyOf(state);
      expect(story.actions).toHaveLength(31);
      const kept = new Uint8Array(9);
      it.store.read(state, kept);
      replay(new Puzzle(), story, (step, _a, octets) => step === 31 && expect(octets).toEqual(kept));
    }
  });

  it('goes on past violations that are not to stop it, counts them, and keeps the first story of each', () => {
    const properties = ['a', 'b', 'c'].map((id) => ({ id, expected: 'holds' as const }));
    const nodes = [
      { actions: [1, 2] },
      { actions: [3], violated: 2 },
      { actions: [3, 1] },
      { actions: [1], violated: 1 },
    ];
    const all = search(new Drawn(nodes, { properties }), { stopAt: 0 });
    expect(all.outcome).toBe('exhausted');
    expect(all.violations.map((v) => [v.id, v.count, v.story?.actions])).toEqual([
      ['a', 2, [0, 0]],
      ['b', 3, [0]],
      ['c', 0, undefined],
    ]);
    const some = search(new Drawn(nodes, { properties }), { stopAt: 0b001 });
    expect([some.outcome, some.violations[0]!.count, some.violations[1]!.count]).toEqual(['violated', 1, 1]);
  });

  it('an initial state can break a property: the story has no action', () => {
    const r = search(new Drawn([{ actions: [1] }, { actions: [], violated: 1 }], { starts: [0, 1] }));
    expect([r.outcome, r.violations[0]!.story]).toEqual(['violated', { initial: 1, actions: [] }]);
  });

  it('standing still breaks what the system says it breaks: five philosophers with a fork each', () => {
    const r = search(new Philosophers(5));
    expect(r.outcome).toBe('violated');
    expect(r.violations[0]!.story!.actions.toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(search(new Philosophers(5), { stopAt: 0 }).standstills).toBe(1);
  });

  it('tells the shortest way to each fact, and which facts were never seen', () => {
    const r = search(new Jugs(), { stopAt: 0 });
    expect(r.coverage.map((f) => [f.id, f.story?.actions])).toEqual([
      ['both full', [0, 1]],
      ['both empty again', [2]],
      ['never', undefined],
    ]);
  });

  it('replay refuses a story that is not one of the system', () => {
    const nodes = [{ actions: [NOTHING] }];
    expect(() => replay(new Drawn(nodes), { initial: 0, actions: [0] }, () => {})).toThrow(/cannot be taken/);
    expect(() => replay(new Drawn(nodes), { initial: 0, actions: [7] }, () => {})).toThrow(/no action 7/);
  });
});

describe('bounds', () => {
  it('by depth: expands what is nearer and says so', () => {
    const r = search(new Puzzle(), { maxDepth: 4 });
    // 1, 2, 4, 8, 16 positions at 0..4 moves from a corner (OEIS A089473).
    expect([r.outcome, r.bound, r.states, r.depth, r.depthCompleted]).toEqual(['bounded', 'depth', 31, 4, 4]);
    expect(search(new Puzzle(), { maxDepth: 0 }).states).toBe(1);
    expect(search(new Drawn([{ actions: [0] }]), { maxDepth: 1 }).outcome).toBe('exhausted');
  });

  it('by states: ends within the actions of one state above it', () => {
    const r = search(new Puzzle(), { maxStates: 1000 });
    expect([r.outcome, r.bound]).toEqual(['bounded', 'states']);
    expect(r.states).toBeGreaterThanOrEqual(1000);
    expect(r.states).toBeLessThan(1004);
    expect(r.depthCompleted).toBeLessThanOrEqual(r.depth);
  });

  it('by memory: what is held stays below', () => {
    const maxBytes = 16 << 20;
    const r = search(new Philosophers(14, 200), { stopAt: 0, maxBytes });
    expect([r.outcome, r.bound]).toEqual(['bounded', 'memory']);
    expect(r.held).toBeLessThanOrEqual(maxBytes);
    expect(r.states).toBeGreaterThan(10_000);
  });

  it('by time, on the clock it is given', () => {
    let now = 0;
    const r = search(new Puzzle(), { now: () => (now += 10), maxTime: 1000 });
    expect([r.outcome, r.bound]).toEqual(['bounded', 'time']);
    expect(() => new Search(new Puzzle(), { maxTime: 1 })).toThrow(RangeError);
  });

  it('states that are too long, or too many properties, are refused', () => {
    expect(() => new Search(new Philosophers(5, 70_000))).toThrow(RangeError);
    const properties = Array.from({ length: 32 }, (_, i) => ({ id: `${i}`, expected: 'holds' as const }));
    expect(() => new Search(new Drawn([], { properties }))).toThrow(RangeError);
  });
});

describe('memory', () => {
  // Only 6 bits: nearly everything collides.
  const poor: Fingerprint = (words, length, out) => {
    out[0] = (words[0]! ^ length) & 7;
    out[1] = words[1]! & 7;
  };

  it('exact: states of one fingerprint are told apart by their octets', () => {
    const good = search(new Philosophers(7), { stopAt: 0 });
    const bad = search(new Philosophers(7), { stopAt: 0, fingerprint: poor });
    expect(bad.collisions).toBeGreaterThan(1000);
    expect({ ...bad, collisions: 0 }).toEqual(good);
  });

  it('compact: they are taken for one, which is why the probability is told', () => {
    const bad = search(new Philosophers(7), { stopAt: 0, fingerprint: poor, memory: 'compact' });
    expect(bad.states).toBeLessThanOrEqual(64);
  });

  it('compact finds the same as exact, and forgets the octets of what it expanded', () => {
    const exact = new Search(new Philosophers(13, 120), { stopAt: 0 });
    const compact = new Search(new Philosophers(13, 120), { stopAt: 0, memory: 'compact' });
    exact.run();
    compact.run();
    const a = exact.result();
    const b = compact.result();
    expect(b).toEqual({
      ...a,
      held: b.held,
      bytesPerState: b.bytesPerState,
      omission: b.omission,
    });
    expect(b.bytesPerState).toBeLessThan(a.bytesPerState / 2);
    expect(exact.load(5000)).toBe(compact.load(5000));
  });

  it('a state of other length is another state even when the padding makes the words equal', () => {
    class Zeros extends Drawn {
      override step(_i: number, out: Uint8Array): number {
        out.fill(0, 0, 4);
        return this.#length++ % 4;
      }
      override load(): number {
        return 4;
      }
      #length = 0;
    }
    // The empty state, and those of 1, 2 and 3 zeros (the first, of 1, is the initial one).
    const r = search(new Zeros([{ actions: [0, 0, 0, 0] }]));
    expect(r.states).toBe(4);
  });
});

describe('slices', () => {
  const options: SearchOptions = { stopAt: 0 };

  it('a search that is run in slices is the search that runs through', () => {
    const whole = search(new Philosophers(9), options);
    const sliced = new Search(new Philosophers(9), options);
    let slices = 0;
    while (!sliced.run(1000)) slices++;
    expect(slices).toBeGreaterThan(10);
    expect(sliced.result()).toEqual(whole);
  });

  it.each(['exact', 'compact'] as const)(
    'put away and taken up again it goes on as if nothing had been (%s)',
    (memory) => {
      const o: SearchOptions = { ...options, memory, graph: true };
      const whole = new Search(new Philosophers(9, 100), o);
      whole.run();
      let broken = new Search(new Philosophers(9, 100), o);
      for (let i = 0; !broken.run(20_000); i++) {
        const saved = [...broken.save()].map((piece) => piece.slice());
        // The pieces may come back cut otherwise.
        const joined = new Uint8Array(saved.reduce((n, p) => n + p.length, 0));
        let at = 0;
        for (const piece of saved) {
          joined.set(piece, at);
          at += piece.length;
        }
        const pieces = i % 2 === 0 ? [joined] : [joined.subarray(0, 77), joined.subarray(77)];
        broken = Search.restore(new Philosophers(9, 100), o, pieces);
      }
      const r = broken.result();
      const w = whole.result();
      expect(r).toEqual({ ...w, held: r.held, bytesPerState: r.bytesPerState });
      expect([broken.graph!.to.length, broken.graph!.expanded]).toEqual([
        whole.graph!.to.length,
        whole.graph!.expanded,
      ]);
      expect(broken.storyOf(4000)).toEqual(whole.storyOf(4000));
    },
  );

  it('what a bound ended goes on under a wider one', () => {
    const part = new Search(new Puzzle(), { maxDepth: 10 });
    part.run();
    const rest = Search.restore(
      new Puzzle(),
      {},
      [...part.save()].map((p) => p.slice()),
    );
    rest.run();
    expect(rest.result().states).toBe(181_440);
    expect(rest.result().depth).toBe(31);
  });

  it('octets that are not a saved search of this system are refused', () => {
    const saved = [...new Search(new Jugs()).save()].map((p) => p.slice());
    expect(() => Search.restore(new Puzzle(), {}, saved)).toThrow(SavedSearchError);
    expect(() => Search.restore(new Jugs(), COMPACT, saved)).toThrow(SavedSearchError);
    expect(() => Search.restore(new Jugs(), { graph: true }, saved)).toThrow(SavedSearchError);
    expect(() => Search.restore(new Jugs(), {}, saved.slice(0, 3))).toThrow(SavedSearchError);
    expect(() => Search.restore(new Jugs(), {}, [new Uint8Array(4000)])).toThrow(SavedSearchError);
  });

  it('progress is told as it goes', () => {
    const told: number[] = [];
    search(new Puzzle(), {
      progressEvery: 100_000,
      progress: (p) => told.push(p.states + p.frontier - p.frontier),
    });
    expect(told).toHaveLength(4);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });
});

it('liveness without a graph is refused', () => {
  expect(() => checkLiveness(new Search(new Jugs()))).toThrow(RangeError);
});

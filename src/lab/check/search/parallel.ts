// Conducts a search that several workers share: level after level, until there is nothing left, a property is broken or
// a bound is reached. It knows workers only as something that does a level and answers; threads are not its business.

import { earlier, type Origin, Partition, type Share, type Sighting } from './partition.ts';
import {
  type Bound,
  type Finding,
  omission,
  type Progress,
  type SearchOptions,
  type SearchResult,
} from './result.ts';
import type { Property, Story, System } from './system.ts';

/** The options that a shared search knows. */
export type ParallelOptions = Pick<
  SearchOptions,
  'memory' | 'stopAt' | 'maxDepth' | 'maxStates' | 'maxBytes' | 'progress'
>;

/** A worker, from outside. */
export interface Hand {
  /** What it has found so far; before the first level, the initial states. */
  share(): Promise<Share>;
  /** Does one level together with the other workers, and answers when all that was sent to it has arrived. */
  level(): Promise<Share>;
  /** How a state of this worker was reached. */
  originOf(state: number): Promise<Origin>;
}

/** What is searched, as far as the conductor must know. */
export interface Subject {
  readonly initials: number;
  readonly properties: readonly Pick<Property, 'id'>[];
  readonly coverageNames: readonly string[];
}

/**
 * Searches with `hands`. Counts are those of `search`, whatever the number of workers, but for one thing: a level is
 * always finished, so a search that ends at a broken property has seen more of that level, and may tell another
 * story, of the same length. Which one is told depends neither on the number of workers nor on their speed.
 * `maxStates` is looked at between levels only. No graph is kept, so there is no liveness here.
 */
export async function conduct(
  subject: Subject,
  hands: readonly Hand[],
  options: ParallelOptions,
): Promise<SearchResult> {
  const { maxDepth = Number.POSITIVE_INFINITY, maxStates = Number.POSITIVE_INFINITY, stopAt = -1 } = options;
  const isViolated = () =>
    subject.properties.some(
      (_, i) => (stopAt & (1 << i)) !== 0 && shares.some((s) => s.violations[i]!.count > 0),
    );
  let shares = await Promise.all(hands.map((hand) => hand.share()));
  let bound: Bound | undefined;
  let depth = 0;
  while (!isViolated() && sum(shares, (s) => s.frontier) > 0) {
    if (depth >= maxDepth) bound = 'depth';
    else if (sum(shares, (s) => s.states) >= maxStates) bound = 'states';
    if (bound !== undefined) break;
    shares = await Promise.all(hands.map((hand) => hand.level()));
    if (shares.some((s) => s.full)) {
      bound = 'memory';
      break;
    }
    depth++;
    options.progress?.(progressOf(shares, depth - 1));
  }
  const violated = isViolated();
  const outcome = violated ? 'violated' : bound !== undefined ? 'bounded' : 'exhausted';
  const states = sum(shares, (s) => s.states);
  const held = sum(shares, (s) => s.held);
  // `depth` levels are complete; the deepest states are of the next one, if any were found.
  const deepest =
    sum(shares, (s) => s.frontier) > 0 ? depth + (bound === 'memory' ? 1 : 0) : Math.max(0, depth - 1);
  const finding = (id: string, count: number, first: Sighting | undefined) =>
    findingOf(hands, id, count, first);
  return {
    outcome,
    bound: violated ? undefined : bound,
    states,
    expanded: sum(shares, (s) => s.expanded),
    transitions: sum(shares, (s) => s.transitions),
    cuts: sum(shares, (s) => s.cuts),
    initials: subject.initials,
    standstills: sum(shares, (s) => s.standstills),
    depth: deepest,
    depthCompleted: outcome === 'exhausted' ? deepest + 1 : depth,
    violations: await Promise.all(
      subject.properties.map((p, i) => {
        const first = shares.reduce<Sighting | undefined>(
          (least, s) => earlier(least, s.violations[i]!.first),
          undefined,
        );
        return finding(
          p.id,
          sum(shares, (s) => s.violations[i]!.count),
          first,
        );
      }),
    ),
    coverage: await Promise.all(
      subject.coverageNames.map((name, i) => {
        const first = shares.reduce<Sighting | undefined>(
          (least, s) => earlier(least, s.facts[i]),
          undefined,
        );
        return finding(name, first === undefined ? 0 : 1, first);
      }),
    ),
    bytesPerState: states === 0 ? 0 : held / states,
    encodedPerState: states === 0 ? 0 : sum(shares, (s) => s.encodedBytes) / states,
    held,
    collisions: sum(shares, (s) => s.collisions),
    omission: options.memory === 'compact' ? omission(states) : 0,
  };
}

function progressOf(shares: readonly Share[], depth: number): Progress {
  return {
    states: sum(shares, (s) => s.states),
    transitions: sum(shares, (s) => s.transitions),
    depth,
    frontier: sum(shares, (s) => s.frontier),
    held: sum(shares, (s) => s.held),
  };
}

async function findingOf(
  hands: readonly Hand[],
  id: string,
  count: number,
  first: Sighting | undefined,
): Promise<Finding> {
  return { id, count, story: first === undefined ? undefined : await storyOf(hands, first) };
}

async function storyOf(hands: readonly Hand[], seen: Sighting): Promise<Story> {
  if (seen.state < 0) return { initial: seen.action, actions: [] };
  const actions: number[] = seen.action < 0 ? [] : [seen.action];
  let { worker, state } = seen;
  for (;;) {
    const origin = await hands[worker]!.originOf(state);
    if (origin.state < 0) return { initial: origin.action, actions: actions.reverse() };
    actions.push(origin.action);
    ({ worker, state } = origin);
  }
}

function sum(shares: readonly Share[], of: (share: Share) => number): number {
  return shares.reduce((total, share) => total + of(share), 0);
}

/**
 * Searches with `workers` partitions in this thread: what threads would find, without the threads.
 *
 * @param create Makes the system, once for each partition.
 */
export async function searchPartitioned(
  create: () => System,
  workers: number,
  options: ParallelOptions = {},
): Promise<SearchResult> {
  const share = { ...options, maxBytes: (options.maxBytes ?? Number.POSITIVE_INFINITY) / workers };
  const parts: Partition[] = [];
  for (let me = 0; me < workers; me++) {
    parts.push(new Partition(create(), me, workers, share, (to, batch) => parts[to]!.receive(me, batch)));
  }
  const hands = parts.map(
    (part, me): Hand => ({
      share: async () => part.share(),
      // Asked of all before any is awaited: the first begins the level for all, since the others' states will arrive.
      level: async () => {
        if (me === 0) for (const p of parts) p.beginLevel();
        await Promise.resolve();
        for (const p of parts) p.expand(Number.POSITIVE_INFINITY);
        return part.share();
      },
      originOf: async (state) => part.originOf(state),
    }),
  );
  return conduct(create(), hands, options);
}

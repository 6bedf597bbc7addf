// A story of the checker as a scenario of the lab: the same calls, each packet arriving when the story says or never,
// the same hosts with the same rules, so that the ordinary simulator tells the same counterexample.

import type { ProgramAction, Scenario, Setup, Step } from '../../scenario/index.ts';
import type { End } from '../../trace.ts';
import {
  type ModelConfig,
  type ModelOptions,
  type StoryData,
  type StoryStep,
  story as storyOf,
  tcpOf,
} from '../model/index.ts';
import type { Story } from '../search/index.ts';
import { type Timing, timingOf } from './timing.ts';

/** What a scenario says besides what happens. */
export type Words = Pick<
  Scenario,
  'id' | 'group' | 'title' | 'question' | 'explanation' | 'notice' | 'keywords'
>;

/** The ends of the hosts of a story. */
export const ENDS = { a: 'left', b: 'right' } as const;

/** What each incarnation of a side writes, an octet at a time: so that a reader sees whose octet arrived. */
export const TEXTS: Readonly<Record<'a' | 'b', readonly string[]>> = {
  a: ['abc', 'ABC', 'DEF', 'GHI'],
  b: ['xyz', 'XYZ', 'UVW', 'RST'],
};

/** How long the run goes on after the last step, and packets under way stay so. */
const AFTER_MS = 5;

/** A story, and the scenario that repeats it. */
export interface Replay {
  readonly story: StoryData;
  readonly scenario: Scenario;
}

/**
 * The scenario of a story that a search of this model found. `rules`: the id of the mutant whose rules the options
 * have; none for RFC 9293.
 * @throws ReplayError for a story that needs what no program of the lab can do
 */
export function replayOf(
  config: ModelConfig,
  options: ModelOptions,
  found: Story,
  words: Words,
  rules?: string,
): Replay {
  const story = storyOf(config, options, found);
  const timing = timingOf(config, options, found, story);
  const scenario: Scenario = {
    ...words,
    setup: setupOf(config, options, timing),
    steps: stepsOf(story, timing),
    arrivals: arrivalsOf(story, timing, config),
    ...(rules === undefined ? {} : { rules }),
    untilMs: last(timing) + AFTER_MS,
  };
  return { story, scenario };
}

function last({ ms }: Timing): number {
  return ms.at(-1) ?? 0;
}

function setupOf(config: ModelConfig, options: ModelOptions, { delayMs }: Timing): Setup {
  const { mslMs, ...tcp } = tcpOf(config);
  const bound = options.unbounded === true ? UNBOUNDED : config.flood?.backlog;
  const reads = (program: ModelConfig['a']) => (program.reads === 'late' ? { reads: 'none' as const } : {});
  return {
    left: reads(config.a),
    right: {
      ...reads(config.b),
      ...(config.flood === undefined ? {} : { connections: config.flood.memory }),
    },
    listen:
      config.b.listens === true
        ? bound === undefined
          ? {}
          : { synBacklog: bound, synCookies: false }
        : null,
    delayMs,
    mslMs,
    tcp,
  };
}

/** More than any story sends. */
const UNBOUNDED = 1000;

/** Delivery number `copy` of packet `number` of `from`: the steps at which it arrives. */
function deliveries(story: StoryData, from: 'a' | 'b', number: number): number[] {
  return story.steps.flatMap(({ what, segment }, i) =>
    what === 'deliver' && segment?.from === from && segment.number === number ? [i] : [],
  );
}

function arrivalsOf(
  story: StoryData,
  timing: Timing,
  config: ModelConfig,
): NonNullable<Scenario['arrivals']> {
  const of = (from: 'a' | 'b'): (number | null)[] =>
    story.packets
      .filter((packet) => packet.from === from)
      .map(({ number }) => {
        const [first] = deliveries(story, from, number);
        if (first !== undefined) return timing.ms[first] as number;
        return isLost(story, timing, from, number, config) ? null : last(timing) + 2 * AFTER_MS;
      });
  return { left: of('a'), right: of('b') };
}

/** Whether a packet that the story never delivers cannot arrive any more at its end. */
function isLost(
  { steps }: StoryData,
  timing: Timing,
  from: 'a' | 'b',
  number: number,
  config: ModelConfig,
): boolean {
  const sentIn = steps.findIndex(({ sent }) => sent.some((s) => s.from === from && s.number === number));
  if (config.network === 'fast') return (steps.at(-1)?.atMs ?? 0) > (steps[sentIn]?.atMs ?? 0);
  return last(timing) + 2 * AFTER_MS - (timing.ms[sentIn] ?? 0) >= tcpOf(config).mslMs;
}

function stepsOf(story: StoryData, timing: Timing): Step[] {
  const counts = { a: 0, b: 0 };
  const writes = { a: 0, b: 0 };
  const reads = { a: 0, b: 0 };
  let floods = 0;
  const all: Step[] = [];
  story.steps.forEach((step, i) => {
    const when = timing.ms[i] as number;
    const { host } = step;
    const end: End = ENDS[host];
    for (const change of step.changes) {
      if (change.row !== 'open-active' && change.row !== 'listen-syn') continue;
      counts[change.host]++;
      writes[change.host] = reads[change.host] = 0;
    }
    switch (step.what) {
      case 'call':
        all.push({ ...call(step, end, story.steps[i - 1]?.states[host]), when });
        return;
      case 'deliver': {
        const { from, number } = step.segment as NonNullable<StoryStep['segment']>;
        const copies = from === 'attacker' ? [] : deliveries(story, from, number);
        if (copies[0] === i || from === 'attacker') return; // as `arrivals` says
        all.push({ do: 'repeat', from: ENDS[from], nth: number, when: when - timing.delayMs });
        return;
      }
      case 'crash':
        all.push({ do: 'crash', end, when }, { do: 'reboot', end, when: when + 1 });
        return;
      case 'inject':
        all.push({ do: 'inject', to: end, segment: forged(step.detail), when: when - timing.delayMs });
        return;
      case 'flood':
        all.push({
          do: 'inject',
          to: end,
          segment: {
            flags: 'SYN',
            seq: '0',
            window: 16,
            address: `10.0.0.${101 + floods}`,
            port: 40_000 + floods,
          },
          when: when - timing.delayMs,
        });
        floods++;
        return;
      default: // timers fire, and packets are lost, by themselves
    }
  });
  return all;

  function call({ detail, host }: StoryStep, end: End, before: string | undefined): ProgramAction {
    switch (detail) {
      case 'OPEN':
        return { do: 'connect', end };
      case 'SEND': {
        const text = TEXTS[host][counts[host] - 1] ?? '';
        return { do: 'write', end, what: text[writes[host]++] ?? '?' };
      }
      case 'CLOSE':
        // In SYN-SENT there is no direction to end yet: the program gives the connection up (section 3.10.4).
        return { do: before === 'SYN-SENT' ? 'close' : 'shutdown', end };
      case 'ABORT':
        return { do: 'abort', end };
      default:
        return { do: 'read', end, reads: 'all' };
    }
  }
}

function forged(detail: string): { flags: string; seq: string; ack?: string } {
  switch (detail) {
    case 'rst in window':
      return { flags: 'RST,ACK', seq: 'rcv.nxt+1', ack: 'snd.nxt' };
    case 'rst exact':
      return { flags: 'RST,ACK', seq: 'rcv.nxt', ack: 'snd.nxt' };
    default:
      return { flags: 'SYN', seq: 'rcv.nxt+1' };
  }
}

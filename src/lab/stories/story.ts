// A story: one question and one run of the engine, told in five to eight steps; at the end the reader breaks it.

import type { StateName } from '../../tcp/index.ts';
import type { Text } from '../text/index.ts';
import type { CallName, End, Trace, TraceEvent } from '../trace.ts';

/** An event of a run, by what it is: the run may change in its numbers, and the story still finds its place. */
export type Moment =
  /** The nth segment with these control bits leaves, arrives, is lost. Default: the first. */
  | { readonly sent: string; readonly nth?: number }
  | { readonly arrived: string; readonly nth?: number }
  | { readonly lost: string; readonly nth?: number }
  /** An end gets into a state; the nth time, of all connections. */
  | { readonly state: StateName; readonly end: End; readonly nth?: number }
  | { readonly fired: string; readonly end: End }
  | { readonly call: CallName; readonly end: End; readonly nth?: number }
  | 'end';

/** One step: where the ladder is, and what is said there. */
export interface StoryStep {
  readonly at: Moment;
  readonly title: Text;
  readonly text: Text;
}

/** Something to break at the end: other edits, or a TCP without a rule. */
export interface StoryBreak {
  readonly label: Text;
  readonly edits?: readonly string[];
  /** Id of a mutant. */
  readonly rules?: string;
  /** Default: the story's scenario. */
  readonly scenario?: string;
}

/** A story. */
export interface Story {
  readonly id: string;
  readonly title: Text;
  /** What it is about, in a sentence or two. */
  readonly lead: Text;
  readonly scenario: string;
  readonly edits?: readonly string[];
  readonly rules?: string;
  readonly steps: readonly StoryStep[];
  readonly breaks: readonly StoryBreak[];
}

/** The index of a moment in a run; -1: it does not come. */
export function momentIn(trace: Trace, moment: Moment): number {
  const { events } = trace;
  if (moment === 'end') return events.length - 1;
  let left = 'nth' in moment ? (moment.nth ?? 1) : 1;
  const flags = new Map<number, string>();
  return events.findIndex((event) => {
    if (event.kind === 'sent') flags.set(event.id, event.segment.flags);
    return is(event, moment, flags) && --left === 0;
  });
}

function is(event: TraceEvent, moment: Exclude<Moment, 'end'>, flags: ReadonlyMap<number, string>): boolean {
  if ('sent' in moment) return event.kind === 'sent' && event.segment.flags === moment.sent;
  if ('arrived' in moment)
    return event.kind === 'arrived' && event.copy === 0 && flags.get(event.id) === moment.arrived;
  if ('lost' in moment) return event.kind === 'lost' && flags.get(event.id) === moment.lost;
  if ('state' in moment)
    return event.changes.some(({ end, to }) => end === moment.end && to === moment.state);
  if ('fired' in moment)
    return (
      event.kind === 'timer' &&
      event.what === 'fired' &&
      event.end === moment.end &&
      event.timer === moment.fired
    );
  return event.kind === 'call' && event.end === moment.end && event.call === moment.call;
}

/** The events of a story's steps in its run. */
export function storyPlaces(story: Story, trace: Trace): number[] {
  return story.steps.map(({ at }) => momentIn(trace, at));
}

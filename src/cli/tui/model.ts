// What the viewer knows: the scenario that is looked at, its run, the cursor. Plain data; update.ts changes it,
// draw.ts shows it, and neither knows a terminal.

import type { End, Lang, Scenario, Trace, TraceEvent } from '../../lab/index.ts';
import type { MessageKey } from '../messages.ts';
import { labelsOf } from './labels.ts';

/** What the viewer shows runs of, and how they are made; everything that is not in the model. */
export interface TuiWorld {
  readonly scenarios: readonly Scenario[];
  /** Runs a scenario with changes. Throws an Error, whose message is for people, for a change that makes no sense. */
  run(scenario: Scenario, edits: readonly string[]): TuiRun;
  /** Ids of scenarios that a text in words may mean, the best first. */
  find(text: string): readonly string[];
  /** Why what happened at an event happened: paragraphs; [] for nothing to say. */
  explain(trace: Trace, at: number, lang: Lang): readonly string[];
  /** Where it is no lab: the list's title, how many there are, and why nothing can be changed. */
  readonly texts?: { readonly title: MessageKey; readonly count: MessageKey; readonly fixed: MessageKey };
}

/** A run, and those of its changes that matched nothing in it. */
export interface TuiRun {
  readonly trace: Trace;
  readonly unmatched: readonly string[];
  /** More happened than can be looked at: the trace is cut short. */
  readonly isStorm?: boolean;
}

/** What the pane beside or below the ladder shows. */
export type Pane = 'explain' | 'tcb' | 'bytes' | 'table' | 'story' | 'diff';

/** The panes, in the order of Tab. */
export const PANES: readonly Pane[] = ['explain', 'tcb', 'bytes', 'table', 'story'];

/** A line that is typed. */
export interface Prompt {
  readonly for: 'filter' | 'delay' | 'edit';
  readonly text: string;
}

/** A scenario that was opened. */
export interface OpenRun {
  readonly scenario: Scenario;
  readonly edits: readonly string[];
  readonly trace: Trace;
  /** The run before the last change. */
  readonly before: Trace | null;
  /** Whether `before` is shown. */
  readonly ghost: boolean;
  /** Index of the event at the cursor; -1: before the first. */
  readonly at: number;
  readonly pane: Pane;
  /** Lines of the pane that are above its first line. */
  readonly scroll: number;
  /** Index of the event whose segment was marked to be compared. */
  readonly marked: number | null;
  /** The two events compared, in the pane 'diff'. */
  readonly compared: readonly [number, number] | null;
  /** The field at the cursor of the bytes. */
  readonly field: number;
  /** Only events with this text count. */
  readonly filter: string;
}

/** Everything. */
export interface TuiModel {
  readonly lang: Lang;
  readonly absolute: boolean;
  /** The list's filter, and the scenario at its cursor. */
  readonly list: { readonly filter: string; readonly at: number };
  readonly open: OpenRun | null;
  readonly prompt: Prompt | null;
  readonly help: boolean;
  readonly playing: boolean;
  /** What the last key led to; '' for nothing. */
  readonly message: string;
  /** The viewer is to end. */
  readonly quit: boolean;
}

/** The viewer's beginning: the list. */
export function beginning(lang: Lang): TuiModel {
  return {
    lang,
    absolute: false,
    list: { filter: '', at: 0 },
    open: null,
    prompt: null,
    help: false,
    playing: false,
    message: '',
    quit: false,
  };
}

/** The model with a scenario opened; `edits` are changes made already. Throws what `run` throws. */
export function opened(
  model: TuiModel,
  world: TuiWorld,
  scenario: Scenario,
  edits: readonly string[] = [],
): TuiModel {
  const { trace } = world.run(scenario, edits);
  const open: OpenRun = {
    scenario,
    edits,
    trace,
    before: null,
    ghost: false,
    at: visible(trace, model, '')[0] ?? -1,
    pane: 'story',
    scroll: 0,
    marked: null,
    compared: null,
    field: 0,
    filter: '',
  };
  return { ...model, open, playing: false, message: '' };
}

/** The trace that is shown: the run, or the one before. */
export function shown(open: OpenRun): Trace {
  return open.ghost && open.before !== null ? open.before : open.trace;
}

/** The scenarios of the list: those that the filter names, or else those that it may mean. */
export function listed({ list, lang }: TuiModel, world: TuiWorld): readonly Scenario[] {
  const text = list.filter.trim().toLowerCase();
  if (text === '') return world.scenarios;
  const named = world.scenarios.filter(({ id, title, question, keywords = [] }) =>
    [id, title[lang], question[lang], ...keywords].some((words) => words.toLowerCase().includes(text)),
  );
  if (named.length > 0) return named;
  const ids = world.find(text);
  return ids.flatMap((id) => world.scenarios.find((scenario) => scenario.id === id) ?? []);
}

/** Indexes of the events that the cursor stops at: those that the ladder shows, and that have the filter's text. */
export function visible(
  trace: Trace,
  { lang, absolute }: Pick<TuiModel, 'lang' | 'absolute'>,
  filter: string,
): number[] {
  const wanted = filter.trim().toLowerCase();
  const labels = labelsOf(trace, lang, absolute);
  return labels.flatMap((label, i) =>
    label !== null && (wanted === '' || label.toLowerCase().includes(wanted)) ? [i] : [],
  );
}

/** The segment that an event is about, as it was sent; null for other events. */
export function sentOf(trace: Trace, at: number): (TraceEvent & { kind: 'sent' }) | null {
  const event = trace.events[at];
  if (event === undefined) return null;
  if (event.kind === 'sent') return event;
  if (event.kind !== 'arrived' && event.kind !== 'lost') return null;
  for (let i = at - 1; i >= 0; i--) {
    const other = trace.events[i] as TraceEvent;
    if (other.kind === 'sent' && other.id === event.id) return other;
  }
  return null;
}

/** A direction as wire rules name it. */
export function wayOf(from: End): string {
  return from === 'left' ? 'left->right' : 'right->left';
}

const signatures = new WeakMap<Trace, readonly string[]>();

/** What makes an event the same in two runs: its time and everything that can be seen of it. */
export function signaturesOf(trace: Trace): readonly string[] {
  let found = signatures.get(trace);
  if (found === undefined) {
    found = trace.events.map((event) => {
      const { tcbs, queues, ...seen } = event;
      if (seen.kind !== 'sent') return JSON.stringify(seen);
      const { packet, ...rest } = seen;
      return JSON.stringify(rest);
    });
    signatures.set(trace, found);
  }
  return found;
}

/** Indexes of the events of `trace` that are not in `other`. */
export function notIn(trace: Trace, other: Trace): ReadonlySet<number> {
  const there = new Set(signaturesOf(other));
  const mine = signaturesOf(trace);
  return new Set(mine.flatMap((signature, i) => (there.has(signature) ? [] : [i])));
}

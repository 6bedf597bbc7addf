// What a key does to the viewer's model. A key is a name of keys.ts, or `tick`: time passed while it plays.

import type { TraceEvent } from '../../lab/index.ts';
import type { Params } from '../../lab/text/index.ts';
import { printable } from '../../lab/text/index.ts';
import { type MessageKey, t } from '../messages.ts';
import {
  listed,
  notIn,
  type OpenRun,
  opened,
  PANES,
  type Pane,
  type Prompt,
  sentOf,
  shown,
  type TuiModel,
  type TuiWorld,
  visible,
  wayOf,
} from './model.ts';
import { fieldsAt } from './packet-fields.ts';

/** Steps of PgUp and PgDn. */
const PAGE = 10;
const DEFAULT_DELAY = '200';
const MOST_DELAY_MS = 600_000;

const PANE_KEYS: Readonly<Record<string, Pane>> = {
  e: 'explain',
  v: 'tcb',
  r: 'bytes',
  t: 'table',
  s: 'story',
};

/** The model after a key. */
export function update(model: TuiModel, key: string, world: TuiWorld): TuiModel {
  if (key === 'tick') return model.playing ? played(model) : model;
  if (key === 'ctrl-c') return { ...model, quit: true };
  if (model.prompt !== null) return typed(model, model.prompt, key, world);
  if (model.help) return { ...model, help: false };
  const next = { ...model, message: '' };
  if (key === '?') return { ...next, help: true };
  if (key === 'l') return { ...next, lang: model.lang === 'en' ? 'zh' : 'en' };
  if (key === '/') {
    const text = model.open === null ? model.list.filter : model.open.filter;
    return { ...next, playing: false, prompt: { for: 'filter', text } };
  }
  return next.open === null ? inList(next, key, world) : inRun(next, next.open, key, world);
}

function say(model: TuiModel, key: MessageKey, params: Params = {}): TuiModel {
  return { ...model, message: t(model.lang, key, params) };
}

function between(low: number, n: number, high: number): number {
  return Math.max(low, Math.min(n, high));
}

// The list.

function inList(model: TuiModel, key: string, world: TuiWorld): TuiModel {
  const scenarios = listed(model, world);
  const last = Math.max(0, scenarios.length - 1);
  const to = (at: number): TuiModel => ({ ...model, list: { ...model.list, at: between(0, at, last) } });
  const { at, filter } = model.list;
  switch (key) {
    case 'up':
      return to(at - 1);
    case 'down':
      return to(at + 1);
    case 'pageup':
      return to(at - PAGE);
    case 'pagedown':
      return to(at + PAGE);
    case 'home':
      return to(0);
    case 'end':
      return to(last);
    case 'enter':
    case 'right': {
      const scenario = scenarios[at];
      return scenario === undefined ? model : opened(model, world, scenario);
    }
    case 'escape':
      return filter === '' ? model : { ...model, list: { filter: '', at: 0 } };
    case 'q':
      return { ...model, quit: true };
    default:
      return model;
  }
}

// A run.

/** What changes in the run; the pane begins at its top again. */
function withOpen(model: TuiModel, open: Partial<OpenRun>): TuiModel {
  return model.open === null ? model : { ...model, open: { ...model.open, scroll: 0, ...open } };
}

/** Moves the cursor by steps among the events that it stops at. */
function stepped(model: TuiModel, open: OpenRun, by: number): TuiModel {
  const stops = visible(shown(open), model, open.filter);
  if (stops.length === 0) return model;
  let i = stops.findLastIndex((stop) => stop <= open.at);
  if (i < 0 && by < 0) i = 0;
  return withOpen(model, { at: stops[between(0, i + by, stops.length - 1)] as number, field: 0 });
}

/** To the next or previous segment that leaves. */
function toSegment(model: TuiModel, open: OpenRun, by: 1 | -1): TuiModel {
  const trace = shown(open);
  const stops = visible(trace, model, open.filter).filter((at) => trace.events[at]?.kind === 'sent');
  const at = by > 0 ? stops.find((stop) => stop > open.at) : stops.findLast((stop) => stop < open.at);
  return at === undefined ? model : withOpen(model, { at, field: 0 });
}

function played(model: TuiModel): TuiModel {
  const { open } = model;
  if (open === null) return { ...model, playing: false };
  const next = stepped(model, open, 1);
  return next.open?.at === open.at ? { ...model, playing: false } : next;
}

function inRun(model: TuiModel, open: OpenRun, key: string, world: TuiWorld): TuiModel {
  const still = { ...model, playing: false };
  const pane = PANE_KEYS[key];
  if (pane !== undefined) return withOpen(model, { pane, field: 0 });
  switch (key) {
    case 'left':
      return stepped(still, open, -1);
    case 'right':
      return stepped(still, open, 1);
    case 'up':
      return open.pane === 'bytes' ? toField(still, open, -1) : stepped(still, open, -1);
    case 'down':
      return open.pane === 'bytes' ? toField(still, open, 1) : stepped(still, open, 1);
    case 'pageup':
      return stepped(still, open, -PAGE);
    case 'pagedown':
      return stepped(still, open, PAGE);
    case 'home':
      return stepped(still, open, Number.NEGATIVE_INFINITY);
    case 'end':
      return stepped(still, open, Number.POSITIVE_INFINITY);
    case 'n':
      return toSegment(still, open, 1);
    case 'N':
      return toSegment(still, open, -1);
    case ' ':
      return { ...model, playing: !model.playing };
    case 'tab': {
      const next = (PANES.indexOf(open.pane) + 1) % PANES.length;
      return withOpen(model, { pane: PANES[next] as Pane, field: 0 });
    }
    case 'j':
      return withOpen(model, { scroll: open.scroll + 1 });
    case 'k':
      return withOpen(model, { scroll: Math.max(0, open.scroll - 1) });
    case 'a':
      return { ...model, absolute: !model.absolute };
    case 'x':
      return compared(still, open);
    case 'g':
      return ghost(still, open);
    case 'z':
    case 'backspace':
      return takenBack(still, open, world);
    case 'd':
      return dropped(still, open, world);
    case 'u':
      return onSegment(still, open, world, (packet) => changed(still, open, `dup ${packet}`, world));
    case 'c':
      return onSegment(still, open, world, (packet) => changed(still, open, `corrupt ${packet}`, world));
    case 'D':
      return onSegment(still, open, world, () => ({
        ...still,
        prompt: { for: 'delay', text: DEFAULT_DELAY },
      }));
    case 'i':
      return { ...still, prompt: { for: 'edit', text: '' } };
    case 'escape':
      if (open.filter !== '') return withOpen(still, { filter: '' });
      return { ...still, open: null };
    case 'q':
      return { ...still, open: null };
    default:
      return model;
  }
}

function toField(model: TuiModel, open: OpenRun, by: number): TuiModel {
  const fields = fieldsAt(shown(open), open.at, model.lang);
  return withOpen(model, { field: between(0, open.field + by, Math.max(0, fields.length - 1)) });
}

// Changes of the run.

/** Does something with the packet at the cursor, named as wire rules do; says why if there is none. */
function onSegment(
  model: TuiModel,
  open: OpenRun,
  world: TuiWorld,
  act: (packet: string) => TuiModel,
): TuiModel {
  if (world.texts !== undefined) return say(model, world.texts.fixed);
  if (open.ghost) return say(model, 'tuiBefore');
  const sent = sentOf(open.trace, open.at);
  if (sent === null) return say(model, 'tuiNoSegment');
  if (sent.nth === undefined) return say(model, 'tuiForged');
  return act(`any#${sent.nth} ${wayOf(sent.from)}`);
}

/** Drops the segment; a second time, lets it through again. */
function dropped(model: TuiModel, open: OpenRun, world: TuiWorld): TuiModel {
  return onSegment(model, open, world, (packet) => {
    const edit = `drop ${packet}`;
    if (!open.edits.includes(edit)) return changed(model, open, edit, world);
    const edits = open.edits.filter((other) => other !== edit);
    return rerun(model, open, edits, 'tuiTaken', edit, world);
  });
}

function changed(model: TuiModel, open: OpenRun, edit: string, world: TuiWorld): TuiModel {
  return rerun(model, open, [...open.edits, edit], 'tuiChanged', edit, world);
}

function takenBack(model: TuiModel, open: OpenRun, world: TuiWorld): TuiModel {
  const edit = open.edits.at(-1);
  if (edit === undefined) return say(model, 'tuiNothingToTake');
  return rerun(model, open, open.edits.slice(0, -1), 'tuiTaken', edit, world);
}

/** Runs the scenario with other changes; what cannot be run is said, and nothing changes. */
function rerun(
  model: TuiModel,
  open: OpenRun,
  edits: readonly string[],
  key: MessageKey,
  edit: string,
  world: TuiWorld,
): TuiModel {
  if (world.texts !== undefined) return say(model, world.texts.fixed);
  try {
    const { trace, unmatched, isStorm = false } = world.run(open.scenario, edits);
    const [come, gone] = [notIn(trace, open.trace).size, notIn(open.trace, trace).size];
    const next = withOpen(model, {
      edits,
      trace,
      before: open.trace,
      ghost: false,
      marked: null,
      compared: null,
      pane: open.pane === 'diff' ? 'explain' : open.pane,
      at: sameMoment(trace, open.trace, open.at, model, open.filter),
    });
    if (isStorm) return say(next, 'runBound', { events: trace.events.length });
    return unmatched.includes(edit)
      ? say(next, 'editUnmatched', { edit })
      : say(next, key, { edit, come, gone });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...model, message: printable(error.message) };
  }
}

/** The event of a new run at which the old one's cursor stood: the same segment leaving, or the same time. */
function sameMoment(
  trace: OpenRun['trace'],
  old: OpenRun['trace'],
  at: number,
  model: TuiModel,
  filter: string,
): number {
  const event = old.events[at];
  const stops = visible(trace, model, filter);
  if (event === undefined) return stops[0] ?? -1;
  const twin = (other: TraceEvent | undefined): boolean =>
    other !== undefined &&
    other.t === event.t &&
    other.kind === event.kind &&
    JSON.stringify('id' in other ? other.id : null) === JSON.stringify('id' in event ? event.id : null);
  return (
    stops.find((stop) => twin(trace.events[stop])) ??
    stops.findLast((stop) => (trace.events[stop]?.t ?? 0) <= event.t) ??
    stops[0] ??
    -1
  );
}

function ghost(model: TuiModel, open: OpenRun): TuiModel {
  if (open.before === null) return say(model, 'tuiNoBefore');
  const [from, to] = open.ghost ? [open.before, open.trace] : [open.trace, open.before];
  const at = sameMoment(to, from, open.at, model, open.filter);
  const next = withOpen(model, { ghost: !open.ghost, at, marked: null, compared: null });
  return open.ghost ? next : say(next, 'tuiBefore');
}

/** Marks a segment; the second one is compared with it. */
function compared(model: TuiModel, open: OpenRun): TuiModel {
  const trace = shown(open);
  const sent = sentOf(trace, open.at);
  if (sent === null) return say(model, 'tuiNoSegment');
  const at = trace.events.indexOf(sent);
  if (open.marked === null) return say(withOpen(model, { marked: at }), 'tuiMarked', { id: sent.id });
  if (open.marked === at) return say(withOpen(model, { marked: null }), 'tuiUnmarked');
  return withOpen(model, { marked: null, compared: [open.marked, at], pane: 'diff', field: 0 });
}

// The line that is typed.

function typed(model: TuiModel, prompt: Prompt, key: string, world: TuiWorld): TuiModel {
  const edited = (text: string): TuiModel => {
    const next = { ...model, prompt: { ...prompt, text } };
    // A filter acts while it is typed.
    return prompt.for === 'filter' ? filtered(next, text) : next;
  };
  switch (key) {
    case 'escape': {
      const next = { ...model, prompt: null };
      return prompt.for === 'filter' ? filtered(next, '') : next;
    }
    case 'backspace':
      return edited([...prompt.text].slice(0, -1).join(''));
    case 'ctrl-u':
      return edited('');
    case 'enter':
      return entered({ ...model, prompt: null, message: '' }, prompt, world);
    default:
      return [...key].length === 1 ? edited(prompt.text + key) : model;
  }
}

function filtered(model: TuiModel, text: string): TuiModel {
  return model.open === null
    ? { ...model, list: { filter: text, at: 0 } }
    : withOpen(model, { filter: text });
}

function entered(model: TuiModel, prompt: Prompt, world: TuiWorld): TuiModel {
  const { open } = model;
  const text = prompt.text.trim();
  if (prompt.for === 'filter') {
    if (open === null) return model;
    const stops = visible(shown(open), model, text);
    const at = stops.find((stop) => stop >= open.at) ?? stops.at(-1);
    return at === undefined
      ? say(withOpen(model, { filter: '' }), 'tuiNoMatch', { text })
      : withOpen(model, { at });
  }
  if (open === null || text === '') return model;
  if (prompt.for === 'edit') return changed(model, open, text, world);
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : -1;
  if (ms < 0 || ms > MOST_DELAY_MS) return say(model, 'tuiNotMs', { text });
  return onSegment(model, open, world, (packet) => changed(model, open, `delay ${packet} ${ms}ms`, world));
}

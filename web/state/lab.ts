// The state of the page, in signals: what was chosen, what the engine made of it, where the cursor is. Everything that
// is shown is computed from here; a change of what was chosen runs the engine again.

import { batch, computed, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import {
  decidingEvent,
  EditError,
  playScenario,
  type Scenario,
  type SentEvent,
  type Trace,
  type TraceEvent,
} from '../../src/lab/index.ts';
import type { Lang } from '../../src/lab/text/index.ts';
import { mutantOf, rulesOf, scenarioNamed, scenarios } from './catalogue.ts';
import type { View } from './codec.ts';
import { divergence, type Ghost, ghostOf } from './ghost.ts';

/** What is run besides the scenario; null: as the scenario says. */
export interface Settings {
  readonly seed: number | null;
  readonly mslMs: number | null;
  readonly delayMs: number | null;
  /** Id of a mutant: a TCP that forgets a rule. */
  readonly rules: string | null;
}

/** A run, or why there is none. */
export interface Run {
  readonly trace: Trace | null;
  /** How often each change acted; 0: it met nothing. */
  readonly acted: ReadonlyMap<string, number>;
  /** More happened than can be looked at: the trace is cut short. */
  readonly isStorm: boolean;
  /** What is wrong with a change. */
  readonly error: string | null;
  /** Milliseconds that the engine took. */
  readonly tookMs: number;
}

/** As the scenario says. */
export const AS_IT_IS: Settings = { seed: null, mslMs: null, delayMs: null, rules: null };

/** Events that the page draws without keeping its reader waiting. */
const MOST_EVENTS = 600;

const FIRST = scenarios[0] as Scenario;

export const lang = signal<Lang>('en');
export const view = signal<View>('lab');
export const embed = signal(false);
export const scenarioId = signal(FIRST.id);
export const edits = signal<readonly string[]>([]);
export const settings = signal<Settings>(AS_IT_IS);
export const connection = signal(0);
/** Number of the event that happened last; -1: nothing has happened. */
export const cursor = signal(-1);
export const ghost = signal<Ghost | null>(null);
/** What was dropped onto the page: shown instead of a scenario. `About` says what its file is. */
export interface Dropped {
  readonly name: string;
  readonly trace: Trace;
  readonly About?: ComponentType | undefined;
}
export const dropped = signal<Dropped | null>(null);
/** The segment that bytes are shown of, if it is not that of the cursor; and the one that it is compared with. */
export const picked = signal<number | null>(null);
export const compared = signal<number | null>(null);
/** The segment whose menu is open. */
export const menuOf = signal<number | null>(null);
/** Tell-me-first: the future is hidden, and asked for. */
export const predicting = signal(false);
/** A message about something that did not work; null: none. */
export const trouble = signal<string | null>(null);

/** What is experimented on. */
export const scenario = computed<Scenario>(() => scenarioNamed(scenarioId.value) ?? FIRST);

/** The TCP that forgets a rule: the chosen one, or the scenario's. */
export const mutant = computed(
  () => mutantOf(settings.value.rules ?? '') ?? rulesOf(scenario.value.rules ?? '') ?? null,
);

/** The engine's answer. */
export const run = computed<Run>(() => {
  const { seed, mslMs, delayMs } = settings.value;
  const began = performance.now();
  try {
    const played = playScenario(scenario.value, {
      edits: edits.value,
      mostEvents: MOST_EVENTS,
      ...(seed === null ? {} : { seed }),
      ...(mslMs === null ? {} : { mslMs }),
      ...(delayMs === null ? {} : { delayMs }),
      ...(mutant.value === null ? {} : { rules: { id: mutant.value.id, rules: mutant.value.rules } }),
    });
    const acted = new Map(played.edits.map(({ text, acted: times }) => [text, times]));
    return {
      trace: played.trace,
      acted,
      isStorm: played.ended === 'bound',
      error: null,
      tookMs: performance.now() - began,
    };
  } catch (error) {
    if (!(error instanceof EditError) && !(error instanceof RangeError)) throw error;
    return {
      trace: null,
      acted: new Map(),
      isStorm: false,
      error: error.message,
      tookMs: performance.now() - began,
    };
  }
});

/** What is shown: the run; the scenario without changes, while a change is wrong. */
export const trace = computed<Trace>(() => {
  if (dropped.value !== null) return dropped.value.trace;
  return run.value.trace ?? playScenario(scenario.value).trace;
});

/** The event at the cursor; null before the first. */
export const event = computed<TraceEvent | null>(() => trace.value.events[cursor.value] ?? null);

/** The connection whose states and TCBs are shown: the chosen one; with all of them, that of the event at the cursor. */
export const shownConnection = computed<number>(() =>
  connection.value > 0 ? connection.value : (event.value?.connection ?? 0),
);

/** The segment that is looked at: the picked one, or that of the cursor. */
export const segmentId = computed<number | null>(() => {
  if (picked.value !== null) return picked.value;
  for (let i = Math.min(cursor.value, trace.value.events.length - 1); i >= 0; i--) {
    const one = trace.value.events[i] as TraceEvent;
    if ('id' in one) return one.id;
  }
  return null;
});

/** The sending of a segment by its number. */
export function sentOf(id: number | null): SentEvent | null {
  if (id === null) return null;
  const found = trace.value.events.find((one) => one.kind === 'sent' && one.id === id);
  return found?.kind === 'sent' ? found : null;
}

/** Puts the cursor after event `at`. */
export function goTo(at: number): void {
  batch(() => {
    picked.value = null;
    menuOf.value = null;
    cursor.value = Math.max(-1, Math.min(trace.value.events.length - 1, at));
  });
}

/** Shows another scenario, from its beginning. */
export function openScenario(id: string, withEdits: readonly string[] = []): void {
  batch(() => {
    view.value = 'lab';
    trouble.value = null;
    dropped.value = null;
    ghost.value = null;
    compared.value = null;
    connection.value = 0;
    settings.value = AS_IT_IS;
    edits.value = withEdits;
    scenarioId.value = id;
    predicting.value = false;
    goTo(firstLook());
  });
}

/** Where the cursor begins: at the event that decides the question. */
export function firstLook(): number {
  return decidingEvent(trace.value);
}

/** Changes what is run; the old future stays as a ghost, and the cursor goes to where the new one begins. */
export function change(next: () => void): void {
  const before = trace.peek();
  batch(() => {
    dropped.value = null;
    menuOf.value = null;
    picked.value = null;
    next();
  });
  const now = trace.peek();
  batch(() => {
    if (run.peek().error !== null) return;
    ghost.value = ghostOf(before, now);
    if (ghost.value !== null) goTo(divergence(before, now));
  });
}

/** Adds a change; one about the same packet is replaced. */
export function addEdit(text: string): void {
  const key = packetKey(text);
  change(() => {
    edits.value = [...edits.value.filter((one) => key === null || packetKey(one) !== key), text];
  });
}

/** Takes a change back. */
export function removeEdit(at: number): void {
  change(() => {
    edits.value = edits.value.filter((_, i) => i !== at);
  });
}

/** Takes the last change back. */
export function undo(): void {
  if (edits.value.length > 0) removeEdit(edits.value.length - 1);
}

/** What a rule is about, for rules about one packet: `any#3 left->right`. */
function packetKey(text: string): string | null {
  const found = /^(drop|delay|dup|corrupt) (any#\d+ (?:left->right|right->left))/.exec(text);
  return found === null ? null : (found[2] as string);
}

/** How a rule names the packet of a sending; null when it was not sent by a host, so that no rule meets it. */
export function nameOf(sent: SentEvent): string | null {
  if (sent.nth === undefined) return null;
  return `any#${sent.nth} ${sent.from === 'left' ? 'left->right' : 'right->left'}`;
}

/** Shows a trace from a file. */
export function showTrace(name: string, shown: Trace, About?: ComponentType): void {
  batch(() => {
    view.value = 'lab';
    ghost.value = null;
    compared.value = null;
    connection.value = 0;
    dropped.value = { name, trace: shown, About };
    goTo(firstLook());
  });
}

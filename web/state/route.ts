// The address follows the page, and the page the address: signals to fragment and back. Another scenario or another
// change is a step back in the browser's history; a move of the cursor is not.

import { batch, effect } from '@preact/signals';
import * as why from '../why/state.ts';
import { isUnsearched, mutantOf, scenarioNamed, scenarios, searchFor } from './catalogue.ts';
import { decodePlace, encodePlace, PermalinkError, type Place, START } from './codec.ts';
import { goHome } from './home.ts';
import { interviewId } from './interview.ts';
import * as lab from './lab.ts';
import { runbookId, showRunbook } from './runbook.ts';
import { stepIndex, storyId, tellStory } from './story.ts';

/** What is wrong with the address; null: nothing. */
export type RouteProblem = PermalinkError['problem'] | 'scenario' | 'rules' | null;

/** The place that is shown. */
export function placeNow(): Place {
  if (lab.view.value === 'why')
    return { ...START, view: 'why', scenario: why.questionId.value, lang: lab.lang.value };
  if (lab.view.value === 'home') return { ...START, view: 'home', lang: lab.lang.value };
  if (lab.view.value === 'story')
    return {
      ...START,
      view: 'story',
      scenario: storyId.value,
      cursor: stepIndex.value,
      lang: lab.lang.value,
    };
  if (lab.view.value === 'interview')
    return { ...START, view: 'interview', scenario: interviewId.value, lang: lab.lang.value };
  if (lab.view.value === 'runbook')
    return { ...START, view: 'runbook', scenario: runbookId.value, lang: lab.lang.value };
  const { seed, mslMs, delayMs, rules } = lab.settings.value;
  return {
    view: lab.view.value,
    scenario: lab.scenarioId.value,
    edits: lab.edits.value,
    lang: lab.lang.value,
    cursor: lab.cursor.value,
    connection: lab.connection.value,
    seed,
    mslMs,
    delayMs,
    rules,
    embed: lab.embed.value,
  };
}

/** Goes to a place. */
function show(place: Place): RouteProblem {
  if (place.view === 'why') {
    if (place.lang !== null) lab.lang.value = place.lang;
    const known = why.ask(place.scenario);
    lab.embed.value = false;
    lab.view.value = 'why';
    return known ? null : 'scenario';
  }
  if (place.view === 'home') {
    if (place.lang !== null) lab.lang.value = place.lang;
    goHome();
    return null;
  }
  if (place.view === 'story') {
    if (place.lang !== null) lab.lang.value = place.lang;
    return tellStory(place.scenario, place.cursor ?? 0) ? null : 'scenario';
  }
  if (place.view === 'interview') {
    if (place.lang !== null) lab.lang.value = place.lang;
    lab.embed.value = false;
    lab.view.value = 'interview';
    interviewId.value = place.scenario;
    return null;
  }
  if (place.view === 'runbook') {
    if (place.lang !== null) lab.lang.value = place.lang;
    lab.embed.value = false;
    lab.view.value = 'runbook';
    showRunbook(place.scenario);
    return null;
  }
  const known = place.scenario === null || scenarioNamed(place.scenario) !== undefined;
  const knownRules = place.rules === null || mutantOf(place.rules) !== undefined;
  batch(() => {
    if (place.lang !== null) lab.lang.value = place.lang;
    lab.embed.value = place.embed;
    lab.openScenario(
      known && place.scenario !== null ? place.scenario : (scenarios[0]?.id as string),
      known ? place.edits : [],
    );
    lab.view.value = place.view;
    const { seed, mslMs, delayMs } = place;
    lab.settings.value = { seed, mslMs, delayMs, rules: knownRules ? place.rules : null };
    lab.connection.value = place.connection;
  });
  const last = lab.trace.value.events.length - 1;
  lab.goTo(place.cursor === null || !known ? lab.firstLook() : Math.min(place.cursor, last));
  if (lab.connection.value >= lab.trace.value.connections.length) lab.connection.value = 0;
  if (!known) return 'scenario';
  return knownRules ? null : 'rules';
}

/** What makes a place another step of the history. */
function stepOf(place: Place): string {
  return encodePlace({ ...place, cursor: null, lang: null, connection: 0 });
}

/**
 * Reads the address, and from now on keeps it. `onProblem` is told what is wrong with it. Settles when the place is shown:
 * at once, unless it has to be searched for.
 */
export function startRouting(onProblem: (problem: RouteProblem, piece: string) => void): Promise<void> {
  let written: string | null = null;
  let pushed = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let searching = 0;
  const read = async (): Promise<void> => {
    const fragment = location.hash.slice(1);
    if (fragment === written) return;
    try {
      const place = decodePlace(fragment);
      const inLab = place.view === 'lab' || place.view === 'compare';
      if (inLab && place.scenario !== null && isUnsearched(place.scenario)) {
        searching++;
        try {
          await searchFor(place.scenario);
        } finally {
          searching--;
        }
        // The reader may have gone on meanwhile.
        if (location.hash.slice(1) !== fragment) return;
      }
      const problem = show(place);
      onProblem(problem, (problem === 'rules' ? place.rules : place.scenario) ?? '');
      // What was gone to is where the page is: nothing to be written, and no step in the history.
      written = encodePlace(placeNow());
      pushed = stepOf(placeNow());
    } catch (error) {
      if (!(error instanceof PermalinkError)) throw error;
      onProblem(error.problem, error.piece);
    }
  };
  if (/^zh\b/i.test(navigator.language)) lab.lang.value = 'zh';
  const first = read();
  effect(() => {
    const place = placeNow();
    if (lab.dropped.value !== null || searching > 0) return;
    const next = encodePlace(place);
    const step = stepOf(place);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (next === written) return;
      const push = pushed !== '' && step !== pushed;
      written = next;
      pushed = step;
      history[push ? 'pushState' : 'replaceState'](null, '', `#${next}`);
    }, 120);
  });
  addEventListener('hashchange', () => void read());
  addEventListener('popstate', () => void read());
  return first;
}

// Which built-in scenario the reader's changes have made of a run: looked for when the page has nothing else to do.

import { computed, effect, signal } from '@preact/signals';
import { type Scenario, scenarios, twinOf } from '../../src/lab/index.ts';
import * as lab from './lab.ts';

/** From the last change until it is looked for, milliseconds. */
const REST_MS = 250;

/** Whether what is shown is not the scenario as it is written. */
export const isChanged = computed(
  () => lab.edits.value.length > 0 || Object.values(lab.settings.value).some((one) => one !== null),
);

/** The scenario that the changed run has become; null: none, or it was not changed. */
export const twin = signal<Scenario | null>(null);

let wait: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const trace = lab.trace.value;
  const own = lab.scenario.value;
  const looked = isChanged.value && lab.dropped.value === null && !lab.run.value.isStorm;
  clearTimeout(wait);
  twin.value = null;
  if (!looked) return;
  wait = setTimeout(() => {
    const found = twinOf(trace, scenarios);
    twin.value = found?.id === own.id ? null : (found ?? null);
  }, REST_MS);
});

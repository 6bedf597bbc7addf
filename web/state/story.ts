// Which story is told, and how far it is. A story is a run of the lab: its step is where the cursor is.

import { batch, computed, signal } from '@preact/signals';
import { type Story, stories, storyPlaces } from '../../src/lab/stories/index.ts';
import * as lab from './lab.ts';
import { stop } from './play.ts';

/** null: the list of all. */
export const storyId = signal<string | null>(null);
export const stepIndex = signal(0);

/** The story that is told; null: none. */
export const story = computed<Story | null>(() => stories.find(({ id }) => id === storyId.value) ?? null);

/** The events of its steps. */
export const places = computed<readonly number[]>(() =>
  story.value === null ? [] : storyPlaces(story.value, lab.trace.value),
);

/** Goes to a step. */
export function goToStep(at: number): void {
  const last = places.value.length - 1;
  if (last < 0) return;
  stop();
  batch(() => {
    stepIndex.value = Math.max(0, Math.min(last, at));
    lab.goTo(places.value[stepIndex.value] as number);
  });
}

/** Tells a story from a step on; null: shows the list. False: there is none of that name. */
export function tellStory(id: string | null, at = 0): boolean {
  const told = stories.find((one) => one.id === id);
  batch(() => {
    lab.embed.value = false;
    storyId.value = told?.id ?? null;
    stepIndex.value = 0;
    if (told !== undefined) {
      lab.openScenario(told.scenario, told.edits ?? []);
      if (told.rules !== undefined) lab.settings.value = { ...lab.AS_IT_IS, rules: told.rules };
    }
    lab.view.value = 'story';
  });
  if (told !== undefined) goToStep(at);
  return id === null || told !== undefined;
}

// A story as people tell it: its steps in words, walked in the model like one that a search has found. What it claims
// is checked: every step is an action of the model, and the last one breaks the property.

import {
  type ModelConfig,
  type ModelOptions,
  type PropertyName,
  type StoryStep,
  story,
} from '../model/index.ts';
import type { Story } from '../search/index.ts';

/** More actions than any state of a model has. */
const MOST_ACTIONS = 256;

/**
 * The story whose steps are called so: `a CLOSE` for a call, `a3` for the arrival of the third segment of `a`, `b rexmt`
 * for a timer; `a3+` when a copy of it stays under way.
 * @throws RangeError where the model has no such step, or the last one breaks nothing
 */
export function toldStory(
  config: ModelConfig,
  options: ModelOptions,
  steps: readonly string[],
  property: PropertyName,
): Story {
  let found: Story = { initial: 0, actions: [] };
  for (const wanted of steps) {
    const name = wanted.replace('+', '');
    const all = [...nextActions(config, options, found)].filter(({ step }) => nameOf(step) === name);
    // The model lists a delivery before the one that leaves a copy.
    const next = all.at(name === wanted ? 0 : 1);
    if (next === undefined) throw new RangeError(`step ${found.actions.length + 1}: no ${wanted}`);
    found = next.found;
  }
  if (!story(config, options, found).broken.includes(property))
    throw new RangeError(`the story breaks no ${property}`);
  return found;
}

function* nextActions(config: ModelConfig, options: ModelOptions, { initial, actions }: Story) {
  for (let action = 0; action < MOST_ACTIONS; action++) {
    const found = { initial, actions: [...actions, action] };
    try {
      const step = story(config, options, found).steps.at(-1);
      if (step !== undefined) yield { found, step };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (/no action/.test(error.message)) return;
    }
  }
}

function nameOf({ host, what, detail, segment }: StoryStep): string {
  return what === 'deliver' && segment !== null ? `${segment.from}${segment.number}` : `${host} ${detail}`;
}

import { describe, expect, test } from 'vitest';
import { mutants } from '../mutants/index.ts';
import { playScenario, runScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import { stories, storyNamed, storyPlaces } from './index.ts';

function scenarioOf(id: string) {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return scenario;
}

test('there are at least ten, each under an id of its own', () => {
  expect(stories.length).toBeGreaterThanOrEqual(10);
  expect(new Set(stories.map(({ id }) => id)).size).toBe(stories.length);
  expect(storyNamed('third-ack')?.scenario).toBe('ack3-lost');
  expect(storyNamed('no-such-story')).toBeUndefined();
});

describe.each(stories.map((story) => [story.id, story] as const))('%s', (_id, story) => {
  test('five to eight steps, each at an event of its run, and none before the one that precedes it', () => {
    const trace = runScenario(scenarioOf(story.scenario), { edits: story.edits ?? [] });
    const places = storyPlaces(story, trace);
    expect(places.length).toBeGreaterThanOrEqual(5);
    expect(places.length).toBeLessThanOrEqual(8);
    expect(places).not.toContain(-1);
    for (let i = 1; i < places.length; i++)
      expect(places[i], `step ${i + 1}`).toBeGreaterThan(places[i - 1] as number);
  });

  test('what is to be broken runs, and does not go as the story went', () => {
    expect(story.breaks.length).toBeGreaterThanOrEqual(2);
    const told = runScenario(scenarioOf(story.scenario), { edits: story.edits ?? [] });
    for (const { label, edits = [], rules, scenario = story.scenario } of story.breaks) {
      const mutant = mutants.find(({ id }) => id === rules);
      expect(mutant?.id, label.en).toBe(rules);
      const played = playScenario(scenarioOf(scenario), {
        edits,
        ...(mutant === undefined ? {} : { rules: { id: mutant.id, rules: mutant.rules } }),
      });
      for (const { text, acted } of played.edits)
        if (edits.includes(text)) expect(acted, `${label.en}: ${text}`).toBeGreaterThan(0);
      expect(
        played.trace.events.map(({ kind, t, states }) => [kind, t, states]),
        label.en,
      ).not.toEqual(told.events.map(({ kind, t, states }) => [kind, t, states]));
    }
  });

  test('every text in both languages, none longer than a card', () => {
    for (const { title, text } of story.steps) {
      expect(title.en.length).toBeLessThan(48);
      expect(text.en.length).toBeLessThan(280);
      for (const one of [title, text]) expect(one.zh).toMatch(/[\u4e00-\u9fff]/);
    }
  });
});

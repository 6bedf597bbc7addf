import { describe, expect, test } from 'vitest';
import { rfc9293 } from '../../../tcp/index.ts';
import { type Mutant, mutants } from '../../mutants/index.ts';
import { playScenario } from '../../scenario/index.ts';
import { configNamed, TcpModel } from '../model/index.ts';
import { search } from '../search/index.ts';
import { brokenAt, differenceFrom, replayOf } from './index.ts';

function replayOfMutant({ id, config, rules, unbounded, property }: Mutant) {
  const model = configNamed(config);
  const options = { rules, unbounded: unbounded === true, properties: [property] };
  const result = search(new TcpModel(model, options), {
    graph: false,
    memory: 'compact',
    maxStates: 300_000,
  });
  const found = result.violations.find(({ count }) => count > 0)?.story;
  if (found === undefined) throw new Error(`${id} breaks nothing`);
  const text = { en: id, zh: id };
  const words = { id, group: 'open', title: text, question: text, explanation: text, notice: [] } as const;
  return replayOf(model, options, found, words, id);
}

describe.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
  'the counterexample of %s',
  (id, mutant) => {
    const { story, scenario } = replayOfMutant(mutant);

    test('is repeated by the ordinary simulator: the same segments, the same state changes', () => {
      const { trace, ended } = playScenario(scenario);
      expect(ended).not.toBe('bound');
      expect(trace.scenario?.rules).toBe(id);
      expect(differenceFrom(story, trace)).toBeNull();
    });

    test(`breaks ${mutant.property} on the trace alone, in its last step`, () => {
      const { trace } = playScenario(scenario);
      const at = brokenAt(trace, mutant.property);
      expect(at).not.toBeNull();
      // The run ends 5 ms after the last step of the story.
      expect(trace.events[at as number]?.t).toBeGreaterThanOrEqual(((scenario.untilMs ?? 0) - 5) * 1000);
    });

    test('is a scenario as plain data', () => {
      expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
      expect(playScenario(JSON.parse(JSON.stringify(scenario))).trace).toEqual(playScenario(scenario).trace);
    });

    test('with the rule, the same calls and the same fate of packets break nothing', () => {
      // The bound of the SYN queue is a setting of the host, not a rule of its TCP.
      const real =
        mutant.unbounded === true
          ? { ...scenario, setup: { ...scenario.setup, listen: { synBacklog: 2 } } }
          : scenario;
      const { trace } = playScenario(real, {
        rules: { id: 'rfc9293', rules: mutant.base ?? rfc9293 },
      });
      expect(brokenAt(trace, mutant.property)).toBeNull();
    });
  },
);

test('a run that is not the story is told apart: another segment, another change', () => {
  const two = mutants.find(({ id }) => id === 'two-way-handshake') as Mutant;
  const { story, scenario } = replayOfMutant(two);
  const { trace } = playScenario(scenario, { rules: { id: 'rfc9293', rules: rfc9293 } });
  expect(differenceFrom(story, trace)).toBe(
    'change 2 of b is none; in the story syn-received-ack to ESTABLISHED',
  );
  const lost = playScenario({ ...scenario, steps: scenario.steps.filter((step) => step.do !== 'connect') });
  expect(differenceFrom(story, lost.trace)).toMatch(/^a did not send its segment 1, <SYN seq=0 len=0>/);
});

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { handMade } from './ladder/testing.ts';
import { runScenario } from './scenario/index.ts';
import { scenarios } from './scenarios/index.ts';
import type { Trace } from './trace.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../docs/trace.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
// What is an event of another kind fails for every other alternative too: the first error is enough.
const validate = new Ajv2020({ allowUnionTypes: true, strict: true, discriminator: false }).compile(schema);

/** What does not fit, in one line; '' if everything does. */
function misfit(value: unknown): string {
  if (validate(value)) return '';
  const worst = [...(validate.errors ?? [])].sort((a, b) => b.instancePath.length - a.instancePath.length)[0];
  return `${worst?.instancePath} ${worst?.message} ${JSON.stringify(worst?.params)}`;
}

test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('the trace of %s fits', (_id, s) => {
  expect(misfit(runScenario(s))).toBe('');
});

test('a trace that is not detailed fits', () => {
  expect(misfit(handMade())).toBe('');
});

describe('what is no trace does not fit', () => {
  const base = JSON.parse(JSON.stringify(handMade())) as Trace;
  const events = (change: (event: Record<string, unknown>) => unknown) => ({
    ...base,
    events: base.events.map((event) => change({ ...event })),
  });
  test.each([
    ['another version', { ...base, version: 1 }],
    ['no connection', { ...base, connections: [] }],
    ['a state by another name', { ...base, begin: { left: 'SYN_SENT', right: 'LISTEN' } }],
    ['a negative time', events((event) => ({ ...event, t: -1 }))],
    ['an event of an unknown kind', events((event) => ({ ...event, kind: 'guess' }))],
    ['an event with something more', events((event) => ({ ...event, colour: 'red' }))],
    ['an event without its states', events(({ states: _states, ...event }) => event)],
    [
      'a sequence number beyond 32 bits',
      events((event) =>
        event['kind'] === 'sent'
          ? { ...event, segment: { ...(event['segment'] as object), seq: 2 ** 32 } }
          : event,
      ),
    ],
  ])('%s', (_title, value) => {
    expect(misfit(value)).not.toBe('');
  });
});

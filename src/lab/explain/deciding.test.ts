import { describe, expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Trace } from '../trace.ts';
import { decidingEvent, segmentsMeant } from './deciding.ts';

function run(id: string): Trace {
  const scenario = scenarios.find((one) => one.id === id);
  if (scenario === undefined) throw new Error(`no ${id}`);
  return runScenario(scenario);
}

describe('the event that decides', () => {
  test('what goes wrong first, if anything does', () => {
    const lost = run('ack3-lost');
    expect(lost.events[decidingEvent(lost)]?.kind).toBe('lost');
    const reset = run('unread-rst');
    expect(reset.events[decidingEvent(reset)]).toMatchObject({ kind: 'sent', segment: { flags: 'RST,ACK' } });
  });

  test('else the arrival that brings the last state', () => {
    const plain = run('hs');
    expect(plain.events[decidingEvent(plain)]).toMatchObject({
      kind: 'arrived',
      states: { right: 'ESTABLISHED' },
    });
  });

  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s has one', (_id, scenario) => {
    const trace = runScenario(scenario);
    expect(trace.events[decidingEvent(trace)]).toBeDefined();
  });
});

test('a sentence speaks of the segments whose control bits it names', () => {
  const trace = run('close4');
  const flags = (sentence: string) =>
    segmentsMeant(trace, sentence).map((id) => {
      const sent = trace.events.find((event) => event.kind === 'sent' && event.id === id);
      return sent?.kind === 'sent' ? sent.segment.flags : '';
    });
  expect(flags('The SYN,ACK does two things.')).toEqual(['SYN,ACK']);
  expect(flags('Both FINs are acknowledged, each FIN by itself.')).toEqual(['FIN,ACK', 'FIN,ACK']);
  expect(new Set(flags('The ACK comes at once.'))).toEqual(new Set(['ACK']));
  expect(flags('Nothing is named.')).toEqual([]);
});

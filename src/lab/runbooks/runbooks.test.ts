import { describe, expect, test } from 'vitest';
import { playScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import type { Text } from '../text/index.ts';
import { type Runbook, runbookNamed, runbooks, runbooksNear } from './index.ts';

function textsOf({ title, means, fault, looks, now, forGood, useless }: Runbook): readonly Text[] {
  return [
    title,
    means,
    fault,
    ...looks.flatMap(({ ask, reads }) => [ask, reads]),
    ...now,
    ...forGood,
    ...useless,
  ];
}

describe('runbooks', () => {
  test('there is one for every symptom', () => {
    expect(runbooks.map(({ id }) => id)).toEqual([
      'close-wait',
      'time-wait',
      'syn-recv',
      'fin-wait-1',
      'fin-wait-2',
      'last-ack',
      'resets',
      'timeouts',
      'refused',
      'accept-queue',
      'ports',
    ]);
  });

  test('are found by id and by every other spelling, and no spelling leads to two', () => {
    const names = runbooks.flatMap(({ id, aliases }) => [id, ...aliases].map((name) => [name, id] as const));
    for (const [name, id] of names) expect(runbookNamed(name)?.id, name).toBe(id);
    expect(runbookNamed('Close_Wait')?.id).toBe('close-wait');
    expect(runbookNamed('FIN_WAIT_2')?.id).toBe('fin-wait-2');
    expect(runbookNamed('wait')).toBeUndefined();
    expect(runbookNamed('')).toBeUndefined();
    expect(runbooksNear('clos-wait')).toContain('close-wait');
  });

  test.each(runbooks)('$id says everything in both languages', (runbook) => {
    for (const { en, zh } of textsOf(runbook)) {
      expect(en).toMatch(/[a-z]/);
      expect(en).not.toMatch(/\p{Script=Han}/u);
      expect(zh).toMatch(/\p{Script=Han}/u);
    }
    for (const { ask } of runbook.looks) {
      expect(ask.en).toMatch(/\?$/);
      expect(ask.zh).toMatch(/？$/);
    }
  });

  test.each(runbooks)('$id points only to runbooks that exist', (runbook) => {
    for (const { en, zh } of textsOf(runbook))
      for (const text of [en, zh])
        for (const [, name = ''] of text.matchAll(/runbook ([a-z][a-z0-9-]*)/g))
          expect(runbookNamed(name), text).toBeDefined();
  });

  /** What the run must show, so that it is the symptom. */
  const shown: Readonly<Record<string, RegExp>> = {
    'close-wait': /right:CLOSE-WAIT/,
    'time-wait': /right:TIME-WAIT/,
    'syn-recv': /right:SYN-RECEIVED/,
    'fin-wait-1': /left:FIN-WAIT-1 left:error ETIMEDOUT|left:FIN-WAIT-1 left:CLOSED/,
    'fin-wait-2': /left:FIN-WAIT-2 left:CLOSED/,
    'last-ack': /right:LAST-ACK .*right:CLOSED/,
    resets: /left:error ECONNRESET/,
    timeouts: /left:error ETIMEDOUT/,
    refused: /left:error ECONNREFUSED/,
    'accept-queue': /discard/,
    ports: /left:TIME-WAIT .*left:error EADDRINUSE/,
  };

  test.each(runbooks)('$id is reproduced by $scenario', ({ id, scenario: name, edits = [] }) => {
    const scenario = scenarioNamed(name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    const run = playScenario(scenario, { edits });
    expect(run.ended).not.toBe('bound');
    expect(run.edits.filter(({ acted }) => acted === 0)).toEqual([]);
    const told = run.trace.events.flatMap((event) => [
      ...(event.kind === 'call' && event.call === 'error' ? [`${event.end}:error ${event.text}`] : []),
      ...(event.kind === 'arrived' && event.discarded !== null ? ['discard'] : []),
      ...event.changes.map(({ end, to }) => `${end}:${to}`),
    ]);
    expect(told.join(' ')).toMatch(shown[id] as RegExp);
  });
});

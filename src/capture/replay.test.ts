import { expect, test } from 'vitest';
import { pcapngOf, playScenario, type Scenario, scenarioNamed, type Trace } from '../lab/index.ts';
import { analyseCapture } from './analysis.ts';
import type { Connection } from './follow/index.ts';
import { playReplay, replayOf } from './replay.ts';

function connectionOf(
  id: string,
  edits: readonly string[] = [],
  at: 'left' | 'right' | 'wire' = 'wire',
): Connection {
  const { trace } = playScenario(scenarioNamed(id) as Scenario, { edits });
  return analyseCapture(pcapngOf(trace, { lang: 'en', at }), { keep: 0 }).kept.get(0) as Connection;
}

/** What each end sends, without the ACKs, which depend on the delayed-ACK timer. */
function sent({ events }: Trace): string[] {
  return events.flatMap((event) =>
    event.kind !== 'sent' || (event.segment.flags === 'ACK' && event.segment.length === 0)
      ? []
      : [
          `${event.from} ${event.segment.flags} ${event.segment.length}${event.retransmission ? ' again' : ''}`,
        ],
  );
}

test.each(['close4', 'close3', 'hs', 'refused', 'half-close', 'simclose', 'unread-rst'])(
  '%s: a run of the lab that was captured is played again as it was',
  (id) => {
    const before = playScenario(scenarioNamed(id) as Scenario).trace;
    const replay = replayOf(connectionOf(id));
    expect(replay.faults).toEqual([]);
    expect(sent(playReplay(replay).with.trace)).toEqual(sent(before));
  },
);

test.each<[string, string[], string[]]>([
  ['fin-lost', [], ['drop FIN#1 left->right']],
  ['syn-lost', [], ['drop SYN#1 left->right']],
  ['fast-retransmit', [], ['drop data#3 left->right']],
])('%s: the same segments are lost, and sent again; without the losses none is', (id, edits, faults) => {
  const replay = replayOf(connectionOf(id, edits));
  expect(replay.faults).toEqual(faults);
  const runs = playReplay(replay);
  expect(runs.with.edits.every(({ acted }) => acted === 1)).toBe(true);
  expect(sent(runs.with.trace).filter((text) => text.endsWith('again'))).toHaveLength(1);
  expect(sent(runs.without.trace).filter((text) => text.endsWith('again'))).toEqual([]);
});

test('who waits for what was lost does not wait in the run without the loss', () => {
  const { trace } = playScenario(scenarioNamed('fin-lost') as Scenario);
  const closes = ({ events }: Trace): number =>
    (events.find(
      (event) => event.kind === 'sent' && event.from === 'right' && event.segment.flags.includes('FIN'),
    )?.t ?? 0) / 1000;
  const runs = playReplay(replayOf(connectionOf('fin-lost', [], 'left')));
  // The server’s program closes as long after the FIN came as in the run that was captured.
  expect(Math.abs(closes(runs.with.trace) - closes(trace))).toBeLessThan(5);
  expect(closes(runs.without.trace)).toBeLessThan(closes(trace) - 150);
});

test('a peer that is gone, and nothing that ever answers, are a cut of the wire', () => {
  expect(
    replayOf(connectionOf('hs', ['cut 500ms', 'left write "lost" 600ms'], 'left')).faults.at(-1),
  ).toMatch(/^cut \d/);
  const runs = playReplay(replayOf(connectionOf('hs', ['drop SYN left->right'], 'left')));
  expect(sent(runs.with.trace).every((text) => text.startsWith('left SYN 0'))).toBe(true);
});

test('what TCP held back for a loss is one write; what a program wrote after a pause is another', () => {
  const writes = (edits: readonly string[]): unknown[] =>
    replayOf(connectionOf('hs', edits, 'left')).scenario.steps.flatMap((step) =>
      step.do === 'write' ? [step.what] : [],
    );
  expect(writes(['left write 60000 50ms', 'cut 75ms', 'mend 600ms'])).toEqual([60_000]);
  expect(writes(['left write 3000 50ms', 'left write 2000 400ms'])).toEqual([3000, 2000]);
});

import { describe, expect, test } from 'vitest';
import { configNamed } from '../../check/model/index.ts';
import { base } from '../base/index.ts';
import { theoryNamed } from '../theories.ts';
import { halfCloseConfigs } from './configs.ts';
import { Bridge, type BridgeReport, bridgeItems, bridgeModel, bridgeWalks, neverUsed } from './index.ts';

/** `npm run proof` searches the others, too. */
const SMALL = [
  'handshake',
  'closing',
  'crash',
  'patient',
  'never-closes',
  'reopening',
  'forgery',
  'forgeries-alone',
  'detach-quiet',
  'time-wait-lossless',
];

function done<T>(run: Generator<unknown, T>): T {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}

const seen: BridgeReport[] = [];

describe('every transition of the real engine is steps of the theory', () => {
  test.each(
    bridgeItems
      .filter(({ config }) => SMALL.includes(config.id))
      .map((item) => [item.theory.id, item.config.id, item] as const),
  )('%s: %s, searched to its end', (_theory, _id, item) => {
    const report = done(bridgeModel(item));
    expect([report.outcome, report.unexplained, report.first]).toEqual(['exhausted', 0, null]);
    expect(report.transitions).toBeGreaterThan(100);
    seen.push(report);
  });

  test('random walks with three octets each way, out of order, copies, aborts and crashes', () => {
    const reports = done(bridgeWalks(20_000, 1));
    expect(reports.map(({ unexplained, first }) => [unexplained, first])).toEqual([
      [0, null],
      [0, null],
    ]);
    seen.push(...reports);
  });

  test('and every action of the theory is seen, but for one that the engine leaves to a timer', () => {
    // The engine keeps a CLOSE of SYN-RECEIVED until it is ESTABLISHED, as 3.10.4 says; figure 5 has the other edge.
    expect(neverUsed(seen)).toEqual(['FIN-WAIT-1: ACK of the SYN']);
  });
});

test('a model in which happens what a theory does not speak of is refused', () => {
  // A lucky guess of RCV.NXT is in no theory, a segment that is forged not in the base.
  for (const id of ['base', 'blind'])
    expect(() => new Bridge(theoryNamed(id), configNamed('attacker'))).toThrow(/does not speak/);
  expect(() => new Bridge(base, halfCloseConfigs.quiet)).toThrow(/does not speak/);
  expect(bridgeItems.map(({ config }) => config.id)).not.toContain('attacker');
});

import { describe, expect, test } from 'vitest';
import { configNamed } from '../../check/model/index.ts';
import { base } from '../base/index.ts';
import { Bridge, type BridgeReport, bridgeItems, bridgeModel, bridgeWalks, neverUsed } from './index.ts';

/** `npm run proof` searches the others, too. */
const SMALL = ['handshake', 'closing', 'crash', 'patient', 'never-closes', 'reopening'];

function done<T>(run: Generator<unknown, T>): T {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}

const seen: BridgeReport[] = [];

describe('every transition of the real engine is steps of the theory', () => {
  test.each(bridgeItems.filter(({ id }) => SMALL.includes(id)).map((item) => [item.id, item] as const))(
    '%s, searched to its end',
    (_id, item) => {
      const report = done(bridgeModel(item));
      expect([report.outcome, report.unexplained, report.first]).toEqual(['exhausted', 0, null]);
      expect(report.transitions).toBeGreaterThan(700);
      seen.push(report);
    },
  );

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

test('a model with forged segments is refused: the theory knows none', () => {
  expect(() => new Bridge(base, configNamed('attacker'))).toThrow(/forged/);
  expect(bridgeItems.map(({ id }) => id)).not.toContain('flood');
});

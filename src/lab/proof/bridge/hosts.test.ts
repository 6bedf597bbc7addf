import { describe, expect, test } from 'vitest';
import { base } from '../base/index.ts';
import { theoryNamed } from '../theories.ts';
import { bridgeHosts, bridgeMutant, HostsBridge, hostsItems, hostsMutants } from './index.ts';

/** `npm run proof` takes a million. */
const STEPS = 2500;

describe('real hosts on a simulated wire', () => {
  test('every event of random walks is steps of the theory that they are held against', () => {
    const run = bridgeHosts(STEPS, 1);
    let step = run.next();
    while (step.done !== true) step = run.next();
    expect(step.value.map(({ id, unexplained, first }) => [id, unexplained, first])).toEqual(
      hostsItems.map(({ config }) => [config.id, 0, null]),
    );
    for (const report of step.value)
      expect(report.transitions).toBeGreaterThan(STEPS / hostsItems.length - 1);
    const shown = (theory: string): Set<string> =>
      new Set(
        step.done === true
          ? step.value.filter((each) => each.theory === theory).flatMap(({ used }) => used)
          : [],
      );
    expect(shown('fast')).toContain('text of a SYN in order');
    expect(shown('cookies')).toContain('LISTEN: ACK of a cookie');
    expect(shown('half-close')).toContain('text refused');
  });

  test('the same seed, the same walk', () => {
    const steps = [1, 2].map(() => {
      const bridge = new HostsBridge(base, (hostsItems[0] as (typeof hostsItems)[number]).config);
      bridge.walk('again');
      return [bridge.transitions, [...bridge.used]];
    });
    expect(steps[0]).toEqual(steps[1]);
  });

  test.each(['hosts-detach', 'hosts-cookies', 'hosts-fast'])(
    '%s is not explained by the base theory alone: what it adds is needed',
    (id) => {
      const { config } = hostsItems.find((item) => item.config.id === id) as (typeof hostsItems)[number];
      const bridge = new HostsBridge(theoryNamed('base'), config);
      for (let n = 0; n < 40 && bridge.unexplained === 0; n++) bridge.walk(`${n}`);
      expect(bridge.unexplained).toBe(1);
    },
  );

  test.each(hostsMutants.map((item) => [item.theory.id, item.mutant, item] as const))(
    '%s: %s is not explained, but by the theory without that rule it is',
    (_theory, _mutant, item) => {
      expect(bridgeMutant(item, []).unexplained).toBeGreaterThan(0);
      expect(bridgeMutant(item, item.rules)).toMatchObject({ unexplained: 0, first: null });
    },
  );
});

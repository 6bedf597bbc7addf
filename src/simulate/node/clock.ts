// Clocks of programs on hosts: Date, performance.now, process.hrtime. Outside of hosts they are the machine's.

import type { World } from '../../sim/index.ts';
import { currentLife } from '../life.ts';
import type { Changes } from './changes.ts';

/** From now on hosts have the world's time; the wall clock shows `beginMs` at its beginning. */
export function installClocks(world: World, beginMs: number, changes: Changes): void {
  const { Date: RealDate, performance } = globalThis;
  const { hrtime } = process;
  const realNow = performance.now.bind(performance);
  /** Milliseconds of the wall clock here; null: the machine's. */
  const wallMs = (): number | null => {
    const life = currentLife();
    return life === null ? null : beginMs + Math.floor((world.now() + life.skewUs) / 1000);
  };
  const now = (): number => wallMs() ?? RealDate.now();
  const VirtualDate: DateConstructor = new Proxy(RealDate, {
    construct(target, args: unknown[], newTarget) {
      const ms = args.length === 0 ? wallMs() : null;
      return Reflect.construct(target, ms === null ? args : [ms], newTarget) as object;
    },
    apply: () => new VirtualDate().toString(),
    get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  changes.put(globalThis, 'Date', VirtualDate);
  changes.put(performance, 'now', () => (currentLife() === null ? realNow() : world.now() / 1000));
  const since = (before: [number, number] | undefined): [number, number] => {
    const us = world.now();
    let [s, ns] = [Math.floor(us / 1e6), (us % 1e6) * 1000];
    if (before === undefined) return [s, ns];
    s -= before[0];
    ns -= before[1];
    return ns < 0 ? [s - 1, ns + 1e9] : [s, ns];
  };
  const virtual = Object.assign(
    (before?: [number, number]) => (currentLife() === null ? hrtime(before) : since(before)),
    { bigint: () => (currentLife() === null ? hrtime.bigint() : BigInt(world.now()) * 1000n) },
  );
  changes.put(process, 'hrtime', virtual);
  const { uptime } = process;
  changes.put(process, 'uptime', () => {
    const life = currentLife();
    return life === null ? uptime() : (world.now() - life.bornUs) / 1e6;
  });
}

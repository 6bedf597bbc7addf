// A failing world made smaller: without a fault, without a connection, as long as it still fails alike.

import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { type Plan, planOf } from './plan.ts';
import { Totals } from './totals.ts';
import { runPlan } from './world.ts';

/** What is left of a seed's plan: the ids of its connections and faults. */
export interface Part {
  readonly seed: number;
  /** null: all. */
  readonly connections: readonly number[] | null;
  readonly faults: readonly number[] | null;
}

/** The part of a world. */
export function planOfPart({ seed, connections, faults }: Part): Plan {
  const plan = planOf(seed);
  return {
    ...plan,
    connections: plan.connections.filter((c) => connections?.includes(c.id) ?? true),
    faults: plan.faults.filter((f) => faults?.includes(f.id) ?? true),
  };
}

/** The command that plays a part again. */
export function commandOf({ seed, connections, faults }: Part): string {
  const c = connections === null ? '' : ` --connections ${connections.join(',') || 'none'}`;
  const f = faults === null ? '' : ` --faults ${faults.join(',') || 'none'}`;
  return `npm run soak -- --seed ${seed}${c}${f}`;
}

/** The kind of a failure: its message without numbers and names. */
export function kindOf(message: string): string {
  return (message.split(':')[0] as string).replaceAll(/\d+/g, '#');
}

/** Why the part fails, or null. */
export async function failureOf(part: Part, rules: Rules = rfc9293): Promise<string | null> {
  try {
    await runPlan(planOfPart(part), new Totals(), rules);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A smaller part that fails like the seed's whole world; at most `tries` worlds are played. */
export async function shrink(
  seed: number,
  message: string,
  tries = 200,
  rules: Rules = rfc9293,
): Promise<Part> {
  const { connections, faults } = planOf(seed);
  let part = { seed, connections: connections.map((c) => c.id), faults: faults.map((f) => f.id) };
  const kind = kindOf(message);
  const fails = async (tried: Part): Promise<boolean> => {
    const failure = tries-- > 0 ? await failureOf(tried, rules) : null;
    return failure !== null && kindOf(failure) === kind;
  };
  for (const key of ['faults', 'connections'] as const) {
    for (let size = Math.ceil(part[key].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < part[key].length; ) {
        const tried = { ...part, [key]: part[key].toSpliced(at, size) };
        if (await fails(tried)) part = tried;
        else at += size;
      }
    }
  }
  return part;
}

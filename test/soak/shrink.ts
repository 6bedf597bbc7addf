// A failing world made smaller: without a silence, a fault, a connection, as long as it still fails alike.

import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { type Plan, planOf } from './plan.ts';
import { Totals } from './totals.ts';
import { runPlan } from './world.ts';

/** What can be left out of a plan, in the order in which it is tried. */
export const PIECES = ['silences', 'faults', 'connections'] as const;

/** What is left of a seed's plan: the ids of each kind; null or nothing: all. */
export type Part = { readonly seed: number } & {
  readonly [kind in (typeof PIECES)[number]]?: readonly number[] | null;
};

/** The part of a world. */
export function planOfPart({ seed, connections, faults, silences }: Part): Plan {
  const plan = planOf(seed);
  return {
    ...plan,
    connections: plan.connections.filter((c) => connections?.includes(c.id) ?? true),
    faults: plan.faults.filter((f) => faults?.includes(f.id) ?? true),
    silences: plan.silences.filter((s) => silences?.includes(s.id) ?? true),
  };
}

/** The command that plays a part again. */
export function commandOf(part: Part): string {
  const given = PIECES.map((kind) => [kind, part[kind]] as const).filter(([, ids]) => (ids ?? null) !== null);
  return `npm run soak -- --seed ${part.seed}${given.map(([kind, ids]) => ` --${kind} ${ids?.join(',') || 'none'}`).join('')}`;
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
  const { connections, faults, silences } = planOf(seed);
  let part = {
    seed,
    connections: connections.map((c) => c.id),
    faults: faults.map((f) => f.id),
    silences: silences.map((s) => s.id),
  };
  const kind = kindOf(message);
  const fails = async (tried: Part): Promise<boolean> => {
    const failure = tries-- > 0 ? await failureOf(tried, rules) : null;
    return failure !== null && kindOf(failure) === kind;
  };
  for (const key of PIECES) {
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

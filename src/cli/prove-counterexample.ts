// A counterexample of a solver, as a state, a step and what it breaks, in the language of whoever asks.

import {
  actionName,
  type Counterexample,
  clauseName,
  clausesOf,
  type Shown,
  stateOf,
  type Theory,
} from '../lab/proof/index.ts';
import type { Io } from './command.ts';
import type { Show } from './show.ts';

/** `name(args) = value`; of a truth the name alone, or `not name`. */
function factText({ name, args, value }: Shown): string {
  const point = args.length === 0 ? name : `${name}(${args.join(', ')})`;
  if (value === 'true') return point;
  return value === 'false' ? `~${point}` : `${point} = ${value}`;
}

/** What is said of each thing, a line each: of an incarnation all that it alone is. */
function lines(shown: readonly Shown[]): string[] {
  const own = new Map<string, string[]>();
  const others: string[] = [];
  for (const fact of shown) {
    const [first, ...more] = fact.args;
    if (first === undefined || more.length > 0) others.push(factText(fact));
    else own.set(first, [...(own.get(first) ?? []), factText({ ...fact, args: [] })]);
  }
  const each = [...own].map(([thing, facts]) => `${thing}: ${facts.join(', ')}`);
  return others.length === 0 ? each : [...each, others.join(', ')];
}

function meaning(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}

/** Tells it. */
export function tellCounterexample(show: Show, theory: Theory, found: Counterexample, { lang }: Io): void {
  const { action, clause, step, broken, before, after } = found;
  const deep = '        ';
  show.say('counterBefore', {}, '    ');
  for (const line of lines(before)) show.say('counterLine', { line }, deep);
  show.say('counterStep', { action: actionName(action, lang), step: meaning(step) }, '    ');
  for (const line of lines(after)) show.say('counterLine', { line }, deep);
  const holds = clausesOf(theory).find(({ name }) => name === clause)?.holds ?? '';
  show.say('counterBroken', { clause: clauseName(clause, lang), variables: meaning(broken), holds }, '    ');
  const used = new Set([...before, ...after].map(({ name }) => name));
  const words = Object.entries(stateOf(theory)).filter(([name]) => used.has(name) && name !== 'state');
  show.say('counterWords', {}, '    ');
  for (const [name, { says }] of words) show.say('counterWord', { name, text: says[lang] }, deep);
}

// `npm run confusion -- [N] [SEED]`: what is found in N labelled captures (10,000): for each label how often it was found, for each
// verdict how often it was right, and what was said instead.

import { analyseCapture, verdictTexts } from '../../src/capture/index.ts';
import { Random } from '../../src/sim/index.ts';
import { type Labelled, labelled, normal } from './labelled.ts';

/** Of one label, or of one verdict. */
export interface Rate {
  right: number;
  all: number;
}

/** What came of judging labelled captures. */
export interface Confusion {
  captures: number;
  /** Recall: of the captures with a label, those in which it was found. */
  readonly found: Map<string, Rate>;
  /** Precision: of a verdict's appearances, those that were expected or true beside it. */
  readonly said: Map<string, Rate>;
  /** `label → verdict`: what was said and was not expected. */
  readonly wrong: Map<string, number>;
  /** `label@place`: what was not found. */
  readonly missed: Map<string, number>;
  /** Healthy captures, and faults or warnings in them. */
  healthy: number;
  alarms: number;
}

function rate(map: Map<string, Rate>, key: string, right: boolean): void {
  const of = map.get(key) ?? { right: 0, all: 0 };
  of.all++;
  if (right) of.right++;
  map.set(key, of);
}

const more = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

/** The verdicts in a capture, each once. */
export function verdictsIn({ file }: Labelled): Set<string> {
  const { connections, findings } = analyseCapture(file);
  const found = new Set(connections.flatMap(({ verdicts }) => verdicts.map(({ id }) => id)));
  for (const { id, verdict } of findings) if (verdict.connection === null) found.add(id);
  return found;
}

/** Judges `count` captures. */
export function confusion(count: number, seed: number): Confusion {
  const result: Confusion = {
    ...{ captures: 0, healthy: 0, alarms: 0 },
    ...{ found: new Map(), said: new Map(), wrong: new Map(), missed: new Map() },
  };
  const random = new Random(seed);
  for (let n = 0; result.captures < count; n++) {
    const one = labelled(n, random);
    if (one === null) continue;
    result.captures++;
    const verdicts = verdictsIn(one);
    const hit = one.expected.some((id) => verdicts.has(id));
    rate(result.found, one.label, hit);
    if (!hit) more(result.missed, `${one.label}@${one.at}`);
    const allowed = new Set([...one.expected, ...one.also, ...normal]);
    const bad = [...verdicts].filter((id) => !allowed.has(id));
    for (const id of verdicts) rate(result.said, id, allowed.has(id));
    for (const id of bad) more(result.wrong, `${one.label}@${one.at} → ${id}`);
    if (one.label !== 'healthy' && !one.expected.includes('healthy')) continue;
    result.healthy++;
    if (bad.some((id) => ['fault', 'warning'].includes(verdictTexts.get(id)?.severity ?? '')))
      result.alarms++;
  }
  return result;
}

/** The share, to print. */
export const share = ({ right, all }: Rate): number => (all === 0 ? 1 : right / all);

if (process.argv[1]?.endsWith('confusion.ts') === true) {
  const [count = 10_000, seed = 1] = process.argv.slice(2).map(Number);
  const { captures, found, said, wrong, missed, healthy, alarms } = confusion(count, seed);
  const line = (name: string, of: Rate): string =>
    `  ${name.padEnd(22)} ${share(of).toFixed(3)}  ${of.right}/${of.all}`;
  const sorted = <T>(map: Map<string, T>): [string, T][] => [...map].sort(([a], [b]) => a.localeCompare(b));
  console.log(`${captures} captures, seed ${seed}\n\nFound (recall), by label:`);
  for (const [name, of] of sorted(found)) console.log(line(name, of));
  console.log('\nRight (precision), by verdict:');
  for (const [name, of] of sorted(said)) console.log(line(name, of));
  console.log('\nNot found:');
  for (const [name, times] of sorted(missed)) console.log(`  ${name}: ${times}`);
  console.log('\nSaid, and not expected:');
  for (const [name, times] of sorted(wrong)) console.log(`  ${name}: ${times}`);
  console.log(`\nHealthy captures: ${healthy}; with an alarm: ${alarms}`);
}

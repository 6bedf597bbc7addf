// What a run says at its end.

import { families } from './families.ts';
import type { Verdict } from './family.ts';
import type { Tally } from './run.ts';

/** Sequences from which on a family that was never met is told. */
const MANY = 10_000;

/** Lines of text: the families by verdict, those never met, the failures. */
export function report(t: Tally, seconds: number): string[] {
  const lines: string[] = [];
  const verdicts = new Map<Verdict, typeof families>();
  for (const family of families)
    verdicts.set(family.verdict, [...(verdicts.get(family.verdict) ?? []), family]);
  for (const [verdict, list] of verdicts) {
    const met = list.filter((f) => t.families[f.id] !== undefined);
    const sum = met.reduce((n, f) => n + (t.families[f.id] ?? 0), 0);
    lines.push(`${verdict}: ${met.length} families, ${sum} times`);
    for (const f of met.sort((a, b) => (t.families[b.id] ?? 0) - (t.families[a.id] ?? 0))) {
      lines.push(`${String(t.families[f.id]).padStart(8)} ${f.id}`);
    }
  }
  const never = families.filter((f) => t.families[f.id] === undefined);
  if (never.length > 0 && t.sequences >= MANY) lines.push(`never met: ${never.map((f) => f.id).join(', ')}`);
  for (const f of t.failures) {
    lines.push('', `sequence ${f.index}: ${f.kind}`, ...f.lines, 'as a file for --replay:');
    lines.push(JSON.stringify(f.sequence));
  }
  const failed = t.failures.length + t.more;
  lines.push(
    '',
    `${t.sequences} sequences, ${t.steps} steps, ${seconds.toFixed(1)} s; ${failed} without a family` +
      (t.unsteady > 0 ? `, ${t.unsteady} that did not come again` : '') +
      (t.late > 0 ? `; ${t.late} played again, the machine being busy` : ''),
  );
  return lines;
}

// What a mutation run says of a file: how many changes were noticed, which were not and should have been, and which
// accepted ones are out of date.

/** One change, as StrykerJS tells it. Lines and columns count from 1. */
export interface Mutant {
  readonly fileName: string;
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number; readonly column: number };
  };
}

/** A change that no test can notice, or that is none: found again by the line, not by its number. */
export interface AcceptedMutant {
  /** The line in which the change begins, without the spaces around it. */
  readonly line: string;
  /** What was replaced, when the line has more than one place for `to`. */
  readonly from?: string;
  /** The replacement. */
  readonly to: string;
  readonly why: string;
}

/** accepted.json: by file. */
export type Accepted = Readonly<Record<string, readonly AcceptedMutant[]>>;

/** A change that was not noticed. */
export interface Survivor {
  readonly at: string;
  readonly line: string;
  readonly from: string;
  readonly to: string;
  /** False: no test comes there at all. */
  readonly covered: boolean;
}

export interface Verdict {
  readonly file: string;
  readonly killed: number;
  /** Of these: what made the tests run for ever, or the machine was too busy. */
  readonly timedOut: number;
  readonly accepted: number;
  readonly survivors: readonly Survivor[];
  /** Changes that are not in the sample, and those that do not compile. */
  readonly left: number;
  /** Entries of accepted.json that no survivor needs. */
  readonly stale: readonly AcceptedMutant[];
}

/** Nothing failed: no test saw the change, or none comes there. */
export function survived({ status }: Mutant): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

const SPACES = /\s+/g;
const squeeze = (text: string): string => text.replace(SPACES, ' ').trim();

/** The text between two places, with spaces squeezed. */
function textOf(lines: readonly string[], { start, end }: Mutant['location']): string {
  const part = lines.slice(start.line - 1, end.line);
  const last = part.length - 1;
  part[last] = (part[last] ?? '').slice(0, end.column - 1);
  part[0] = (part[0] ?? '').slice(start.column - 1);
  return squeeze(part.join(' '));
}

/** Judges the mutants of `file`, whose text is `source`. */
export function judge(
  file: string,
  source: string,
  mutants: readonly Mutant[],
  accepted: readonly AcceptedMutant[],
): Verdict {
  const lines = source.split('\n');
  const survivors: Survivor[] = [];
  const used = new Set<AcceptedMutant>();
  let killed = 0;
  let timedOut = 0;
  let excused = 0;
  let left = 0;
  for (const m of mutants) {
    if (m.status === 'Killed' || m.status === 'Timeout' || m.status === 'RuntimeError') killed++;
    if (m.status === 'Timeout') timedOut++;
    if (m.status === 'CompileError') left++;
    if (!survived(m)) continue;
    const { line, column } = m.location.start;
    const survivor: Survivor = {
      at: `${file}:${line}:${column}`,
      line: squeeze(lines[line - 1] ?? ''),
      from: textOf(lines, m.location),
      to: squeeze(m.replacement),
      covered: m.status === 'Survived',
    };
    const reason = accepted.find((a) => matches(a, survivor));
    if (reason === undefined) {
      survivors.push(survivor);
    } else {
      used.add(reason);
      excused++;
    }
  }
  return {
    file,
    killed,
    timedOut,
    accepted: excused,
    survivors,
    left,
    stale: left > 0 ? [] : accepted.filter((a) => !used.has(a)), // a sample need not have it
  };
}

function matches(a: AcceptedMutant, s: Survivor): boolean {
  return (
    squeeze(a.line) === s.line &&
    squeeze(a.to) === s.to &&
    (a.from === undefined || squeeze(a.from) === s.from)
  );
}

const askedOf = (v: Verdict): number => v.killed + v.accepted + v.survivors.length;
const shareOf = (v: Verdict): number => (askedOf(v) === 0 ? 1 : v.killed / askedOf(v));

/** The verdict in words. */
export function report(verdict: Verdict): string {
  const { file, killed, timedOut, accepted, survivors, left, stale } = verdict;
  const all = askedOf(verdict);
  const sample = left === 0 ? '' : `; a sample, of ${all + left}`;
  const out = [
    `${file}: ${killed} of ${all} noticed (${percent(shareOf(verdict))}), ${timedOut} of them by time, ${accepted} accepted${sample}`,
  ];
  for (const s of survivors) {
    out.push(`  ${s.at}${s.covered ? '' : ' (no test comes here)'}`, `    - ${s.from}`, `    + ${s.to}`);
  }
  for (const a of stale) out.push(`  accepted.json has an entry that nothing needs: ${a.line} -> ${a.to}`);
  return out.join('\n');
}

/**
 * All files together. Each counts by the changes it has, not by how many of them were in its sample; what a sample leaves
 * open is two standard errors.
 */
export function total(verdicts: readonly Verdict[]): string {
  let changes = 0;
  let asked = 0;
  let noticed = 0;
  let variance = 0;
  for (const v of verdicts) {
    const n = askedOf(v);
    const all = n + v.left;
    const share = shareOf(v);
    changes += all;
    asked += n;
    noticed += all * share;
    if (v.left > 0 && n > 1) variance += (all * v.left * share * (1 - share)) / (n - 1);
  }
  const share = changes === 0 ? 1 : noticed / changes;
  const open = changes === 0 ? 0 : (2 * Math.sqrt(variance)) / changes;
  const sample = asked === changes ? '' : `, within ${percent(open)}; ${asked} of ${changes} were asked`;
  return `${verdicts.length} files: ${percent(share)} noticed${sample}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

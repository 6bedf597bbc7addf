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
  for (const m of mutants) {
    if (m.status === 'Killed' || m.status === 'Timeout' || m.status === 'RuntimeError') killed++;
    if (m.status === 'Timeout') timedOut++;
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
    stale: accepted.filter((a) => !used.has(a)),
  };
}

function matches(a: AcceptedMutant, s: Survivor): boolean {
  return (
    squeeze(a.line) === s.line &&
    squeeze(a.to) === s.to &&
    (a.from === undefined || squeeze(a.from) === s.from)
  );
}

/** The verdict in words. */
export function report({ file, killed, timedOut, accepted, survivors, stale }: Verdict): string {
  const all = killed + accepted + survivors.length;
  const share = all === 0 ? 100 : (100 * killed) / all;
  const out = [
    `${file}: ${killed} of ${all} noticed (${share.toFixed(1)} %), ${timedOut} of them by time, ${accepted} accepted`,
  ];
  for (const s of survivors) {
    out.push(`  ${s.at}${s.covered ? '' : ' (no test comes here)'}`, `    - ${s.from}`, `    + ${s.to}`);
  }
  for (const a of stale) out.push(`  accepted.json has an entry that nothing needs: ${a.line} -> ${a.to}`);
  return out.join('\n');
}

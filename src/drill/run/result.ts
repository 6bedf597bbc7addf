// What running a script gives: pass, fail with the place and the reason, or unsupported.

/** One packet of a run, as the script would write it. */
export interface RunPacket {
  /** Microseconds since the script's time 0. */
  readonly atUs: number;
  readonly direction: 'inbound' | 'outbound';
  /** `> S. 0:0(0) ack 1 win 65535 <mss 1460>`, numbers in the script's terms. */
  readonly text: string;
  /** Line of the event that injected or matched it; 0: nothing did. */
  readonly line: number;
}

/** What every result has. */
export interface ResultBase {
  readonly file: string;
  /** Packets so far, in order. */
  readonly packets: readonly RunPacket[];
  /** What did not count against the script but is worth knowing: settings that had no effect, warnings. */
  readonly notes: readonly string[];
  /** Commands of the script that judge the stack and did not here, as its counters are not known: `nstat | grep …`. */
  readonly notJudged: readonly string[];
  /** Virtual time of the end, in microseconds since the script's time 0. */
  readonly endUs: number;
}

/** Everything was as the script says. */
export interface Pass extends ResultBase {
  readonly outcome: 'pass';
}

/** Something was not. */
export interface Fail extends ResultBase {
  readonly outcome: 'fail';
  readonly line: number;
  readonly expected: string;
  readonly actual: string;
  /** One sentence. */
  readonly explanation: string;
}

/** The script asks for what the stack, its socket layer or this referee does not have. */
export interface UnsupportedScript extends ResultBase {
  readonly outcome: 'unsupported';
  readonly line: number;
  readonly reason: string;
}

/** How a script ended. */
export type ScriptResult = Pass | Fail | UnsupportedScript;

/** True when a run failed by its times alone: on a busy machine in real time that may be the machine. */
export function failedByTime(r: ScriptResult): boolean {
  return (
    r.outcome === 'fail' &&
    / at another time$|^no packet came in time$|^the call did not return$/.test(r.explanation)
  );
}

/** Thrown inside a run: an expectation was not met. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly expected: string;
  readonly actual: string;

  constructor(explanation: string, expected: string, actual: string) {
    super(explanation);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Thrown inside a run: this cannot be done here. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** Microseconds as seconds, the way scripts are read. */
export function seconds(us: number): string {
  return (us / 1e6).toFixed(6);
}

/** A result for people: the verdict, and for a failure the packets up to it. */
export function formatResult(r: ScriptResult): string {
  const notes = [...r.notJudged.map((c) => `  not judged: ${c}`), ...r.notes.map((n) => `  note: ${n}`)];
  if (r.outcome === 'pass') return [`${r.file}: pass`, ...notes].join('\n');
  if (r.outcome === 'unsupported')
    return [`${r.file}:${r.line}: unsupported: ${r.reason}`, ...notes].join('\n');
  return [
    `${r.file}:${r.line}: fail: ${r.explanation}`,
    `  expected: ${r.expected}`,
    `  actual:   ${r.actual}`,
    ...r.packets.map(
      (p) => `  ${seconds(p.atUs).padStart(12)} ${p.text}${p.line === 0 ? '   (not in the script)' : ''}`,
    ),
    ...notes,
  ].join('\n');
}

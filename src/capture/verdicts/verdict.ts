// What a verdict is: what happened, who did it, how sure that is, the frames that show it, and which neighbours were
// excluded by what. Rules say it from evidence; nothing here guesses.

import type { Lang, Params, Text } from '../../lab/text/index.ts';
import type { Connection, Seen, Vantage } from '../follow/index.ts';

/** How bad it is. A connection without a fault and without a warning is healthy. */
export type Severity = 'fault' | 'warning' | 'note' | 'normal';

/** How sure it is: nothing else fits; others are hardly possible; others are possible, which are named. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** Who did it. `capture`: the connection is fine, only its capture is not. */
export type Culprit = 'client' | 'server' | 'network' | 'capture' | 'nobody';

/** What shows it: a frame of a capture, or (where `frame` is null) what the text says. */
export interface Evidence {
  readonly frame: number | null;
  readonly role: Text;
}

/** A neighbour that looks similar, and why it is not that. */
export interface Exclusion {
  readonly verdict: string;
  readonly because: Text;
}

/** What a rule found. */
export interface Found {
  readonly confidence: Confidence;
  readonly culprit: Culprit;
  readonly evidence: readonly Evidence[];
  /** Values for the `{name}`s of the rule's texts. */
  readonly params?: Params;
  readonly excluded?: readonly Exclusion[];
  /** Verdicts that this point of capture cannot separate from it. */
  readonly orElse?: readonly string[];
  /** Where it is not the rule's. */
  readonly severity?: Severity;
}

/** A verdict about one connection, or about the capture (`connection` null). */
export interface Verdict extends Required<Found> {
  readonly id: string;
  readonly connection: number | null;
}

/** What is said of a verdict. */
export interface VerdictTexts {
  readonly id: string;
  readonly severity: Severity;
  readonly title: Text;
  /** What happened, in one or two sentences. */
  readonly means: Text;
  /** What to do next; none for what is normal. */
  readonly advice: readonly Text[];
  /** The run of the lab that shows the same: a scenario and changes to it; null: none does. */
  readonly scenario: { readonly id: string; readonly edits?: readonly string[] } | null;
}

/** What is known beside the connection. */
export interface Context {
  readonly vantage: Vantage;
  /** Microseconds from the first frame of the capture to the last. */
  readonly endUs: number;
  /** What is known of the connection's server port: others that it opened. */
  readonly service: Service;
  /** What is known of the way between its hosts, from all their connections. */
  readonly path: Path;
}

/** The shortest round trip that one way has ever shown, and the frame that shows it. */
export interface Shortest {
  us: number;
  frame: number;
}

/** The way between two hosts: from the point of capture to the server and back, and to the client and back. */
export interface Path {
  readonly toServer: Shortest;
  readonly toClient: Shortest;
}

/** A server port in this capture. */
export interface Service {
  /** SYNs seen, connections that opened, refusals. */
  syns: number;
  opened: number;
  refused: number;
  /** SYN,ACKs with each option, whose SYN offered it too. */
  withSack: number;
  withTimestamps: number;
  withScale: number;
}

/** One rule. */
export interface Rule extends VerdictTexts {
  /** Verdicts that say less about the same: left out where this one holds. */
  readonly over?: readonly string[];
  judge(connection: Connection, context: Context): Found | null;
}

/** A frame as evidence. */
export function shows(seen: Seen, role: Text): Evidence {
  return { frame: seen.frame, role };
}

/** A time as a parameter of a text: `9.1 µs`, `340 ms`, `1.2 s`; {@link durationText} has it in the other languages. */
export function duration(us: number): string {
  const size = Math.abs(us);
  // Captures have nanoseconds at best.
  if (size < 0.001) return '0 s';
  if (size < 999.5) return `${Number(figures(us))} µs`;
  if (size < 999_500) return `${Number(figures(us / 1000))} ms`;
  return `${Number(figures(us / 1e6))} s`;
}

const DURATION = /^(-?[\d.]+) (µs|ms|s)$/;
const CHINESE_UNITS: Readonly<Record<string, string>> = { µs: '微秒', ms: '毫秒', s: '秒' };

/** A {@link duration} in a language; null: the word is none. */
export function durationWord(word: string, lang: Lang): string | null {
  const [, value, unit] = DURATION.exec(word) ?? [];
  if (value === undefined || unit === undefined) return null;
  return lang === 'zh' ? `${value} ${CHINESE_UNITS[unit]}` : word;
}

/** A time in microseconds, as people say it in a language: `9.1 µs`, `340 毫秒`. */
export function durationText(us: number, lang: Lang): string {
  const word = duration(us);
  return durationWord(word, lang) ?? word;
}

/** A number with as many digits as say something, and no exponent. */
export function figures(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 1) return value.toFixed(1);
  if (size >= 1e-6) return value.toPrecision(2);
  return size === 0 ? '0' : value.toFixed(9);
}

// Links to the page: what is shown, written into the fragment of the address. A link that was given away works for
// ever, so a form has a number in front, and every form that ever was has its reader here.
//
//   #1/ack3-lost?c=12&l=zh&e=drop+any%233+left-%3Eright        form 1
//   #embed/1/hs                                                  the same, with nothing but ladder and controls
//
// c: cursor, l: language, e: a change (again for each), s: seed, m: MSL in ms, d: one-way delay in ms, r: rules,
// n: connection, v: quiz or why instead of the ladder; with why the name is that of a question.

import { RUN_LIMITS } from '../../src/lab/index.ts';
import type { Lang } from '../../src/lab/text/index.ts';

/** The pages. */
export const VIEWS = ['home', 'lab', 'story', 'quiz', 'why', 'compare', 'runbook', 'interview'] as const;
export type View = (typeof VIEWS)[number];

/** What is shown. */
export interface Place {
  readonly view: View;
  /** null: the page's own choice. In view `why`: the question; in `story`: the story; in `runbook`: the runbook. */
  readonly scenario: string | null;
  readonly edits: readonly string[];
  /** null: that of the browser. */
  readonly lang: Lang | null;
  /** Number of the event that happened last; -1: none has; null: the page's own choice. */
  readonly cursor: number | null;
  readonly connection: number;
  readonly seed: number | null;
  readonly mslMs: number | null;
  readonly delayMs: number | null;
  readonly rules: string | null;
  readonly embed: boolean;
}

/** What a fragment that says nothing else shows; without a fragment it is the first page. */
export const START: Place = {
  view: 'lab',
  scenario: null,
  edits: [],
  lang: null,
  cursor: null,
  connection: 0,
  seed: null,
  mslMs: null,
  delayMs: null,
  rules: null,
  embed: false,
};

/** A link that cannot be followed: what about it, and the piece that is wrong. */
export class PermalinkError extends Error {
  readonly code = 'ERR_LAB_PERMALINK';
  readonly problem: 'version' | 'form' | 'number';
  readonly piece: string;

  constructor(problem: PermalinkError['problem'], piece: string) {
    super(`link: ${problem} "${piece}"`);
    this.name = 'PermalinkError';
    this.problem = problem;
    this.piece = piece;
  }
}

/** The form that is written. */
export const VERSION = 1;

/** Octets that a link may have: what chats and mailers leave alone. */
export const LONGEST = 2_000;

/** Changes that a link may bring. */
const MOST_EDITS = 100;

/** The fragment of a place, without `#`. */
export function encodePlace(place: Place): string {
  const query = new URLSearchParams();
  if (place.view !== 'lab') query.set('v', place.view);
  if (place.cursor !== null) query.set('c', String(place.cursor));
  if (place.lang !== null) query.set('l', place.lang);
  if (place.connection !== 0) query.set('n', String(place.connection));
  if (place.seed !== null) query.set('s', String(place.seed));
  if (place.mslMs !== null) query.set('m', String(place.mslMs));
  if (place.delayMs !== null) query.set('d', String(place.delayMs));
  if (place.rules !== null) query.set('r', place.rules);
  for (const edit of place.edits) query.append('e', edit);
  const text = query.toString();
  const where = `${VERSION}/${encodeURIComponent(place.scenario ?? '')}`;
  return `${place.embed ? 'embed/' : ''}${where}${text === '' ? '' : `?${text}`}`;
}

/** Readers of all forms, by their number. */
const READERS: Readonly<Record<string, (rest: string) => Place>> = { 1: readForm1 };

/**
 * The place that a fragment names, with or without `#`.
 * @throws PermalinkError
 */
export function decodePlace(fragment: string): Place {
  let rest = fragment.replace(/^#/, '');
  const embed = rest === 'embed' || rest.startsWith('embed/');
  if (embed) rest = rest.slice(6);
  if (rest === '') return { ...START, view: embed ? 'lab' : 'home', embed };
  const found = /^(\d{1,6})\/(.*)$/s.exec(rest);
  if (found === null) throw new PermalinkError('form', rest.slice(0, 60));
  const read = READERS[found[1] as string];
  if (read === undefined) throw new PermalinkError('version', found[1] as string);
  return { ...read(found[2] as string), embed };
}

function readForm1(rest: string): Place {
  const at = rest.indexOf('?');
  const name = at < 0 ? rest : rest.slice(0, at);
  const query = new URLSearchParams(at < 0 ? '' : rest.slice(at + 1));
  let scenario: string;
  try {
    scenario = decodeURIComponent(name);
  } catch {
    throw new PermalinkError('form', name.slice(0, 60));
  }
  if (scenario !== '' && !/^[a-z0-9-]{1,60}$/.test(scenario))
    throw new PermalinkError('form', scenario.slice(0, 60));
  const lang = query.get('l');
  if (lang !== null && lang !== 'en' && lang !== 'zh') throw new PermalinkError('form', `l=${lang}`);
  const named = query.get('v') ?? 'lab';
  const view = VIEWS.find((one) => one === named);
  if (view === undefined) throw new PermalinkError('form', `v=${named}`);
  const edits = query.getAll('e');
  if (edits.length > MOST_EDITS) throw new PermalinkError('number', `e × ${edits.length}`);
  const rules = query.get('r');
  if (rules !== null && !/^[a-z0-9-]{1,60}$/.test(rules)) throw new PermalinkError('form', `r=${rules}`);
  return {
    view,
    scenario: scenario === '' ? null : scenario,
    edits,
    lang,
    cursor: numberOf(query, 'c', -1, 1e6),
    connection: numberOf(query, 'n', 0, 1e3) ?? 0,
    seed: numberOf(query, 's', 0, RUN_LIMITS.seed),
    mslMs: numberOf(query, 'm', 1, RUN_LIMITS.mslMs),
    delayMs: numberOf(query, 'd', 0, RUN_LIMITS.delayMs),
    rules,
    embed: false,
  };
}

function numberOf(query: URLSearchParams, name: string, low: number, high: number): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) throw new PermalinkError('number', `${name}=${text.slice(0, 30)}`);
  return value;
}

// `synfin claims`: what texts about TCP claim, what is true, and the run that decides it: a list, one claim
// with the deciding event marked in its ladder, or a check of all of them.

import {
  type Claim,
  ClaimError,
  checkClaim,
  claimContext,
  claims,
  forgottenBy,
  type Lang,
  scenarioNamed,
  type Trace,
} from '../lab/index.ts';
import { type Command, type Io, parseWhole, UsageError, type Values } from './command.ts';
import { claimsHelp } from './lab-help.ts';
import { t } from './messages.ts';
import { runCommandText } from './run-command.ts';
import { showOptions } from './run-options.ts';
import { Show, showOptionsOf } from './show.ts';
import { labelsOf } from './tui/labels.ts';

/** The options, as `util.parseArgs` wants them. */
export const claimsOptions = {
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  ...showOptions,
} as const;

/** Where and how a claim is decided, or why it is not. */
type Outcome =
  | { readonly shown: true; readonly trace: Trace; readonly event: number; readonly says: Claim['truth'] }
  | { readonly shown: false; readonly why: string };

function outcomeOf(claim: Claim): Outcome {
  try {
    return { shown: true, ...checkClaim(claim) };
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error;
    return { shown: false, why: error.message };
  }
}

/** Seconds of an event, and what it is. */
function place(trace: Trace, event: number, lang: Lang): { readonly t: string; readonly what: string } {
  return {
    t: ((trace.events[event]?.t ?? 0) / 1e6).toFixed(3),
    what: labelsOf(trace, lang, false)[event] ?? trace.events[event]?.kind ?? '',
  };
}

/** One claim: text, verdict, truth, and the ladder with the event that decides it. The exit code. */
export function showClaim(show: Show, claim: Claim, io: Io): number {
  const { lang } = io;
  const { number, truth, verdict, instead } = claim;
  const outcome = outcomeOf(claim);
  show.title(t(lang, 'claimTitle', { number, text: claim.claim[lang] }));
  const context = claimContext(number);
  if (context !== undefined) show.say('claimAbout', { text: context[lang] });
  show.say('claimVerdict', { verdict: t(lang, `verdict_${verdict}`), truth: truth[lang] });
  if (!outcome.shown) {
    io.stderr.write(`synfin claims: ${t(lang, 'claimNotShown', { number, why: outcome.why })}\n`);
    return 1;
  }
  const { trace, event, says } = outcome;
  show.say('claimShown', { ...place(trace, event, lang), says: says[lang] });
  const title = scenarioNamed(claim.scenario)?.title[lang] ?? '';
  show.lines('');
  show.text(`${runCommandText(claim)}: ${title}`);
  const forgotten = forgottenBy(trace);
  if (forgotten !== null) show.say('runNotReal', { text: forgotten.rule[lang], mutant: forgotten.id });
  if (instead !== undefined) show.say('claimInstead', { text: instead[lang] });
  show.lines('');
  show.ladder(trace, { event, text: says[lang] });
  return 0;
}

function wanted(positionals: readonly string[]): readonly Claim[] {
  if (positionals.length === 0) return claims;
  return positionals.map((text) => {
    const claim = claims.find(({ number }) => String(number) === text);
    if (claim === undefined) throw new UsageError('noClaim', { text, high: claims.at(-1)?.number ?? 0 });
    return claim;
  });
}

function list(show: Show, some: readonly Claim[], lang: Lang): void {
  for (const { number, claim, verdict, scenario } of some) {
    show.text(
      `${t(lang, 'claimRow', { verdict: t(lang, `verdict_${verdict}`), text: claim[lang], scenario })}`,
      `${String(number).padStart(3)}  `,
    );
  }
  const count = (verdict: Claim['verdict']): number =>
    some.filter((claim) => claim.verdict === verdict).length;
  show.lines('');
  show.say('claimTally', {
    all: some.length,
    true: count('true'),
    imprecise: count('imprecise'),
    wrong: count('wrong'),
    name: count('name'),
  });
  show.say('claimHint');
}

/** One line for every claim; the exit code: 0 only if every one is shown. */
function check(show: Show, some: readonly Claim[], io: Io): number {
  const { lang } = io;
  let shown = 0;
  for (const claim of some) {
    const outcome = outcomeOf(claim);
    const { number, scenario } = claim;
    if (!outcome.shown) {
      show.lines(t(lang, 'claimNotShown', { number, why: outcome.why }));
      continue;
    }
    shown++;
    const where = place(outcome.trace, outcome.event, lang);
    show.lines(t(lang, 'claimLine', { number, scenario, ...where, says: outcome.says[lang] }));
  }
  show.lines(t(lang, 'claimSummary', { shown, all: some.length }));
  return shown === some.length ? 0 : 1;
}

function json(some: readonly Claim[], checked: boolean, io: Io): number {
  let failed = false;
  const rows = some.map((claim) => {
    const { number, claim: text, seeds, verdict, truth, scenario, edits = [], rules = null } = claim;
    const row = { number, claim: text, seeds, verdict, truth, scenario, edits, rules };
    if (!checked) return row;
    const outcome = outcomeOf(claim);
    if (!outcome.shown) {
      failed = true;
      return { ...row, shown: false, why: outcome.why };
    }
    const { trace, event, says } = outcome;
    return { ...row, shown: true, event, t: trace.events[event]?.t ?? 0, says };
  });
  io.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  return failed ? 1 : 0;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  for (const text of positionals) parseWhole(text, t(io.lang, 'claimWord'), 1, claims.at(-1)?.number ?? 1);
  const some = wanted(positionals);
  const checked = values['check'] === true;
  if (values['json'] === true) return json(some, checked, io);
  const show = new Show(io, showOptionsOf(values, io));
  if (checked) return check(show, some, io);
  if (positionals.length === 0) {
    list(show, some, io.lang);
    return 0;
  }
  let code = 0;
  some.forEach((claim, i) => {
    if (i > 0) show.lines('');
    code = Math.max(code, showClaim(show, claim, io));
  });
  return code;
}

/** `synfin claims` */
export const claimsCommand: Command = { name: 'claims', usage: claimsHelp, options: claimsOptions, run };

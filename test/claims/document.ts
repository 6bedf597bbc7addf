// docs/claims.md and docs/claims.zh-CN.md: every claim with what is true and where it is seen, then the runs
// that show it as ladders.

import { type Claim, checkClaim, claims, forgottenBy, type Verdict } from '../../src/lab/claims/index.ts';
import { connectionName, LadderRows, TerminalLadder } from '../../src/lab/ladder/index.ts';
import { scenarioNamed } from '../../src/lab/scenarios/index.ts';
import type { Lang, Text } from '../../src/lab/text/index.ts';
import type { Trace } from '../../src/lab/trace.ts';

import { HELD_WORDS, heldAgainst, heldRow, localised } from './held.ts';

/** The pages by language. */
export const PAGES: Readonly<Record<Lang, string>> = { en: 'docs/claims.md', zh: 'docs/claims.zh-CN.md' };

/** The sign of a verdict. */
export const SIGNS: Readonly<Record<Verdict, string>> = { true: '✔', imprecise: '◐', wrong: '✘', name: '—' };

/** Columns of a ladder. */
const WIDTH = 104;

const GROUPS: readonly { readonly upTo: number; readonly title: Text }[] = [
  { upTo: 22, title: { en: 'Opening: the three segments', zh: '建立连接：三个报文段' } },
  { upTo: 42, title: { en: 'Why three', zh: '为什么是三次' } },
  { upTo: 66, title: { en: 'Closing: the four segments', zh: '关闭连接：四个报文段' } },
  {
    upTo: 90,
    title: {
      en: 'TIME-WAIT, three segments or four, states and names',
      zh: 'TIME-WAIT、三次还是四次、状态与名称',
    },
  },
];

const WORDS = {
  title: { en: 'Ninety claims about connecting and closing', zh: '关于三次握手与四次挥手的九十个说法' },
  other: { en: '[中文](claims.zh-CN.md)', zh: '[English](claims.md)' },
  intro: {
    en:
      'Five texts of the kind that people prepare for interviews with (numbered 0 to 4 here) make ninety claims about ' +
      'how TCP connects and closes. Each is held against RFC 9293, and decided by a run of the stack: the sentence ' +
      'after “seen” is made from that run’s own numbers, and the check fails when the run does not show it. Where a claim ' +
      'is about a TCP without some rule, it is shown by such a TCP; the run of the real one must not show it. Sequence ' +
      'numbers are counted from each end’s ISN. What is said of Linux was measured on Linux 6.18 over a wire of 10 ms, ' +
      'or is what its settings say.',
    zh:
      '五篇常见的面试资料（此处编号 0 至 4）对 TCP 建立和关闭连接共作了九十个说法。每个说法都对照 RFC 9293 核实，' +
      '并由协议栈实际运行一次来判定：“所见”一句由那次运行的实际数值写成，运行中看不到就判为不通过。' +
      '有的说法讲的是缺少某条规则的 TCP，就用这样的 TCP 来演示，而真正的 TCP 必须看不到这种现象。' +
      '序列号从各端的 ISN 算起。凡说到 Linux，均在 Linux 6.18、时延 10 ms 的链路上实测，或取自其参数的默认值。',
  },
  made: {
    en: 'This page is written by `npm run claims:docs`.',
    zh: '本页由 `npm run claims:docs` 生成。',
  },
  verdict: { en: 'Verdict', zh: '判定' },
  count: { en: 'Claims', zh: '个数' },
  true: { en: 'RFC 9293 agrees', zh: '与 RFC 9293 一致' },
  imprecise: { en: 'true, but imprecise or only under a condition', zh: '大体正确，但不准确，或有前提' },
  wrong: { en: 'wrong', zh: '错误' },
  wrongOnes: { en: 'The wrong ones', zh: '错误的说法' },
  precisely: { en: 'Precisely', zh: '准确地说' },
  seen: { en: 'Seen', zh: '所见' },
  without: {
    en: 'Not real TCP; the rule that it forgets',
    zh: '并非真正的 TCP，它不遵守的规则',
  },
  instead: { en: 'With the rule', zh: '遵守规则时' },
  texts: { en: 'Said by text ', zh: '出处：' },
  runs: { en: 'The runs', zh: '运行记录' },
  runsIntro: {
    en: 'A number before a segment is its number in the run; ◀ marks the event that decides a claim.',
    zh: '报文段前面的数字是它在这次运行中的编号；◀ 标出判定某个说法的事件。',
  },
  ladder: { en: 'The ladder', zh: '时序图' },
  decides: { en: 'decides', zh: '用于判定' },
  with: { en: 'with', zh: '改动' },
} as const satisfies Record<string, Text>;

/** A run, and the claims that it decides. */
interface Run {
  readonly anchor: string;
  readonly scenario: string;
  readonly edits: readonly string[];
  readonly trace: Trace;
  readonly decided: { readonly claim: Claim; readonly event: number; readonly says: Text }[];
}

/** Runs everything; a claim that is not shown throws. */
function runAll(): Run[] {
  const runs = new Map<string, Run>();
  for (const claim of claims) {
    const { trace, event, says } = checkClaim(claim);
    const edits = claim.edits ?? [];
    const { rules } = claim;
    const key = [claim.scenario, rules ?? '', ...edits].join('\n');
    const others = [...runs.values()].filter(
      (r) => r.scenario === claim.scenario && r.anchor !== `run-${r.scenario}`,
    ).length;
    const anchor = `run-${claim.scenario}${edits.length === 0 && rules === undefined ? '' : `-${others + 1}`}`;
    const run = runs.get(key) ?? { anchor, scenario: claim.scenario, edits, trace, decided: [] };
    runs.set(key, run);
    run.decided.push({ claim, event, says });
  }
  return [...runs.values()];
}

/** How many claims have a verdict; a wrong name counts as wrong. */
export function countOf(verdict: Verdict): number {
  const counted = (v: Verdict): Verdict => (v === 'name' ? 'wrong' : v);
  return claims.filter((claim) => counted(claim.verdict) === verdict).length;
}

/** Text between tags and emphasis marks stays text. */
function plain(text: string): string {
  return text.replace(/[<>]/g, (c) => (c === '<' ? '&lt;' : '&gt;')).replace(/[*|`]/g, '\\$&');
}

/** The lines of a run's ladder, with the numbers of segments before them, and of claims after. */
function ladder({ trace, decided }: Run, lang: Lang): string[] {
  const rows = LadderRows.of(trace, { lang });
  const { ends } = trace;
  const drawn = new TerminalLadder({
    ends,
    lang,
    width: WIDTH,
    ascii: false,
    colour: false,
    name: (connection) => connectionName(trace, connection),
  });
  const margin = '    ';
  const lines = drawn.head().map((line) => margin + line);
  for (const [at, event] of trace.events.entries()) {
    const here = decided.filter((d) => d.event === at).map((d) => d.claim.number);
    const mark = here.length === 0 ? '' : `  ◀ ${here.join(', ')}`;
    const made = rows.push(event);
    for (const row of made) {
      const number = row.kind === 'depart' ? `${row.id}`.padStart(3).padEnd(4) : margin;
      for (const [i, line] of drawn.row(row).entries()) {
        const last = row === made.at(-1) && i === 0;
        lines.push((i === 0 ? number : margin) + line + (last ? mark : ''));
      }
    }
  }
  return lines.map((line) => line.trimEnd());
}

/** That a run is not real TCP; nothing when it is. */
function without({ trace }: Run, lang: Lang): string[] {
  const mutant = forgottenBy(trace);
  const colon = lang === 'zh' ? '：' : ': ';
  return mutant === null ? [] : [`**${WORDS.without[lang]}**${colon}${plain(mutant.rule[lang])}`];
}

function claimText(claim: Claim, runs: readonly Run[], lang: Lang): string[] {
  const run = runs.find(({ decided }) => decided.some((d) => d.claim === claim)) as Run;
  const says = run.decided.find((d) => d.claim === claim)?.says as Text;
  const w = (key: keyof typeof WORDS): string => WORDS[key][lang];
  const [open, close, colon] = lang === 'zh' ? ['（', '）', '：'] : [' (', ')', ': '];
  const edits =
    run.edits.length === 0
      ? ''
      : `${lang === 'zh' ? '，' : ', '}${w('with')} ${run.edits.map((e) => `\`${e}\``).join(', ')}`;
  return [
    `#### ${claim.number} ${SIGNS[claim.verdict]} ${plain(claim.claim[lang])}`,
    '',
    `- **${w('precisely')}**${colon}${plain(claim.truth[lang])}`,
    ...without(run, lang).map((line) => `- ${line}`),
    `- **${w('seen')}**${open}[${run.scenario}](#${run.anchor})${edits}${close}${colon}${plain(says[lang])}`,
    ...(claim.instead === undefined ? [] : [`- **${w('instead')}**${colon}${plain(claim.instead[lang])}`]),
    `- ${w('texts')}${claim.seeds.join(lang === 'zh' ? '、' : ', ')}`,
    '',
  ];
}

function runText(run: Run, lang: Lang): string[] {
  const scenario = scenarioNamed(run.scenario);
  const w = (key: keyof typeof WORDS): string => WORDS[key][lang];
  const numbers = run.decided.map((d) => d.claim.number).join(', ');
  const edits = run.edits.map((edit) => `\`${edit}\``).join(', ');
  return [
    `<a id="${run.anchor}"></a>`,
    '',
    `### ${run.scenario}: ${plain(scenario?.title[lang] ?? '')}`,
    '',
    ...without(run, lang).flatMap((line) => [line, '']),
    ...(edits === '' ? [] : [`${w('with')} ${edits}`, '']),
    plain(scenario?.question[lang] ?? ''),
    '',
    `<details><summary>${w('ladder')}${lang === 'zh' ? `（${w('decides')} ${numbers}）` : ` (${w('decides')} ${numbers})`}</summary>`,
    '',
    '```text',
    ...ladder(run, lang),
    '```',
    '',
    '</details>',
    '',
  ];
}

/** The whole page in a language. */
export function documentOf(lang: Lang, runs: readonly Run[]): string {
  const w = (key: keyof typeof WORDS): string => WORDS[key][lang];
  const wrong = claims.filter(({ verdict }) => verdict === 'wrong' || verdict === 'name');
  const lines = [`# ${w('title')}`, '', w('other'), '', w('intro'), '', w('made'), ''];
  lines.push(`| | ${w('verdict')} | ${w('count')} |`, '|---|---|---:|');
  for (const verdict of ['true', 'imprecise', 'wrong'] as const)
    lines.push(
      `| ${SIGNS[verdict]}${verdict === 'wrong' ? ` ${SIGNS.name}` : ''} | ${w(verdict)} | ${countOf(verdict)} |`,
    );
  lines.push(
    `| | | ${claims.length} |`,
    '',
    `${w('wrongOnes')}${lang === 'zh' ? '：' : ': '}${wrong.map((c) => c.number).join(', ')}`,
    '',
  );
  lines.push(
    `## ${HELD_WORDS.title[lang]}`,
    '',
    HELD_WORDS.intro[lang],
    '',
    HELD_WORDS.head[lang],
    '|---:|---|---|---|---|---|',
  );
  for (const claim of claims) {
    const run = runs.find(({ decided }) => decided.some((d) => d.claim === claim)) as Run;
    const event = run.decided.find((d) => d.claim === claim)?.event as number;
    const row = heldRow(
      SIGNS[claim.verdict],
      plain(claim.claim[lang]),
      claim.number,
      heldAgainst(claim, run.trace, event),
    );
    lines.push(localised(row, lang));
  }
  lines.push('');
  let from = 1;
  for (const { upTo, title } of GROUPS) {
    lines.push(`## ${title[lang]}${lang === 'zh' ? `（${from}–${upTo}）` : ` (${from}–${upTo})`}`, '');
    for (const claim of claims)
      if (claim.number >= from && claim.number <= upTo) lines.push(...claimText(claim, runs, lang));
    from = upTo + 1;
  }
  lines.push(`## ${w('runs')}`, '', w('runsIntro'), '');
  for (const run of runs) lines.push(...runText(run, lang));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Both pages, by file name. */
export function documents(): Map<string, string> {
  const runs = runAll();
  return new Map((['en', 'zh'] as const).map((lang) => [PAGES[lang], documentOf(lang, runs)]));
}

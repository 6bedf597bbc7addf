// The pages of "why": each rule of TCP, where the proof fails without it, what happens then; and the proof itself.

import {
  counterexampleOf,
  PROPERTY_TEXTS,
  type WhyQuestion,
  whyQuestions,
} from '../../src/lab/check/why/index.ts';
import { type Lang, ladderTable, playScenario, type Scenario, type Trace } from '../../src/lab/index.ts';
import { mutantNamed } from '../../src/lab/mutants/index.ts';
import {
  type AskedRule,
  actionName,
  base,
  type Clause,
  clauseName,
  clausesOf,
  type Failure,
  failuresWithout,
  type Proven,
  type RemovedRule,
  removedRules,
  rulesAskedBy,
  sectionName,
  stepName,
  theories,
  unprovedText,
} from '../../src/lab/proof/index.ts';
import { both, html, ladder, list, paragraphs, prose } from './drawings.ts';
import type { SitePage } from './pages.ts';

/** A section with the name of its standard. */
function sectionText(section: string, lang: Lang): string {
  return sectionName(section.startsWith('RFC') ? section : `RFC 9293 ${section}`, lang);
}

const colon = (lang: Lang): string => (lang === 'en' ? ': ' : '：');

/** A page for each question. */
export function whyPages(): SitePage[] {
  return whyQuestions.map((question) => ({
    path: `why/${question.id}`,
    title: question.question,
    description: question.answer,
    picture: 'hs',
    live: `1/${question.id}?v=why`,
    body: (lang) => {
      const { rule, section } = mutantNamed(question.mutant);
      return (
        paragraphs(question.answer[lang]).replace('<p>', '<p class="lead">') +
        `<dl><dt>${lang === 'en' ? 'The rule' : '规则'}</dt><dd>${prose(rule[lang])} <small>${html(sectionText(section, lang))}</small></dd></dl>` +
        proofSays(question, lang) +
        counterexample(question, lang)
      );
    },
  }));
}

const PROOF = {
  title: both('The proof', '证明'),
  lead: both(
    'For any number of connections and packets, any loss, copies, order and delay. Without this rule it fails, and at its own step:',
    '对任意多个连接和报文段都成立，不论如何丢失、复制、乱序、延迟。去掉这条规则，证明恰好在它自己的步骤上失败：',
  ),
  breaks: both('Afterwards no longer true:', '此后不再成立：'),
} as const;

/** The steps that fail, each with the clauses that it breaks. */
function failing({ theory, rule }: AskedRule, lang: Lang): string {
  const steps = new Map<string, Failure[]>();
  for (const failure of failuresWithout({ theory, rule })) {
    const { name } = failure.action;
    steps.set(name, [...(steps.get(name) ?? []), failure]);
  }
  const items = [...steps].map(([name, failures]) => {
    const [{ action }] = failures as [Failure];
    const clauses = failures.map(
      ({ clause }) =>
        `<b>${html(clauseName(clause.name, lang))}</b>${colon(lang)}${prose(clause.says[lang])}`,
    );
    return (
      `<b>${html(actionName(name, lang))}</b> <small>${html(sectionText(action.section, lang))}</small><br>` +
      `${prose(action.says[lang])} ${html(PROOF.breaks[lang])}${list(clauses)}`
    );
  });
  return `<p>${prose(rule.rule[lang])} <small>synfin prove --theory ${theory.id} --without ${rule.id}</small></p>${list(items)}`;
}

/** Where the proof fails without the rules of a question; or what the proof does not speak of. */
function proofSays({ id, mutant }: WhyQuestion, lang: Lang): string {
  const asked = rulesAskedBy(id);
  const { property } = mutantNamed(mutant);
  const title = `<h2><a href="proof.html">${html(PROOF.title[lang])}</a></h2>`;
  if (asked.length === 0)
    return `${title}<p>${prose(unprovedText(property)[lang])}</p>${list([prose(`${property}${colon(lang)}${PROPERTY_TEXTS[property][lang]}`)])}`;
  return `${title}<p>${prose(PROOF.lead[lang])}</p>${asked.map((rule) => failing(rule, lang)).join('')}`;
}

/** A rule, and where the proof fails without it. */
function withoutRule({ rule, fails }: RemovedRule, lang: Lang): string {
  const holds = both(
    'The proof holds without it: it is for time, or against somebody who forges (see below).',
    '去掉它证明仍成立：它针对的是时间，或伪造报文段的人（见下文）。',
  );
  const steps = html(fails.map((step) => stepName(step, lang)).join(lang === 'en' ? '; ' : '；'));
  const where = fails.length === 0 ? holds[lang] : `${lang === 'en' ? 'Fails: ' : '失败之处：'}${steps}`;
  return `${prose(rule[lang])}<br><small>${where}</small>`;
}

/** What a theory beside the base takes for granted, claims, and does not do without. */
function furtherTheory(
  { theory, rules }: Proven,
  clauses: (of: readonly Clause[], lang: Lang) => string,
  lang: Lang,
): string {
  const own = clausesOf(theory).filter(
    (clause) => clause.neededFor === undefined && !clausesOf(base).includes(clause),
  );
  const granted = theory.assumes.filter(({ en }) => !base.assumes.some((text) => text.en === en));
  return (
    `<h3>${html(theory.title[lang])} <small>synfin prove --theory ${theory.id}</small></h3>` +
    (own.length === 0 ? '' : clauses(own, lang)) +
    list(granted.map((text) => prose(text[lang]))) +
    list(rules.map((rule) => withoutRule(rule, lang)))
  );
}

/** The rules proved for any number of connections: what is claimed, what it takes for granted, and what each rule is for. */
export function proofPage(): SitePage {
  const properties = clausesOf(base).filter(({ neededFor }) => neededFor === undefined);
  const helpers = clausesOf(base).filter(({ neededFor }) => neededFor !== undefined);
  const clauses = (of: readonly Clause[], lang: Lang): string =>
    `<dl>${of.map(({ name, says, holds }) => `<dt>${html(clauseName(name, lang))}</dt><dd>${prose(says[lang])}<br><code>${html(holds)}</code></dd>`).join('')}</dl>`;
  return {
    path: 'why/proof',
    title: both('TCP’s rules, proved for any number of connections', 'TCP 规则的证明：对任意多个连接都成立'),
    description: both(
      'What TCP’s rules for opening, stream, closing and resets guarantee, for any number of connections and packets, and which step of the proof fails without each rule.',
      'TCP 的建立、数据流、关闭与复位规则保证了什么：对任意多个连接和报文段都成立；以及去掉每条规则，证明在哪一步失败。',
    ),
    picture: 'hs',
    live: '1/three?v=why',
    body: (lang) => {
      const en = lang === 'en';
      return (
        `<p class="lead">${en ? 'The rules, as modelled, are safe for any number of connections and packets, any loss, copies, order and delay. A solver has checked that every clause holds in the beginning, and that every action keeps every clause. The engine is not proved: every step of it that the searches reach, and of real hosts in a million random steps, is a step of that model, or of the theories below that add to it.' : '按模型所写，这些规则对任意多个连接、任意多个报文段都是安全的，不论如何丢失、复制、乱序、延迟。求解器检验了：初始时每条断言成立，每个动作都保持每条断言。引擎本身没有被证明：搜索所及的引擎的每一步，以及真正的主机随机走出的一百万步，都是这个模型（或下文在它之上增加内容的理论）的若干步。'}</p>` +
        `<pre><code>npx synfin prove\nnpx synfin prove --without three\nnpx synfin why three --proof\nnpx synfin prove --bridge</code></pre>` +
        `<h2>${en ? 'What is claimed' : '结论'}</h2>${clauses(properties, lang)}` +
        `<h2>${en ? 'What is taken for granted' : '前提'}</h2>${list(base.assumes.map((text) => prose(text[lang])))}` +
        `<h2>${en ? 'Without a rule' : '去掉一条规则'}</h2>` +
        list(removedRules.map((rule) => withoutRule(rule, lang))) +
        `<h2>${en ? 'What makes it inductive' : '使归纳成立的断言'}</h2>${clauses(helpers, lang)}` +
        `<h2>${en ? 'Further theories' : '更多理论'}</h2>` +
        theories
          .slice(1)
          .map((proven) => furtherTheory(proven, clauses, lang))
          .join('')
      );
    },
  };
}

const NOT_REAL = both(
  'Not real TCP: both ends below run without the rule.',
  '并非真实的 TCP：下面两端都去掉了这条规则。',
);
const SEARCHED = both(
  ' A search of everything that two hosts and the network can do found this: there is no shorter way.',
  '搜索两台主机与网络的一切可能，得出这个反例：没有比它更短的。',
);
const TOLD = both(
  ' This is the way there that is usually told; a search of everything that two hosts and the network can do finds a shorter one.',
  '这是通常所讲的过程；搜索两台主机与网络的一切可能，还能找到更短的反例。',
);

interface Story {
  readonly scenario: Scenario;
  readonly trace: Trace;
}

const storiesFound = new Map<string, Story | null>();

/** The story of a question: searched for once, for both languages. */
function storyOf(question: WhyQuestion): Story | null {
  let found = storiesFound.get(question.id);
  if (found === undefined) {
    const scenario = counterexampleOf(question);
    found = scenario === null ? null : { scenario, trace: playScenario(scenario).trace };
    storiesFound.set(question.id, found);
  }
  return found;
}

const IN_WORDS = both('The same in words', '同一过程，逐行叙述');

/** A run in words, a row a line. */
function inWords(trace: Trace, lang: Lang): string {
  const { columns, rows } = ladderTable(trace, { lang });
  const [time, left, what, right] = columns.map(html);
  const state = (text: string, changed: boolean): string => (changed ? `<b>${html(text)}</b>` : html(text));
  return (
    `<div class="words"><table><thead><tr>${[time, what, left, right].map((one) => `<th scope="col">${one}</th>`).join('')}</tr></thead><tbody>` +
    rows
      .map(
        (row) =>
          `<tr><td>${row.time}</td><td>${html(row.what)}</td><td>${state(row.left, row.changed.left)}</td><td>${state(row.right, row.changed.right)}</td></tr>`,
      )
      .join('') +
    '</tbody></table></div>'
  );
}

/** What happens without the rule, in words and as a ladder: the shortest way there that the search finds, or the one that is told. */
function counterexample(question: WhyQuestion, lang: Lang): string {
  const found = storyOf(question);
  if (found === null) return '';
  const { scenario, trace } = found;
  return (
    `<h2>${lang === 'en' ? 'Without the rule' : '去掉这条规则'}</h2>` +
    `<p class="not-real">${html(NOT_REAL[lang])}${html((question.told === undefined ? SEARCHED : TOLD)[lang])}</p>` +
    `<h3>${prose(question.title[lang])}</h3>` +
    list(question.notice.map((one) => prose(one[lang]))) +
    ladder(trace, question.id, scenario.title[lang], lang) +
    `<h3>${html(IN_WORDS[lang])}</h3>${inWords(trace, lang)}`
  );
}

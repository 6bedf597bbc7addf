// docs/proof.md and docs/proof.zh-CN.md: what was searched, what holds, and for each rule what breaks without it.

import { readFileSync } from 'node:fs';
import {
  boundsText,
  type CheckReport,
  type ModelReport,
  type MutantReport,
  missingFacts,
  modelItems,
  mutantItems,
  searchModel,
  searchMutant,
  searchTla,
  sometimesOf,
} from '../../src/lab/check/battery/index.ts';
import { configNamed, PROPERTIES } from '../../src/lab/check/model/index.ts';
import {
  counterexampleOf,
  failureText,
  modelText,
  PROPERTY_TEXTS,
  whyQuestions,
} from '../../src/lab/check/why/index.ts';
import { plainLadder } from '../../src/lab/ladder/index.ts';
import { playScenario } from '../../src/lab/scenario/index.ts';
import type { Lang, Text } from '../../src/lab/text/index.ts';
import { proofChapter } from './chapter.ts';
import type { ProvedRun } from './proved.ts';

/** The pages by language. */
export const PAGES: Readonly<Record<Lang, string>> = { en: 'docs/proof.md', zh: 'docs/proof.zh-CN.md' };

/** Where the last full run is kept: its counts, and what was measured. */
export const FULL = new URL('full.json', import.meta.url);

/** A full run: `npm run proof -- --full` writes it. */
export interface FullRun {
  /** The day, and the machine. */
  readonly date: string;
  readonly machine: string;
  /** Transitions a second on one core and octets held for a state, over all models that were searched compactly. */
  readonly rate: number;
  readonly octets: number;
  /** What only the full battery searches. */
  readonly models: readonly ModelReport[];
}

/** Runs a check to its end. */
function done<T>(check: Generator<unknown, T>): T {
  for (;;) {
    const step = check.next();
    if (step.done === true) return step.value;
  }
}

/** The quick battery; without a clock, so that everything is the same on every run. */
export function quickRun(): CheckReport {
  return {
    tier: 'quick',
    tla: searchTla(),
    models: modelItems.filter(({ tier }) => tier === 'quick').map((item) => done(searchModel(item))),
    mutants: mutantItems.map((mutant) => done(searchMutant(mutant))),
  };
}

/** The models that only the full battery searches. */
export function fullRun(now: () => number): ModelReport[] {
  return modelItems.filter(({ tier }) => tier === 'full').map((item) => done(searchModel(item, { now })));
}

/** The full run that is kept. */
export function keptRun(): FullRun {
  return JSON.parse(readFileSync(FULL, 'utf8')) as FullRun;
}

const WORDS = {
  title: { en: 'What search and proof show of the engine and its rules', zh: '搜索与证明：引擎和规则' },
  other: { en: '[中文](proof.zh-CN.md)', zh: '[English](proof.md)' },
  intro: {
    en:
      'The models below are two hosts with the real engine (`src/tcp`, no other code), their programs, and a network ' +
      'that delays, loses, reorders and copies packets as it likes within the bounds that each model names. Everything ' +
      'that can happen within those bounds is searched, breadth first; after every transition all properties are looked ' +
      'at. “Exhausted” means that no state was left; counts are the same on every run and every machine. What is not ' +
      'searched: options other than MSS, more octets than the models write, and time other than that of the timers. ' +
      'A loss is a packet that never arrives; a fast network delivers before any timer fires or not at all, a slow one ' +
      'within one MSL. One assumption is a setting: R2 of a FIN lies below 2 MSL, so that TIME-WAIT is long enough ' +
      '(RFC 9293 section 3.6); the models `patient` and `closed-window` show what happens without it.',
    zh:
      '下面的模型由两台主机、它们的程序和一个网络组成。主机运行的就是真正的引擎（`src/tcp`，没有别的代码）；网络可以在各模型' +
      '给定的界限内任意延迟、丢失、乱序、复制报文段。界限之内可能发生的一切都按广度优先搜索，每次状态转移之后检查全部性质。' +
      '“已穷尽”表示没有剩下任何状态；计数在任何机器上、每次运行都相同。没有搜索的是：MSS 以外的选项、比模型所写更多的数据，' +
      '以及定时器以外的时间。丢失就是永远不到达；快网络在任何定时器超时之前送达，否则就不再送达；慢网络在 1 个 MSL 之内送达。' +
      '有一个假设写成了配置：FIN 的重传期限 R2 小于 2MSL，即 TIME-WAIT 足够长（RFC 9293 第 3.6 节）；' +
      '模型 `patient` 和 `closed-window` 展示了去掉这个假设会怎样。',
  },
  made: {
    en: 'What goes beyond bounds, a proof of the rules for any number of connections and packets, follows [below](#proved-for-any-number-of-connections-and-packets). This page is written by `npm run proof`; `synfin check` prints the same, and `synfin why` shows one rule at a time.',
    zh: '超出界限的部分，即对任意多个连接和报文段的证明，见[下文](#对任意多个连接和报文段的证明)。本页由 `npm run proof` 生成；`synfin check` 输出同样的内容，`synfin why` 每次展示一条规则。',
  },
  tla: { en: 'A model whose counts are known', zh: '计数已知的模型' },
  tlaText: {
    en:
      'The search itself is tested on the TLA+ model of RFC 9293 figure 5 by M. Kuppe (tlaplus/Examples, ' +
      '`specifications/tcp`), for which TLC counts 1182 distinct states, 6322 generated, depth 14. Found: {states}, ' +
      '{generated}, {depth}; its invariant and its temporal property hold.',
    zh:
      '搜索程序本身先用 M. Kuppe 为 RFC 9293 图 5 写的 TLA+ 模型（tlaplus/Examples 的 `specifications/tcp`）检验：TLC 的计数为不同状态 1182、' +
      '生成状态 6322、深度 14。这里得到 {states}、{generated}、{depth}；其不变式和时序性质都成立。',
  },
  models: { en: 'The engine as it is', zh: '未改动的引擎' },
  modelHead: {
    en: '| Model | Explores | Bounds | States | Transitions | Depth | Outcome | Fails by design |',
    zh: '| 模型 | 内容 | 界限 | 状态 | 转移 | 深度 | 结果 | 本该不成立的 |',
  },
  exhausted: { en: 'exhausted', zh: '已穷尽' },
  bounded: { en: 'complete below depth {depth}, not to the end', zh: '深度 {depth} 以内已穷尽，未到尽头' },
  byDesign: {
    en: 'Nothing but what the last column names is ever broken. What stands there is TCP as it is: nothing in it ends CLOSE-WAIT without CLOSE, or tells an idle end that its peer is gone.',
    zh: '除最后一列所列以外，没有任何性质被违反。那里列出的正是 TCP 本来的样子：程序不调用 CLOSE，就没有什么能结束 CLOSE-WAIT；空闲的一端也不会得知对方已经消失。',
  },
  live: {
    en: 'Liveness (what must always remain possible: that each state but those ends) is checked on the whole graph of the models marked ◆.',
    zh: '标有 ◆ 的模型还在整个状态图上检查了活性：除上述以外，每个状态总有可能结束。',
  },
  properties: { en: 'The properties', zh: '性质' },
  propertyHead: { en: '| Property | Says |', zh: '| 性质 | 内容 |' },
  coverage: { en: 'What was shown', zh: '覆盖' },
  coverageText: {
    en: 'Of {all} facts (the edges of the state machine and the reasons for discarding a segment) {seen} were shown in some model. Never: ',
    zh: '{all} 个事实（状态机的边、丢弃报文段的原因）中有 {seen} 个在某个模型里出现过。从未出现：',
  },
  missingText: {
    en: 'They need what no model has: a listener that is closed or turned around, SYN cookies, keep-alive, ICMP, timestamps, close() instead of shutdown(), more than a few octets out of order, or segments that no TCP sends.',
    zh: '它们需要模型里没有的东西：关闭监听或由监听转为主动打开、SYN cookie、保活、ICMP、时间戳、用 close() 代替 shutdown()、大量乱序的数据，或者任何 TCP 都不会发送的报文段。',
  },
  mutants: { en: 'Each rule removed', zh: '逐条去掉规则' },
  mutantsText: {
    en: 'The same engine with one rule replaced (two in the last). The shortest counterexample is found by search; then the ordinary simulator, with ordinary hosts, sockets and timers, repeats it segment for segment, and the property is decided once more on its trace.',
    zh: '同样的引擎，只替换一条规则（最后一行是两条）。最短的反例由搜索找到，再由普通模拟器（普通的主机、套接字和定时器）逐个报文段地重现，并在其记录上再次判定该性质。',
  },
  mutantHead: {
    en: '| `synfin why` | Rule removed | Section | Property that falls | Steps | States searched |',
    zh: '| `synfin why` | 去掉的规则 | 出处 | 被违反的性质 | 步数 | 搜索的状态 |',
  },
  stories: { en: 'The shortest stories', zh: '最短的过程' },
  measured: {
    en: 'Measured on {date}, {machine}: {rate} transitions a second on one core, {octets} octets held for each state.',
    zh: '{date} 实测（{machine}）：每个核每秒 {rate} 次转移，每个状态占用 {octets} 字节。',
  },
} as const satisfies Record<string, Text>;

function filled(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function modelRow(report: ModelReport, lang: Lang): string {
  const config = configNamed(report.id);
  const item = modelItems.find(({ id }) => id === report.id);
  const outcome =
    report.outcome === 'exhausted'
      ? WORDS.exhausted[lang]
      : filled(WORDS.bounded[lang], { depth: report.depthCompleted });
  const failed = [...report.broken, ...(report.liveness ?? [])].map((id) => failureText(id)[lang]);
  return `| ${[
    `${report.id}${item?.liveness === true ? ' ◆' : ''}`,
    modelText(config.id, config.about)[lang],
    boundsText(config)[lang],
    count(report.states),
    count(report.transitions),
    report.depth,
    outcome,
    failed.join(lang === 'zh' ? '；' : '; '),
  ].join(' | ')} |`;
}

/** The question about a mutant; none where its harm needs that another rule is missing, too. */
function questionOf(id: string) {
  return whyQuestions.find(({ mutant }) => mutant === id);
}

function mutantRow(report: MutantReport, lang: Lang): string {
  const mutant = mutantItems.find(({ id }) => id === report.id);
  const { section = '', rule } = mutant ?? {};
  const question = questionOf(report.id);
  return `| ${[
    question === undefined ? report.id : `[${question.id}](#why-${question.id})`,
    rule?.[lang] ?? '',
    section.startsWith('RFC') ? section : `RFC 9293 ${section}`,
    `${report.property}: ${PROPERTY_TEXTS[report.property][lang]}`,
    report.steps ?? '-',
    count(report.states),
  ].join(' | ')} |`;
}

function storyOf(report: MutantReport, lang: Lang): string[] {
  const question = questionOf(report.id);
  if (question === undefined) return [];
  const scenario = counterexampleOf(question);
  if (scenario === null) throw new Error(`${report.id} breaks nothing`);
  return [
    `<a id="why-${question.id}"></a>`,
    '',
    `### ${question.title[lang]}`,
    '',
    `**${question.question[lang]}** ${question.answer[lang]}`,
    '',
    '```text',
    ...plainLadder(playScenario(scenario).trace, { lang }).map((line) => line.trimEnd()),
    '```',
    '',
  ];
}

/** The pages, as they must be for what was found. */
export function documents(
  quick: CheckReport,
  full: FullRun,
  proved: ProvedRun,
): (readonly [name: string, text: string])[] {
  const order = new Map(modelItems.map(({ id }, i) => [id, i]));
  const models = [...quick.models, ...full.models].sort(
    (a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0),
  );
  const missing = missingFacts(models);
  const all = models[0]?.factsOfAll ?? 0;
  return (['en', 'zh'] as const).map((lang) => {
    const w = (key: keyof typeof WORDS, params = {}): string => filled(WORDS[key][lang], params);
    const { states, generated, depth } = quick.tla;
    const lines = [
      `# ${w('title')}`,
      '',
      w('other'),
      '',
      w('intro'),
      '',
      w('made'),
      '',
      w('measured', { ...full, rate: count(full.rate), octets: full.octets }),
      '',
      `## ${w('tla')}`,
      '',
      w('tlaText', { states, generated, depth }),
      '',
      `## ${w('models')}`,
      '',
      w('modelHead'),
      '|---|---|---|--:|--:|--:|---|---|',
      ...models.map((report) => modelRow(report, lang)),
      '',
      w('byDesign'),
      w('live'),
      '',
      `## ${w('properties')}`,
      '',
      w('propertyHead'),
      '|---|---|',
      ...PROPERTIES.map(({ id }) => `| ${id} | ${PROPERTY_TEXTS[id][lang]} |`),
      '',
      `## ${w('coverage')}`,
      '',
      ...sometimesOf(models).map(
        ({ text, missing: facts }) => `- ${facts.length === 0 ? '✔' : '✘'} ${text[lang]}`,
      ),
      '',
      `${w('coverageText', { all, seen: all - missing.length })}${missing.map((fact) => `\`${fact}\``).join(lang === 'zh' ? '、' : ', ')}${lang === 'zh' ? '。' : '.'}`,
      w('missingText'),
      '',
      `## ${w('mutants')}`,
      '',
      w('mutantsText'),
      '',
      w('mutantHead'),
      '|---|---|---|---|--:|--:|',
      ...quick.mutants.map((report) => mutantRow(report, lang)),
      '',
      ...proofChapter(proved, lang),
      `## ${w('stories')}`,
      '',
      ...quick.mutants.flatMap((report) => storyOf(report, lang)),
    ];
    return [PAGES[lang], `${lines.join('\n').trimEnd()}\n`] as const;
  });
}

// The proof of the rules, as docs/proof.md has it: the theorem, what it takes for granted, every clause and action, what
// fails without a rule, and what of the real engine was held against it.

import { configNamed, type ModelConfig } from '../../src/lab/check/model/index.ts';
import { modelText } from '../../src/lab/check/why/index.ts';
import { type BridgeReport, bridgeItems, hostsItems, walkConfigs } from '../../src/lab/proof/bridge/index.ts';
import {
  type Action,
  actionName,
  actionsOf,
  base,
  type Clause,
  clauseName,
  clausesOf,
  countOf,
  obligationsOf,
  type Proven,
  type RemovedRule,
  type Rigid,
  removedRules,
  type Sort,
  type StateFunction,
  sectionName,
  stateOf,
  stepName,
  theories,
} from '../../src/lab/proof/index.ts';
import { fill, type Lang, type Params, type Text } from '../../src/lab/text/index.ts';
import type { DatedReport, ProvedRun } from './proved.ts';
import { askFiles, SMT_COMMANDS, type SmtSolver, WRITE_FILES } from './smt-files.ts';

const WORDS = {
  title: { en: 'Proved for any number of connections and packets', zh: '对任意多个连接和报文段的证明' },
  theorem: {
    en:
      '**The rules, as modelled, are safe for any number of incarnations and packets, checked by independent solvers; ' +
      'every step of the engine that the searches reach is a step of that model.** The engine itself is not proved: the ' +
      'second half of the sentence is as strong as the searches, and as the words in which the engine’s state is put ' +
      '(`src/lab/proof/bridge/abstraction.ts`), which have to be believed.',
    zh:
      '**按模型所写，这些规则对任意多个化身、任意多个报文段都是安全的，由相互独立的求解器检验；搜索所及的引擎的每一步，' +
      '都是这个模型的若干步。** 引擎本身并没有被证明：后半句的分量取决于搜索的范围，也取决于把引擎的状态翻译成模型状态的那段代码' +
      '（`src/lab/proof/bridge/abstraction.ts`），它只能靠审阅来相信。',
  },
  method: {
    en:
      'The model is a transition system: two hosts, incarnations of one connection (an incarnation is one life of it at one host, ' +
      'from its OPEN, or from the SYN that a listener takes), and a network that keeps everything that was ever sent, so that ' +
      'loss, copies, order and delay are all in it. A sequence number is an ISS and an offset. ' +
      'The proof is by induction: every clause holds in the beginning, and every action keeps every clause, provided that ' +
      'all of them held before; and every action is possible, so that this is not a proof about nothing. All of it is ' +
      'in a logic in which such questions can be decided (EPR: no function leads back to incarnations, and no clause says that ' +
      'something exists, so that a counterexample never needs more things than the question names). `synfin prove` asks them, `synfin prove --smt2 DIR` writes ' +
      'them out for any other solver: {actions} actions, {properties} properties, {helpers} helper clauses, {obligations} obligations.',
    zh:
      '模型是一个状态转移系统：两台主机、同一连接的各个化身（一个化身，就是连接在一台主机上的一次生命，从调用 OPEN 或监听端接受 SYN 开始），' +
      '以及一个保留一切已发送报文段的网络，因此丢失、复制、乱序、延迟都在其中。' +
      '序列号由 ISS 和偏移组成。证明用归纳法：初始时每条断言成立；只要此前全部断言成立，每个动作都保持每条断言；并且每个动作都可能发生，' +
      '因此证明不是空话。一切都写在可判定的逻辑（EPR）中：没有函数回到化身，也没有断言说“存在”，所以反例所需的东西不会多于问题里提到的。`synfin prove` 逐一提问，`synfin prove --smt2 DIR` 把问题写成文件供其他求解器使用：' +
      '{actions} 个动作，{properties} 条性质，{helpers} 条辅助断言，{obligations} 个证明义务。',
  },
  solverHead: {
    en: '| Solver | Proved, of all theories | Seconds |',
    zh: '| 求解器 | 成立（所有理论合计） | 秒 |',
  },
  solverWhen: { en: 'On {date}, {machine}.', zh: '{date}，{machine}。' },
  files: {
    en: 'Anybody can ask without us. The files hold nothing but SMT-LIB; a comment before each question is the answer that it must have, and these loops print the files where a solver gives another one:',
    zh: '不借助这里的程序也能检验。文件里只有 SMT-LIB，每个问题前的注释是应有的答案；下面的循环会列出求解器给出不同答案的文件：',
  },
  filesAgree: {
    en: '- {solver}: {files} files, {questions} questions, every answer as it must be; the loop prints nothing.',
    zh: '- {solver}：{files} 个文件，{questions} 个问题，答案全部相符，循环什么也没有列出。',
  },
  filesDiffer: {
    en: '- {solver}: {files} files, {questions} questions; other answers in {differing}.',
    zh: '- {solver}：{files} 个文件，{questions} 个问题；答案不符的文件：{differing}。',
  },
  bridgeWhen: {
    en: 'Looked at on {date}{earlier}.',
    zh: '对照于 {date}{earlier}。',
  },
  bridgeEarlier: { en: ', but for {ids} on {date}', zh: '，但 {ids} 是在 {date}' },
  assumes: { en: 'What is taken for granted', zh: '前提' },
  properties: { en: 'What is claimed', zh: '结论' },
  clauseHead: { en: '| Property | Says | Formula |', zh: '| 性质 | 内容 | 公式 |' },
  helpers: { en: 'What makes it inductive', zh: '使归纳成立的断言' },
  helpersText: {
    en: 'Without any one of these the proof fails, at the step that the last column names (an action, and the clause that it no longer keeps), among others.',
    zh: '去掉其中任何一条，证明都会失败；最后一列是失败的步骤之一（动作，以及它不再保持的断言）。',
  },
  helperHead: {
    en: '| Clause | Says | Formula | Without it fails |',
    zh: '| 断言 | 内容 | 公式 | 去掉它则失败 |',
  },
  state: { en: 'The state', zh: '状态' },
  stateText: {
    en: 'Everything that a guard or a clause can speak of. A ghost is what no TCP can see: it is there for the clauses, and stands in no guard. What has no beginning never changes, or begins as anything.',
    zh: '前提和断言所能提到的一切。“旁观”的量是任何 TCP 都看不到的：它只供断言使用，不出现在任何前提中。没有初值的，要么永远不变，要么初值任意。',
  },
  stateHead: {
    en: '| Function | Its value | Begins as | Says |',
    zh: '| 函数 | 值 | 初值 | 内容 |',
  },
  ghost: { en: ' (ghost)', zh: '（旁观）' },
  axioms: { en: 'Always true of what never changes: {axioms}.', zh: '关于不变的量，始终成立：{axioms}。' },
  actions: { en: 'The actions', zh: '动作' },
  actionsText: {
    en: 'p, q, r are incarnations, x, y, z offsets, m, n numbers, g, h hosts; what is free in a guard is any of them. What a segment carries is iss(q) and irs(q) of its sender, with offsets; a receiver p never sees who q is.',
    zh: 'p、q、r 是化身，x、y、z 是偏移，m、n 是序列号的基数，g、h 是主机；前提中的自由变量可取任意值。报文段携带的是发送者的 iss(q)、irs(q) 与偏移；接收者 p 并不知道 q 是谁。',
  },
  removed: { en: 'Rules removed from the proof', zh: '从证明中去掉规则' },
  removedText: {
    en: 'Each fails at its own step. “Holds” means that this proof does not need the rule: what it is for, time or somebody who forges segments, is in a theory of its own below.',
    zh: '每条都恰好在自己的一步失败。“仍成立”表示证明不需要这条规则：它所防范的时间问题或伪造者，在下面另有理论。',
  },
  removedHead: {
    en: '| `synfin prove --without` | Rule | Section | Fails |',
    zh: '| `synfin prove --without` | 规则 | 出处 | 失败之处 |',
  },
  holds: { en: 'holds', zh: '仍成立' },
  more: { en: 'Further theories', zh: '更多理论' },
  moreText: {
    en: 'What the base theory leaves out is in theories beside it, each proved as a whole. Below is only what differs: what they take for granted instead or in addition, their own clauses and actions, and what fails without their rules. The engine is held against each of them, too.',
    zh: '基本理论没有包括的，由另外几个理论补上，每个都整体证明。下面只列出不同之处：它们改用或增加的前提、各自的断言和动作，以及去掉它们的规则时失败之处。引擎与其中每一个也都对照过。',
  },
  adds: {
    en: '`synfin prove --theory {id}`: {obligations} obligations. It adds to the base theory, all of whose properties still hold.',
    zh: '`synfin prove --theory {id}`：{obligations} 个证明义务。它在基本理论上增加内容，基本理论的全部性质仍然成立。',
  },
  stands: {
    en: '`synfin prove --theory {id}`: {obligations} obligations. It stands alone.',
    zh: '`synfin prove --theory {id}`：{obligations} 个证明义务。它自成一体。',
  },
  bridge: { en: 'The engine against the proof', zh: '引擎与证明的对照' },
  bridgeText: {
    en:
      'For every transition of a search the host that took it, the segment that arrived and those that were sent are put into ' +
      'the words of the theory, and steps of the theory are looked for that make the same of it: among those that the event ' +
      'allows, so that a segment never ends a connection without a word. Not looked at: `attacker` (a lucky guess of RCV.NXT ' +
      'is in no theory), `two-incarnations` and `old-duplicates` (nobody has seen their end), numbers that wrap around, and ' +
      'which octets text consists of. The random walks of the model have three incarnations, three octets each way, text out ' +
      'of order, copies, aborts and a crash. In the walks of hosts, two real hosts with all options on are on a simulated wire ' +
      'that loses, copies, delays and reorders segments, and connect again and again on the same ports; their steps are taken from ' +
      'what happens in the host while it processes a segment, a timer or a call. SYN cookies and Fast Open are there only, with ' +
      'the real cookies. `synfin prove --bridge` repeats it.',
    zh:
      '对搜索中的每一次转移，把发生转移的主机、到达的报文段和发出的报文段翻译成理论的说法，再寻找效果相同的若干步；只在该事件允许的动作中寻找，' +
      '因此一个报文段绝不能让连接不声不响地结束。没有对照的有：`attacker`（碰巧猜中 RCV.NXT，不在任何理论之内）、`two-incarnations` 和 ' +
      '`old-duplicates`（没有人见过它们的尽头）、序列号回绕，以及数据的具体内容。模型中的随机游走包含三个化身、每个方向三个字节、乱序的数据、复制、中止和一次崩溃。' +
      '主机的游走则是两台真正的主机，各种选项全开，处在会丢失、复制、延迟、打乱报文段的模拟网线两端，在同一对端口上反复连接；每一步取自主机处理报文段、' +
      '定时器或调用时发生的事情。SYN cookie 和 Fast Open 只出现在这里，用的是真正的 cookie。`synfin prove --bridge` 可以重做。',
  },
  bridgeTime: {
    en:
      'The theory of time is held against both hosts at once: there a connection is one thing. Where one is aborted, reset or ' +
      'given up, which it does not speak of, the search goes no further. A walk of hosts ends where something comes that the theory ' +
      'takes for impossible: a late copy of the ACK brings back a cookie whose connection has ended, or the ISN’s clock has moved ' +
      'so little that the numbers of two incarnations overlap. The column “outside” counts all of it.',
    zh:
      '时间理论同时与两台主机对照，因为在那里一个连接是一个整体。连接被中止、复位或放弃时（它不涉及这些），搜索就不再继续。主机的游走遇到理论' +
      '认为不可能的情形时结束：迟到的 ACK 副本带回连接已结束的 cookie，或 ISN 的时钟走得太少，两个化身的序列号重叠。“之外”一列是这些的次数。',
  },
  bridgeNever: {
    en:
      'Actions of the theories that nothing has shown: {never}. To an ACK of no cookie the host does not answer at all while cookies ' +
      'are out; a cookie whose time is over is simply no longer good; a RST in TIME-WAIT changes nothing, so that there is nothing to be seen.',
    zh:
      '各理论中从未出现的动作：{never}。有 cookie 未收回时，主机对不带 cookie 的 ACK 根本不应答；过期的 cookie 只是不再有效；' +
      'TIME-WAIT 中的 RST 什么也不改变，因此看不到。',
  },
  bridgeHead: {
    en: '| Theory | Model | Explores | States | Transitions | Different | Outside | Unexplained |',
    zh: '| 理论 | 模型 | 内容 | 状态 | 转移 | 不同的 | 之外 | 无法解释 |',
  },
  walked: { en: 'random walks', zh: '随机游走' },
  total: { en: 'together', zh: '合计' },
  mutantsText: {
    en: 'A TCP that forgets a rule must not be explained, else the model would allow anything; and it must be explained by the model without that rule. What forgets something about liveness, or how long something lasts, is explained: the model does not speak of that.',
    zh: '忘记一条规则的 TCP 必须无法解释，否则模型就什么都允许；而用去掉同一条规则的模型必须能够解释。忘记的若关乎活性或时长，则能够解释：模型不涉及这些。',
  },
  mutantHead: {
    en: '| Theory | Mutant | In | Unexplained | By the theory without | Unexplained |',
    zh: '| 理论 | 变异体 | 所在模型 | 无法解释 | 去掉规则的理论 | 无法解释 |',
  },
} as const satisfies Record<string, Text>;

/** What the sorts are called. */
const SORTS: Readonly<Record<Sort, Text>> = {
  incarnation: { en: 'incarnation', zh: '化身' },
  number: { en: 'number', zh: '序列号的基数' },
  offset: { en: 'offset', zh: '偏移' },
  octet: { en: 'octet', zh: '字节' },
  instant: { en: 'instant', zh: '时刻' },
  host: { en: 'host', zh: '主机' },
  state: { en: 'state', zh: '状态' },
  truth: { en: 'truth', zh: '真假' },
};

/** Models and walks of the bridge in Chinese; in English they say it themselves. */
const BRIDGED_ZH: Readonly<Record<string, string>> = {
  forgery: '一个连接，不传数据；不在路径上的人发来一个报文段：在连接之前、之中或之后。',
  forgeries: '同上，不在路径上的人发来两个报文段。',
  'forgery-active': '双方同时主动打开，其中一方写一个字节；不在路径上的人发来一个报文段。',
  'forgeries-alone': '一个监听端，不在路径上的人发来两个报文段；此外没有别人。',
  'detach-quiet': '一个连接，不传数据；两个程序随时可以关闭一个方向，也可以离开。任意丢失。',
  'detach-late': '客户端可能在服务器写一个字节时离开：数据到达时没有人会读。任意丢失。',
  detach: '一个连接，每个方向一个字节；两个程序随时可以关闭一个方向，也可以离开。任意丢失。',
  'detach-unread': '程序可能带着未读的数据离开；对端写一个字节。任意丢失，一次复制。',
  'time-wait-lossless': '同下，不丢失也不复制。',
  'time-wait':
    '一个连接结束之后再建立一个；客户端先关闭，服务器读到末尾之后关闭。报文段可存活至一个 MSL，可丢失一个、复制一个；FIN 在不到一个 MSL 之后放弃重传。',
  hosts: '一台主动打开的主机和一台监听的主机；双方写、关闭、中止。',
  'hosts-active': '两台主机都主动打开，也可能同时。',
  'hosts-detach': '应用程序关闭一个方向，或带着未读的数据关闭两个方向。',
  'hosts-cookies': '监听端用 cookie 应答每一个 SYN。',
  'hosts-fast': '数据随 SYN 一起发送，在握手完成之前就读取。',
};

/** A walk in Chinese; in English it says it itself. */
const WALKS_ZH: Readonly<Record<string, string>> = {
  walk: '一个客户端与一个监听端，三个化身，每个方向三个字节；一切都可能发生。',
  'walk-active': '双方都主动打开，各三次，各写三个字节；一切都可能发生。',
};

function walkText({ id, about }: ModelConfig): Text {
  return { en: about, zh: WALKS_ZH[id] ?? about };
}

const count = (n: number): string => n.toLocaleString('en-US');
const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${cell(text)}\``;
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** A name of the theories, and in Chinese what it is in the formal text. */
const named = (called: string, name: string): string => (called === name ? name : `${called}（${name}）`);

function sectionOf(section: string, lang: Lang): string {
  return sectionName(section.startsWith('RFC') ? section : `RFC 9293 ${section}`, lang);
}

function clauseRow({ name, says, holds, neededFor }: Clause, lang: Lang): string {
  const needed = neededFor === undefined ? [] : [cell(stepName(neededFor, lang))];
  return row(named(clauseName(name, lang), name), says[lang], code(holds), ...needed);
}

/** The functions of a state, and those that never change, as rows. */
function stateRows(functions: Readonly<Record<string, Rigid | StateFunction>>, lang: Lang): string[] {
  return Object.entries(functions).map(([name, each]) => {
    const letters = each.args.map((sort, i, all) =>
      variable(sort, all.slice(0, i).filter((s) => s === sort).length),
    );
    const { initial = null, ghost = false } = 'initial' in each ? each : {};
    return row(
      code(letters.length === 0 ? name : `${name}(${letters.join(', ')})`),
      SORTS[each.sort][lang],
      initial === null ? '' : code(initial),
      `${each.says[lang]}${ghost ? WORDS.ghost[lang] : ''}`,
    );
  });
}

/** The first letters of a sort, as the formulas have them. */
function variable(sort: Sort, i: number): string {
  return (
    (
      { incarnation: 'pqr', offset: 'xyz', number: 'nm', host: 'hg', instant: 'stu' } as Record<
        string,
        string
      >
    )[sort]?.[i] ?? '_'
  );
}

function actionText({ name, section, says, when, does }: Action, lang: Lang): string[] {
  return [
    `action ${named(actionName(name, lang), name)}    # ${sectionName(section, lang)}: ${says[lang]}`,
    ...when.map((text, i) => `  ${i === 0 ? 'when' : '   &'} ${text}`),
    ...does.map((text) => `    ${text}`),
    '',
  ];
}

function ruleRow({ id, rule, section, fails }: RemovedRule, lang: Lang): string {
  const failed = fails.map((step) => stepName(step, lang)).join(lang === 'zh' ? '；' : '; ');
  return row(id, rule[lang], sectionOf(section, lang), failed === '' ? WORDS.holds[lang] : failed);
}

function aboutOf(theory: string, id: string, lang: Lang): string {
  const about = BRIDGED_ZH[id];
  const own = [...bridgeItems, ...hostsItems].find(({ config }) => config.id === id)?.config.about ?? id;
  if (about !== undefined) return lang === 'zh' ? about : own;
  const config = walkConfigs.find((each) => each.id === id);
  if (config !== undefined) return walkText(config)[lang];
  if (theory !== 'base') throw new RangeError(`no Chinese text of ${id}`);
  return modelText(id, configNamed(id).about)[lang];
}

function bridgeRow(report: BridgeReport, lang: Lang): string {
  const { theory, id, outcome, states, transitions, questions, outside, unexplained } = report;
  const found = outcome === 'walked' ? WORDS.walked[lang] : count(states);
  const about = aboutOf(theory, id, lang);
  return row(theory, id, about, found, count(transitions), count(questions), count(outside), unexplained);
}

/** What a theory beside the base has of its own. */
function furtherTheory({ theory, rules }: Proven, lang: Lang): string[] {
  const alone = !actionsOf(theory).some((action) => actionsOf(base).includes(action));
  const params = { id: theory.id, obligations: countOf(obligationsOf(theory)) };
  const inBase = new Set(base.assumes.map(({ en }) => en));
  const clauses = clausesOf(theory).filter((clause) => !clausesOf(base).includes(clause));
  const properties = clauses.filter(({ neededFor }) => neededFor === undefined);
  const helpers = clauses.filter(({ neededFor }) => neededFor !== undefined);
  const known = { ...base.rigid, ...stateOf(base) };
  const own = Object.entries({ ...theory.rigid, ...stateOf(theory) }).filter(
    ([name, each]) => known[name] !== each,
  );
  const table = (head: 'clauseHead' | 'helperHead', rule: string, list: readonly Clause[]): string[] =>
    list.length === 0 ? [] : [WORDS[head][lang], rule, ...list.map((clause) => clauseRow(clause, lang)), ''];
  return [
    `#### ${theory.title[lang]}`,
    '',
    fill(WORDS[alone ? 'stands' : 'adds'][lang], params),
    '',
    ...theory.assumes.filter(({ en }) => !inBase.has(en)).map((text) => `- ${text[lang]}`),
    '',
    ...table('clauseHead', '|---|---|---|', properties),
    ...table('helperHead', '|---|---|---|---|', helpers),
    ...(own.length === 0
      ? []
      : [WORDS.stateHead[lang], '|---|---|---|---|', ...stateRows(Object.fromEntries(own), lang), '']),
    ...(theory.axioms === base.axioms
      ? []
      : [
          fill(WORDS.axioms[lang], { axioms: theory.axioms.map(code).join(lang === 'zh' ? '、' : ', ') }),
          '',
        ]),
    '```text',
    ...Object.entries(theory.definitions)
      .filter(([name, { body }]) => base.definitions[name]?.body !== body)
      .map(([name, { args, body }]) => `define ${name}(${args.join(', ')}) = ${body}\n`),
    ...actionsOf(theory)
      .filter((action) => !actionsOf(base).includes(action))
      .flatMap((action) => actionText(action, lang)),
    '```',
    '',
    WORDS.removedHead[lang],
    '|---|---|---|---|',
    ...rules.map((rule) => ruleRow(rule, lang)),
    '',
  ];
}

/** Which reports are of another day. */
function earlierThan(date: string, reports: readonly DatedReport[], lang: Lang): string {
  const days = [...new Set(reports.map((report) => report.date))].filter((day) => day !== date);
  return days
    .map((day) => {
      const ids = reports.filter((report) => report.date === day).map(({ id }) => `\`${id}\``);
      return fill(WORDS.bridgeEarlier[lang], { date: day, ids: ids.join(', ') });
    })
    .join('');
}

/** The chapter of the page. */
export function proofChapter({ date, machine, solvers, files, bridge }: ProvedRun, lang: Lang): string[] {
  const w = (key: keyof typeof WORDS, params: Params = {}): string => fill(WORDS[key][lang], params);
  const properties = clausesOf(base).filter(({ neededFor }) => neededFor === undefined);
  const helpers = clausesOf(base).filter(({ neededFor }) => neededFor !== undefined);
  const sum = (of: (report: BridgeReport) => number): string =>
    count(bridge.reports.reduce((n, report) => n + of(report), 0));
  return [
    `## ${w('title')}`,
    '',
    w('theorem'),
    '',
    w('method', {
      actions: actionsOf(base).length,
      properties: properties.length,
      helpers: helpers.length,
      obligations: countOf(obligationsOf(base)),
    }),
    '',
    w('solverHead'),
    '|---|--:|--:|',
    ...solvers.map(({ name, good, asked, seconds }) => row(name, `${good} / ${asked}`, seconds)),
    '',
    w('solverWhen', { date, machine }),
    '',
    w('files'),
    '',
    '```sh',
    WRITE_FILES,
    ...(Object.keys(SMT_COMMANDS) as SmtSolver[]).map(askFiles),
    '```',
    '',
    ...files.map((run, i) =>
      w(run.differing.length === 0 ? 'filesAgree' : 'filesDiffer', {
        solver: `${Object.keys(SMT_COMMANDS)[i]} ${run.version}`,
        files: run.files,
        questions: count(run.questions),
        differing: run.differing.join(', '),
      }),
    ),
    '',
    `### ${w('assumes')}`,
    '',
    ...base.assumes.map((text) => `- ${text[lang]}`),
    '',
    `### ${w('properties')}`,
    '',
    w('clauseHead'),
    '|---|---|---|',
    ...properties.map((clause) => clauseRow(clause, lang)),
    '',
    `### ${w('helpers')}`,
    '',
    w('helpersText'),
    '',
    w('helperHead'),
    '|---|---|---|---|',
    ...helpers.map((clause) => clauseRow(clause, lang)),
    '',
    `### ${w('state')}`,
    '',
    w('stateText'),
    '',
    w('stateHead'),
    '|---|---|---|---|',
    ...stateRows({ ...base.rigid, ...stateOf(base) }, lang),
    '',
    w('axioms', { axioms: base.axioms.map(code).join(lang === 'zh' ? '、' : ', ') }),
    '',
    `### ${w('actions')}`,
    '',
    w('actionsText'),
    '',
    '```text',
    ...Object.entries(base.definitions).map(
      ([name, { args, body }]) => `define ${name}(${args.join(', ')}) = ${body}`,
    ),
    '',
    ...actionsOf(base).flatMap((action) => actionText(action, lang)),
    '```',
    '',
    `### ${w('removed')}`,
    '',
    w('removedText'),
    '',
    w('removedHead'),
    '|---|---|---|---|',
    ...removedRules.map((rule) => ruleRow(rule, lang)),
    '',
    `### ${w('more')}`,
    '',
    w('moreText'),
    '',
    ...theories.slice(1).flatMap((proven) => furtherTheory(proven, lang)),
    `### ${w('bridge')}`,
    '',
    w('bridgeText'),
    '',
    w('bridgeTime'),
    '',
    w('bridgeNever', {
      never: bridge.never.map((name) => `“${actionName(name, lang)}”`).join(lang === 'zh' ? '、' : ', '),
    }),
    '',
    w('bridgeHead'),
    '|---|---|---|--:|--:|--:|--:|--:|',
    ...bridge.reports.map((report) => bridgeRow(report, lang)),
    row(
      w('total'),
      '',
      '',
      '',
      sum(({ transitions }) => transitions),
      sum(({ questions }) => questions),
      sum(({ outside }) => outside),
      sum(({ unexplained }) => unexplained),
    ),
    '',
    w('bridgeWhen', { date, earlier: earlierThan(date, bridge.reports, lang) }),
    '',
    w('mutantsText'),
    '',
    w('mutantHead'),
    '|---|---|---|--:|---|--:|',
    ...bridge.mutants.map(({ theory, mutant, config, rules, unexplained, without }) =>
      row(theory, mutant, config, unexplained, rules.join(', ') || '-', without ?? '-'),
    ),
    '',
  ];
}

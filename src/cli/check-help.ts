// The help of the checker's commands, `why` and `check`, in both languages.

import type { Lang } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';
import { showHelp } from './lab-help.ts';

const whyOptionsHelp: readonly OptionHelp[] = [
  { option: '--list', text: { en: 'every question', zh: '列出全部问题' } },
  {
    option: '--states N',
    text: {
      en: 'states that a search may store. Default: 3000000',
      zh: '每次搜索最多保存的状态数。默认：3000000',
    },
  },
  {
    option: '--json',
    text: {
      en: 'print what was found as one JSON document: counts, story, scenario',
      zh: '以一个 JSON 文档输出结果：计数、过程、场景',
    },
  },
  {
    option: '--svg FILE',
    text: { en: 'draw the ladder as SVG, too; -: on standard output', zh: '同时绘制为 SVG；- 表示标准输出' },
  },
  {
    option: '--pcap FILE',
    text: { en: 'record its packets as pcapng', zh: '把其中的数据包记录为 pcapng 文件' },
  },
  {
    option: '--proof',
    text: {
      en: 'where the proof of the rules fails without this one, too; with a solver (see synfin prove)',
      zh: '同时给出：去掉这条规则，规则的证明在哪里失败；需要求解器（见 synfin prove）',
    },
  },
  {
    option: '--solver NAME',
    text: {
      en: 'of --proof: wasm, z3 or cvc5. Default: wasm',
      zh: '--proof 用的求解器：wasm、z3 或 cvc5。默认：wasm',
    },
  },
  {
    option: '--tui',
    text: { en: 'look at it full-screen, step by step', zh: '全屏逐步查看' },
  },
  ...showHelp,
];

const WHY: Both = {
  en: `synfin why QUESTION [OPTIONS]

Why is a rule of TCP there? Searches everything that two hosts with the real
engine can do: with the rule, to the end; without it, until something breaks.
Then draws the shortest way to break it, which the simulator repeats.

Questions: {questions}.

Options:
{options}

Examples:
  synfin why three
  synfin why 2msl --explain
  synfin why --list

Exit codes: 0 as expected: the rule holds and without it something breaks, 1
not so, or a file cannot be written, 2 wrong arguments
`,
  zh: `synfin why 问题 [选项]

TCP 为什么要有某条规则？用真正的引擎搜索两台主机可能发生的一切：遵守规则时，
搜索到底；去掉规则时，直到出错为止。然后画出最短的出错过程，模拟器会照样重现。

问题：{questions}。

选项：
{options}

示例：
  synfin why 三次握手
  synfin why 2msl --explain
  synfin why --list

退出码：0 符合预期：遵守规则没有违反，去掉规则就会出错，1 不符合预期，或文件无法
写入，2 参数错误
`,
};

/** The help of `synfin why`. */
export function whyHelp(lang: Lang, questions: readonly string[]): string {
  return WHY[lang]
    .replace('{questions}', questions.join(', '))
    .replace('{options}', optionLines([...whyOptionsHelp, ...commonOptionsHelp], lang));
}

const checkOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--quick',
    text: {
      en: 'what can be searched to its end in a minute or two. Default',
      zh: '一两分钟内能够穷尽的部分。默认',
    },
  },
  {
    option: '--full',
    text: {
      en: 'the large models, too: two incarnations, losses, old duplicates',
      zh: '还包括大模型：两个化身、丢失、旧的副本',
    },
  },
  {
    option: '--jobs N',
    text: {
      en: 'threads for the large models. Default: as many as there are cores',
      zh: '大模型使用的线程数。默认：与核数相同',
    },
  },
  {
    option: '--states N',
    text: {
      en: 'states at which the search of a model ends. Default: no limit',
      zh: '单个模型最多保存的状态数。默认：不限',
    },
  },
  {
    option: '--memory MB',
    text: {
      en: 'megabytes that a search may hold. Default: 4000',
      zh: '单次搜索最多占用的兆字节数。默认：4000',
    },
  },
  {
    option: '--stories',
    text: { en: 'the shortest story of every counterexample', zh: '列出每个反例的最短过程' },
  },
  { option: '--json', text: { en: 'print the report as one JSON document', zh: '以一个 JSON 文档输出报告' } },
];

const CHECK: Both = {
  en: `synfin check [OPTIONS]

Checks the engine by exhaustive search: a TLA+ model whose counts are known,
bounded models of two hosts with everything that a network can do to them, and
for every rule a TCP without it, whose shortest counterexample must be found
and repeated by the simulator.

Options:
{options}

Exit codes: 0 everything is as expected, 1 not so, 2 wrong arguments
`,
  zh: `synfin check [选项]

用穷尽搜索检查引擎：一个计数已知的 TLA+ 模型；两台主机的各个有界模型，包括网络
可能造成的一切；以及去掉每一条规则后的 TCP，必须找到它的最短反例，并由模拟器
重现。

选项：
{options}

退出码：0 全部符合预期，1 不符合，2 参数错误
`,
};

/** The help of `synfin check`. */
export function checkHelp(lang: Lang): string {
  return CHECK[lang].replace('{options}', optionLines([...checkOptionsHelp, ...commonOptionsHelp], lang));
}

// The help of `synfin prove`, in both languages.

import { type Lang, wrapText } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';

const optionsHelp: readonly OptionHelp[] = [
  {
    option: '--solver NAME',
    text: {
      en: 'wasm: the package z3-solver; z3 or cvc5: the program of that name. Default: wasm',
      zh: 'wasm：npm 包 z3-solver；z3 或 cvc5：系统里的同名程序。默认：wasm',
    },
  },
  {
    option: '--limit STEPS',
    text: {
      en: 'steps of the solver for one question. Default: 20000000',
      zh: '求解器对每个问题最多走的步数。默认：20000000',
    },
  },
  {
    option: '--theory NAME',
    text: {
      en: 'base; the same with more: blind (an attacker off the path), half-close, cookies (SYN cookies), fast (Fast Open); or time (2 MSL). Default: base',
      zh: 'base；在其上增加：blind（不在路径上的攻击者）、half-close（半关闭）、cookies（SYN cookie）、fast（Fast Open）；或 time（2 MSL）。默认：base',
    },
  },
  {
    option: '--without RULE',
    text: {
      en: 'what fails without a rule of TCP; see below',
      zh: '去掉 TCP 的一条规则，看证明在哪里失败；规则见下',
    },
  },
  {
    option: '--smt2 DIR',
    text: {
      en: 'write the questions as SMT-LIB files for any solver, and ask none',
      zh: '把全部问题写成 SMT-LIB 文件，供任何求解器使用；本身不求解',
    },
  },
  {
    option: '--bridge',
    text: {
      en: 'ask no solver, but search the real engine: every transition must be steps of the theory of --theory (default: of each), and so must a million random ones in the model, and of real hosts on a simulated wire',
      zh: '不求解，改为搜索真正的引擎：每一次转移都必须是 --theory 所指理论（默认：每个理论）中的若干步；外加模型中、以及模拟网线上真正主机的随机转移各一百万次',
    },
  },
  {
    option: '--steps N',
    text: {
      en: 'so many of each in --bridge. Default: 1000000',
      zh: '--bridge 的随机转移各走 N 次。默认：1000000',
    },
  },
  { option: '--full', text: { en: 'the large models of --bridge, too', zh: '--bridge 也包括大模型' } },
  {
    option: '--json',
    text: { en: 'print what was found as one JSON document', zh: '以一个 JSON 文档输出结果' },
  },
];

const PROVE: Both = {
  en: `synfin prove [OPTIONS]

Proves that TCP's rules for opening, stream, closing and resets are safe, for
any number of connections and packets, any loss, copies, order and delay: in
the beginning every clause holds, and every action keeps every clause. It is a
proof of the rules as modelled (docs/proof.md), by a solver; how the engine is
held against them, step by step, shows --bridge.

Options:
{options}

{rules}

Examples:
  synfin prove
  synfin prove --solver cvc5
  synfin prove --without three

Exit codes: 0 proved (with --without: it fails where it must; with --bridge:
all is explained), 1 not so, no solver, or a file cannot be written, 2 wrong
arguments
`,
  zh: `synfin prove [选项]

证明 TCP 的建立、数据流、关闭与复位规则是安全的：不论有多少个连接和报文段，
也不论如何丢失、复制、乱序、延迟。初始时每条断言成立，每个动作都保持每条断言。
这是求解器对模型所写规则的证明（见 docs/proof.zh-CN.md）；引擎的每一步是否符合
这些规则，由 --bridge 检查。

选项：
{options}

{rules}

示例：
  synfin prove
  synfin prove --solver cvc5
  synfin prove --without three

退出码：0 已证明（用 --without 时：在应当失败的地方失败；用 --bridge 时：都能
解释），1 不是这样、没有求解器，或文件无法写入，2 参数错误
`,
};

/** The help of `synfin prove`. */
export function proveHelp(lang: Lang, rules: readonly string[]): string {
  const list = { en: `Rules: ${rules.join(', ')}.`, zh: `规则：${rules.join(', ')}。` };
  return PROVE[lang]
    .replace('{rules}', wrapText(list[lang], 80).join('\n'))
    .replace('{options}', optionLines([...optionsHelp, ...commonOptionsHelp], lang));
}

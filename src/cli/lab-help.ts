// The help of the lab's commands, `ask`, `claims` and `lab`, and of the options of a scenario, in both languages.

import type { Lang } from '../lab/text/index.ts';
import {
  type Both,
  commonOptionsHelp,
  ladderOptionsHelp,
  type OptionHelp,
  optionLines,
} from './help-lines.ts';

/** The options by which a scenario is changed. */
const changeOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--drop RULE',
    text: {
      en: "lose a segment: 'SYN+ACK#1', 'FIN#2 right->left', 'data#1-'; may be repeated, like the next four",
      zh: "丢弃报文段：'SYN+ACK#1'、'FIN#2 right->left'、'data#1-'；本项及以下四项均可重复",
    },
  },
  {
    option: '--delay-segment RULE',
    text: { en: "delay a segment: 'ACK#1 left->right 200ms'", zh: "延迟报文段：'ACK#1 left->right 200ms'" },
  },
  {
    option: '--dup RULE',
    text: { en: "send copies of a segment: 'FIN#1 x2'", zh: "复制报文段：'FIN#1 x2'" },
  },
  {
    option: '--corrupt RULE',
    text: { en: "damage a segment: 'any#2 left->right'", zh: "损坏报文段：'any#2 left->right'" },
  },
  {
    option: '--edit CHANGE',
    text: {
      en: "anything else: 'left close 300ms', 'inject right RST seq=rcv.nxt+5 120ms', 'right crash 1s', 'strip wscale', 'cut 100ms'",
      zh: "其他改动：'left close 300ms'、'inject right RST seq=rcv.nxt+5 120ms'、'right crash 1s'、'strip wscale'、'cut 100ms'",
    },
  },
  {
    option: '--seed N',
    text: {
      en: 'other initial sequence numbers and dice, 0 to 4294967295',
      zh: '换一组初始序列号和随机事件，0 到 4294967295',
    },
  },
  {
    option: '--rules ID',
    text: {
      en: 'both hosts run a TCP that forgets a rule: two-way-handshake, no-time-wait, fixed-isn… (a wrong ID names them all)',
      zh: '两端都运行少了一条规则的 TCP：two-way-handshake、no-time-wait、fixed-isn……（写错时会列出全部）',
    },
  },
];

const explainHelp: OptionHelp = {
  option: '--explain',
  text: { en: 'what happened and why, under every row', zh: '在每一行下面说明发生了什么、为什么' },
};

/** The options of `synfin run` that only a scenario has. */
export const scenarioOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--list',
    text: { en: 'all scenarios, by what they are about', zh: '按主题列出全部场景' },
  },
  ...changeOptionsHelp,
  explainHelp,
  {
    option: '--svg FILE',
    text: { en: 'draw the ladder as SVG, too; -: on standard output', zh: '同时绘制为 SVG；- 表示标准输出' },
  },
  {
    option: '--mermaid',
    text: {
      en: 'print it as a Mermaid diagram, for Markdown, instead',
      zh: '改为输出 Mermaid 图，可放入 Markdown',
    },
  },
  {
    option: '--plot',
    text: {
      en: 'plots instead of the ladder: congestion window, what is in flight, round-trip times, sequence numbers over time',
      zh: '不画梯形图而画曲线：拥塞窗口、在途数据、往返时间，以及随时间变化的序列号',
    },
  },
  {
    option: '--tui',
    text: {
      en: 'look at it full-screen, step by step; without a scenario: choose one',
      zh: '全屏逐步查看；不带场景时先选择',
    },
  },
];

export const showHelp: readonly OptionHelp[] = [explainHelp, ...ladderOptionsHelp];

const askOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--list',
    text: {
      en: 'the candidates only; without a text: every question there is',
      zh: '只列出候选；不带文字时列出所有问题',
    },
  },
  { option: '--json', text: { en: 'what was found, as JSON', zh: '以 JSON 输出找到的内容' } },
  ...showHelp,
];

const claimsOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--check',
    text: {
      en: 'run what decides each claim, one line each, and count those that are shown',
      zh: '逐条运行并验证，每条一行，最后统计',
    },
  },
  { option: '--json', text: { en: 'print one JSON document instead', zh: '改为输出一个 JSON 文档' } },
  ...showHelp,
];

const labOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--port N',
    text: { en: 'port, 0 for any that is free. Default: 9293', zh: '端口，0 表示任意空闲端口。默认：9293' },
  },
  {
    option: '--host HOST',
    text: {
      en: 'address to listen on. Default: 127.0.0.1, so that only this machine can see it',
      zh: '监听的地址。默认：127.0.0.1，仅本机可访问',
    },
  },
  { option: '--open', text: { en: 'start the browser, too', zh: '同时打开浏览器' } },
  ...changeOptionsHelp,
  {
    option: '--msl MS',
    text: { en: "maximum segment lifetime. Default: the scenario's", zh: '最长报文段寿命。默认由场景决定' },
  },
  {
    option: '--delay MS',
    text: {
      en: "how long the wire takes each way. Default: the scenario's",
      zh: '线路的单向时延。默认由场景决定',
    },
  },
];

const ASK: Both = {
  en: `synfin ask TEXT... [OPTIONS]

Finds what you mean, asked in English or Chinese, and answers in that
language: the short answer first, then more, then the run that shows it. Error
messages may be pasted. Where several answers are as good, they are named;
where none fits, it says so and names the nearest three.

Options:
{options}

Examples:
  synfin ask third ACK lost
  synfin ask "why 2MSL?"
  synfin ask 第三次握手丢了会怎样

Exit codes: 0 answered, or candidates named, 1 no answer, 2 wrong arguments
`,
  zh: `synfin ask 文字... [选项]

用中文或英文提问，就用那种语言回答：先是简短的回答，再展开说明，最后是证明它
的运行。可以直接粘贴报错信息。几个答案同样合适时列出候选；没有合适的答案时如实
说明，并列出最接近的三个。

选项：
{options}

示例：
  synfin ask third ACK lost
  synfin ask 为什么要等 2MSL
  synfin ask 第三次握手丢了会怎样

退出码：0 已回答或列出候选，1 没有答案，2 参数错误
`,
};

const CLAIMS: Both = {
  en: `synfin claims [N...] [OPTIONS]

What texts about TCP say on opening and closing a connection, each with the
verdict of RFC 9293 and the precise statement. With numbers: runs what decides
those claims, and marks the deciding event in the ladder.

Options:
{options}

Examples:
  synfin claims                                all of them
  synfin claims 22                             when is the server ESTABLISHED?
  synfin claims --check

Exit codes: 0 done, and all that were run are shown, 1 one was not shown, 2
wrong arguments
`,
  zh: `synfin claims [编号...] [选项]

教材和文章对建立、关闭连接的种种说法，每条都附上 RFC 9293 的结论和准确的表述。
给出编号时，运行决定这些说法的场景，并在图中标出起决定作用的事件。

选项：
{options}

示例：
  synfin claims                                全部
  synfin claims 22                             服务器何时进入 ESTABLISHED？
  synfin claims --check

退出码：0 完成，且运行过的说法都得到验证，1 有一条没有得到验证，2 参数错误
`,
};

const LAB: Both = {
  en: `synfin lab [SCENARIO | FILE] [OPTIONS]

Serves the lab's page on this machine, prints its address, and goes on until
Ctrl-C. With a scenario the address is a link to it, with its changes; with a
file the page opens that: a trace (.json) or a capture (.pcapng, .pcap, packed
or not). The page loads nothing from anywhere else.

Options:
{options}

Examples:
  synfin lab --open
  synfin lab ack3-lost --drop 'SYN+ACK#2'
  synfin lab packets.pcapng --open

Exit codes: 0 ended by a signal, 1 the page is not built, the file cannot be
read or the port is taken, 2 wrong arguments
`,
  zh: `synfin lab [场景 | 文件] [选项]

在本机提供网页版实验室，显示它的地址，直到按下 Ctrl-C。给出场景时，地址就是指向
该场景及其改动的链接；给出文件时，页面会打开它：记录（.json）或抓包（.pcapng、
.pcap，可以是压缩的）。页面不会从别处加载任何内容。

选项：
{options}

示例：
  synfin lab --open
  synfin lab ack3-lost --drop 'SYN+ACK#2'
  synfin lab packets.pcapng --open

退出码：0 被信号结束，1 页面尚未构建、文件无法读取或端口被占用，2 参数错误
`,
};

function filled(text: Both, options: readonly OptionHelp[], lang: Lang): string {
  return text[lang].replace('{options}', optionLines([...options, ...commonOptionsHelp], lang));
}

/** The help of `synfin ask`. */
export function askHelp(lang: Lang): string {
  return filled(ASK, askOptionsHelp, lang);
}

/** The help of `synfin claims`. */
export function claimsHelp(lang: Lang): string {
  return filled(CLAIMS, claimsOptionsHelp, lang);
}

/** The help of `synfin lab`. */
export function labHelp(lang: Lang): string {
  return filled(LAB, labOptionsHelp, lang);
}

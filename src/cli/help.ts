// The help of `synfin`, of `synfin run` and of `synfin drill`, complete and in both languages. Texts of options
// stand beside their names; tests compare them with what is parsed.

import type { Lang } from '../lab/text/index.ts';
import {
  type Both,
  commonOptionsHelp,
  ladderOptionsHelp,
  type OptionHelp,
  optionLines,
} from './help-lines.ts';
import { scenarioOptionsHelp } from './lab-help.ts';

/** Options of a run without a scenario. */
const connectionOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--close WHO',
    text: {
      en: 'who closes first: active (synfin does), passive (the peer does), or simultaneous (both at once, through CLOSING). Default: active',
      zh: '谁先关闭：active（synfin 先）、passive（对端先）或 simultaneous（两端同时，经过 CLOSING）。默认：active',
    },
  },
];

/** Options of a run with and without a scenario. */
const bothOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--peer kernel|synfin',
    text: {
      en: "the other end: this machine's kernel, or a second synfin in virtual time. Default: the kernel, and synfin where TUN or network namespaces are not to be had",
      zh: '对端：本机内核，或虚拟时间中的另一个 synfin。默认：内核；若无法使用 TUN 或网络命名空间，则为 synfin。场景：synfin；kernel 表示以真实时间运行，最多 5 秒',
    },
  },
  {
    option: '--msl MS',
    text: {
      en: 'maximum segment lifetime, 1 to 120000; TIME-WAIT lasts twice as long. Default: 250, so that you need not wait for 4 minutes. Of a scenario: 1 to 3600000, or with a unit (30s); default: its own',
      zh: '最长报文段寿命（MSL），1 到 120000 毫秒；TIME-WAIT 为其两倍。默认：250，免得等 4 分钟。场景：1 到 3600000，或带单位（30s）；默认由场景决定',
    },
  },
  {
    option: '--delay MS',
    text: {
      en: 'how long the wire takes each way, 5 to 400. Default: 40. Of a scenario: 0 to 60000, or with a unit; default: its own',
      zh: '线路的单向时延，5 到 400 毫秒。默认：40。场景：0 到 60000，或带单位；默认由场景决定',
    },
  },
  {
    option: '--pcap FILE',
    text: {
      en: 'record the packets as pcapng, with the states of both ends as comments',
      zh: '把数据包记录为 pcapng 文件，两端状态写在注释里',
    },
  },
  {
    option: '--json',
    text: { en: 'print the trace as one JSON document instead', zh: '改为输出 JSON 格式的轨迹' },
  },
  ...ladderOptionsHelp,
];

const drillOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--target WHO',
    text: {
      en: 'whose TCP is tested: synfin (in virtual time), tun (synfin behind a TUN device, in real time), or kernel (the Linux kernel of this machine, in real time). Default: synfin',
      zh: '被测的 TCP：synfin（虚拟时间）、tun（TUN 设备之后的 synfin，真实时间）或 kernel（本机 Linux 内核，真实时间）。默认：synfin',
    },
  },
  {
    option: '--profile linux|freebsd|rfc',
    text: {
      en: 'the system that the scripts were written for. Default: linux',
      zh: '脚本针对的系统。默认：linux',
    },
  },
  {
    option: '--define SYM=VAL',
    text: {
      en: 'what the word SYM stands for in the scripts; may be repeated',
      zh: '脚本中 SYM 一词的含义，可重复',
    },
  },
  {
    option: '--tolerance-usecs N',
    text: {
      en: "by how much times may differ, in microseconds; a script's own line wins. Default: 4000",
      zh: '允许的时间误差（微秒）；脚本自己的设置优先。默认：4000',
    },
  },
  {
    option: '--verbose',
    text: {
      en: 'the packets and the notes of every script, not only of those that fail',
      zh: '显示所有脚本的数据包和说明，而不只是失败的',
    },
  },
  {
    option: '--json',
    text: { en: 'print one JSON document instead', zh: '改为输出一个 JSON 文档' },
  },
];

const versionHelp: OptionHelp = { option: '--version', text: { en: 'the version', zh: '显示版本' } };

const RUN: Both = {
  en: `synfin run [OPTIONS]
synfin run SCENARIO [OPTIONS]
synfin run --list

Without a scenario: plays one whole TCP connection and draws it while it
happens: handshake, data both ways, close, TIME-WAIT, with the states of both
ends beside every segment. The peer is the kernel of this machine, in a network
namespace of its own: nothing of the machine's network is touched.

With a scenario: runs that experiment on two simulated hosts in virtual time,
with your changes, and explains it. Same scenario, changes and seed: same run.

Options of both:
{both}

Options without a scenario:
{options}

Options of a scenario:
{scenario}

Examples:
  synfin run                                   synfin closes first
  synfin run --close simultaneous              both FINs cross
  synfin run --pcap run.pcapng                 then open it in Wireshark
  synfin run ack3-lost --explain               why, under every row
  synfin run hs --drop 'SYN+ACK#1'             what if that were lost?
  synfin run hs --edit 'inject right RST seq=rcv.nxt+5 120ms'

Exit codes: 0 both ends passed the expected states and all data arrived, or the
scenario was run; 1 they did not, or the run was not possible, a change matched
nothing, or a file could not be written; 2 wrong arguments, 130 interrupted, 141
the output was closed, 143 terminated
`,
  zh: `synfin run [选项]
synfin run 场景 [选项]
synfin run --list

不带场景：完整地演示一个 TCP 连接，边发生边绘制：三次握手、双向数据、四次挥手、
TIME-WAIT，每个报文段旁边都有两端的状态。对端是本机内核，运行在独立的网络
命名空间中，不影响本机网络。

带场景：在虚拟时间中的两台模拟主机上运行这个实验，加上您的改动，并给出解释。
场景、改动和随机种子相同，运行结果就相同。

两者通用的选项：
{both}

不带场景时的选项：
{options}

场景的选项：
{scenario}

示例：
  synfin run                                   synfin 先关闭
  synfin run --close simultaneous              两个 FIN 交错
  synfin run --pcap run.pcapng                 之后可用 Wireshark 打开
  synfin run ack3-lost --explain               每一行下面都说明原因
  synfin run hs --drop 'SYN+ACK#1'             如果它丢了会怎样？
  synfin run hs --edit 'inject right RST seq=rcv.nxt+5 120ms'

退出码：0 两端经过了预期的状态且数据全部到达，或场景已运行；
1 没有，或无法运行，或某处改动没有匹配，或文件无法写入；
2 参数错误，130 被中断，141 输出被关闭，143 被终止
`,
};

const DRILL: Both = {
  en: `synfin drill FILE|DIRECTORY... [OPTIONS]

Runs packetdrill scripts and judges every packet and system call in them; in
directories, every *.pkt. In real time every script has a network namespace of
its own: nothing of the machine's network is touched, and what fails by its
times alone is run up to three times. Scripts run no shell: of their commands
sysctl has an effect, what ends, counts or signs connections (tcpdrop, sockstat,
setkey) and, against the kernel, what tc, ip and ethtool do to the device of
that namespace. What nstat would judge is reported as not judged.

Options:
{options}

Examples:
  synfin drill handshake.pkt
  synfin drill scripts --target kernel --tolerance-usecs 10000

Exit codes: 0 no script failed, 1 some did or there is no TUN, 2 wrong arguments
`,
  zh: `synfin drill 文件|目录... [选项]

运行 packetdrill 脚本，检查其中的每个数据包和系统调用；目录中运行所有 *.pkt。
真实时间下，每个脚本在独立的网络命名空间中运行，不影响本机网络；
仅因时间不符而失败的脚本最多运行三次。
脚本不会执行 shell：其中有作用的命令是 sysctl，以及结束连接、统计连接和设置签名
密钥的 tcpdrop、sockstat、setkey；对内核运行时，还有 tc、ip 和 ethtool 对该命名
空间设备的操作。用 nstat 检查的内容会报告为“未检查”。

选项：
{options}

示例：
  synfin drill handshake.pkt
  synfin drill scripts --target kernel --tolerance-usecs 10000

退出码：0 没有失败的脚本，1 有失败的脚本或无法使用 TUN，2 参数错误
`,
};

const MAIN: Both = {
  en: `synfin COMMAND [OPTIONS]

TCP in TypeScript: build on it, watch it, break it.

Commands:
  run        one whole connection, drawn while it happens; or a scenario
  serve      services on a TUN interface: http, echo, discard, chargen
  connect    standard input and output through a connection, on a TUN interface
  exec       a command in a namespace, on synfin or with synfin as its peer
  register   what "node --import synfin/register" redirects, and what it cannot
  gateway    a network for virtual machines, without root
  sim        a scenario of real Node programs for many seeds, with faults
  drill      packetdrill scripts (*.pkt) against synfin or the Linux kernel
  ask        a question in your words, answered by a run
  claims     what texts say about TCP, what is true, and the run that shows it
  why        why a rule of TCP is there, found by search with it and without it
  check      every rule and every model so, with a report
  prove      the rules themselves, proved for any number of connections
  read       captures of the wire: what is wrong with their connections
  doctor     the sockets of a host: what is wrong with them, and who holds them
  query      SQL over tables that read wrote
  mcp        the same for assistants: a server of the Model Context Protocol
  runbook    a symptom of a machine: what it means, what shows it, what helps
  interview  what interviewers ask, the answers, and what you should hear again
  lab        the lab as a web page, served on this machine

Options:
{options}

"synfin COMMAND --help" says more.

Examples:
  synfin run
  synfin run --help
  synfin run --close passive --lang zh
  synfin run ack3-lost

Exit codes: 0 done, 1 it failed, 2 wrong arguments; each command has more
`,
  zh: `synfin 命令 [选项]

用 TypeScript 写的 TCP：用它构建、观察它、打破它。

命令：
  run        完整的一个连接，边发生边绘制；或一个场景
  serve      在 TUN 接口上提供服务：http、echo、discard、chargen
  connect    在 TUN 接口上把标准输入输出接到一个连接
  exec       在命名空间中运行命令，使用 synfin 或以其为对端
  register   “node --import synfin/register” 重定向什么、不能重定向什么
  gateway    给虚拟机的网络，不需要 root
  sim        用许多种子运行真实 Node 程序的场景，带有故障
  drill      用 packetdrill 脚本（*.pkt）测试 synfin 或 Linux 内核
  ask        用自己的话提问，由一次运行来回答：synfin ask "第三次握手丢了"
  claims     关于 TCP 的种种说法、事实如何，以及证明它的运行
  why        TCP 为什么要有某条规则：遵守它和去掉它，各做一次穷尽搜索
  check      对所有规则和模型都如此检查，并给出报告
  prove      用求解器证明规则本身：对任意多个连接都成立
  read       读抓包文件：其中的连接出了什么问题
  doctor     主机上的套接字：连接出了什么问题，是谁的
  query      用 SQL 查询 read 写出的表
  mcp        供 AI 助手使用：MCP 服务器
  runbook    机器上的一种症状：含义、怎样查看、怎样处理
  interview  面试题、答案，答得不好的再问
  lab        网页版实验室，在本机提供

选项：
{options}

“synfin 命令 --help” 有更多说明。

示例：
  synfin run
  synfin run --help
  synfin run --close passive --lang zh
  synfin run ack3-lost

退出码：0 成功，1 失败，2 参数错误；各命令另有说明
`,
};

/** The help of `synfin run`. */
export function runHelp(lang: Lang): string {
  return RUN[lang]
    .replace('{both}', optionLines([...bothOptionsHelp, ...commonOptionsHelp], lang))
    .replace('{options}', optionLines(connectionOptionsHelp, lang))
    .replace('{scenario}', optionLines(scenarioOptionsHelp, lang));
}

/** The help of `synfin`. */
export function mainHelp(lang: Lang): string {
  return MAIN[lang].replace('{options}', optionLines([...commonOptionsHelp, versionHelp], lang));
}

/** The help of `synfin drill`. */
export function drillHelp(lang: Lang): string {
  return DRILL[lang].replace('{options}', optionLines([...drillOptionsHelp, ...commonOptionsHelp], lang));
}

// Every text that the command line shows, in its languages. `{name}` is replaced by a parameter.

import { fill, type Lang, type Params, printable } from '../lab/text/index.ts';
import { checkMessages } from './check-messages.ts';
import { doctorMessages } from './doctor-messages.ts';
import { gatewayMessages } from './gateway-messages.ts';
import { guideMessages } from './guide-messages.ts';
import { labMessages } from './lab-messages.ts';
import { mcpMessages } from './mcp-messages.ts';
import { proveMessages } from './prove-messages.ts';
import { readMessages } from './read-messages.ts';
import { simMessages } from './sim-messages.ts';

/** The texts by key. */
export const messages = {
  needsOption: { en: '{option} is needed', zh: '缺少 {option}' },
  notWhole: {
    en: '{what} must be a whole number from {low} to {high}, not "{text}"',
    zh: '{what} 必须是 {low} 到 {high} 的整数，而不是 "{text}"',
  },
  notProbability: {
    en: '{what} must be a probability such as 0.02 or 2%, not "{text}"',
    zh: '{what} 必须是概率，例如 0.02 或 2%，而不是 "{text}"',
  },
  notMilliseconds: {
    en: '{what} must be milliseconds from 0 to 3600000, not "{text}"',
    zh: '{what} 必须是 0 到 3600000 之间的毫秒数，而不是 "{text}"',
  },
  notAddress: { en: '{what}: "{text}" is not an IP address', zh: '{what}：“{text}” 不是 IP 地址' },
  notCidr: {
    en: '{what}: "{text}" is not an address with a prefix length, like 10.0.0.2/24',
    zh: '{what}：“{text}” 不是带前缀长度的地址，例如 10.0.0.2/24',
  },
  // TUN, serve, connect.
  badTunName: {
    en: '--tun: "{text}" is not an interface name (1 to 15 characters, no space, no slash)',
    zh: '--tun：“{text}” 不是接口名（1 到 15 个字符，不含空格和斜杠）',
  },
  peersDoNotMatch: {
    en: 'every --peer ({peers}) must be another address in the network of an --address ({addresses}), and every --address needs one',
    zh: '每个 --peer（{peers}）必须是某个 --address（{addresses}）所在网络中的另一个地址，并且每个 --address 都要有对应的 --peer',
  },
  tooManyArguments: { en: 'too many arguments: {text}', zh: '多余的参数：{text}' },
  portTwice: { en: 'two services cannot have the same port {port}', zh: '两个服务不能使用同一端口 {port}' },
  nothingToServe: {
    en: 'nothing to serve: give --http, --echo, --discard or --chargen with a port',
    zh: '没有要提供的服务：请用 --http、--echo、--discard 或 --chargen 指定端口',
  },
  noSuchDirectory: { en: '--dir: there is no directory "{text}"', zh: '--dir：没有目录 “{text}”' },
  connectNeeds: { en: 'connect needs an address and a port', zh: 'connect 需要一个地址和一个端口' },
  ladderNeedsPeer: {
    en: '--ladder shows the states of both ends: {text} must be a --peer, the kernel of this machine',
    zh: '--ladder 显示两端的状态：{text} 必须是某个 --peer，即本机内核',
  },
  ready: {
    en: 'ready: {addresses} behind {tun}: {services}',
    zh: '就绪：{tun} 之后的 {addresses}：{services}',
  },
  refused: { en: '{where}: connection refused', zh: '{where}：连接被拒绝' },
  timedOut: { en: '{where}: connection timed out', zh: '{where}：连接超时' },
  reset: { en: '{where}: connection reset by the peer', zh: '{where}：连接被对端重置' },
  unreachable: { en: '{where}: unreachable', zh: '{where}：不可达' },
  failed: { en: '{where}: {message}', zh: '{where}：{message}' },
  captureFailed: { en: 'cannot write the capture: {message}', zh: '无法写入抓包文件：{message}' },
  tunFailed: { en: '{tun}: {message}', zh: '{tun}：{message}' },
  tunEACCES: {
    en: '{tun}: no permission to open /dev/net/tun: run as root',
    zh: '{tun}：没有打开 /dev/net/tun 的权限：请以 root 身份运行',
  },
  tunEPERM: {
    en: '{tun}: making a TUN interface needs CAP_NET_ADMIN: run as root, or in a namespace of your own (unshare -Urn)',
    zh: '{tun}：创建 TUN 接口需要 CAP_NET_ADMIN：请以 root 身份运行，或在自己的命名空间中运行（unshare -Urn）',
  },
  tunENOENT: {
    en: '{tun}: this machine has no /dev/net/tun: modprobe tun, or give the container --device /dev/net/tun',
    zh: '{tun}：本机没有 /dev/net/tun：请执行 modprobe tun，或给容器加上 --device /dev/net/tun',
  },
  tunEBUSY: {
    en: '{tun}: another process has this interface: choose another name',
    zh: '{tun}：该接口已被其他进程占用：请换一个名字',
  },
  tunENOSYS: {
    en: '{tun}: TUN needs Linux and the optional dependency koffi: npm install koffi',
    zh: '{tun}：TUN 需要 Linux 和可选依赖 koffi：npm install koffi',
  },
  tunEBADFD: { en: '{tun}: the interface was deleted', zh: '{tun}：接口已被删除' },
  networkUsage: {
    en: `The network:
  --tun NAME          the TUN interface to make; it is removed at the end
  --address CIDR      an address of synfin, like 10.9.0.2/24 or fd00:9::2/64; may be repeated
  --peer ADDRESS      an address of this machine's kernel in that network; may be repeated
  --mtu OCTETS        largest packet, 1500 by default
  --pcap FILE         record every packet as pcapng, with states and reasons as comments
  --loss P            lose packets, each with this probability (0.02 or 2%), in each direction
  --duplicate P       send packets twice
  --reorder P         delay packets so that later ones overtake them
  --delay MS          delay every packet, in each direction
  --seed N            repeat the same dice`,
    zh: `网络：
  --tun NAME          要创建的 TUN 接口，结束时删除
  --address CIDR      synfin 的地址，例如 10.9.0.2/24 或 fd00:9::2/64，可重复
  --peer ADDRESS      本机内核在该网络中的地址，可重复
  --mtu OCTETS        最大数据包字节数，默认 1500
  --pcap FILE         把每个数据包记录为 pcapng，状态和原因写在注释里
  --loss P            每个方向以该概率丢包（0.02 或 2%）
  --duplicate P       重复发送数据包
  --reorder P         推迟数据包，使后面的先到
  --delay MS          每个方向上的延迟（毫秒）
  --seed N            随机数种子，用于重现`,
  },
  serveUsage: {
    en: `synfin serve --tun NAME --address CIDR --peer ADDRESS [SERVICES]

Puts a synfin host behind a TUN interface and serves until SIGINT or SIGTERM; it then closes its
connections with a FIN and removes the interface. Prints one line when it is ready.

Services:
  --http PORT         files over HTTP/1.1, directories as lists; names that begin with a dot are hidden
  --dir DIR           the directory of the files, . by default
  --echo PORT         sends back what it gets (RFC 862)
  --discard PORT      throws away what it gets (RFC 863)
  --chargen PORT      sends lines of characters (RFC 864)

Bounds:
  --connections N     connections at once; SYNs beyond are dropped. Default: what the heap can hold
  --memory MIB        packets and buffers of all connections, 1024 by default`,
    zh: `synfin serve --tun NAME --address CIDR --peer ADDRESS [服务]

在 TUN 接口之后放一台 synfin 主机并提供服务，直到收到 SIGINT 或 SIGTERM；
届时用 FIN 关闭连接并删除接口。就绪时输出一行。

服务：
  --http PORT         通过 HTTP/1.1 提供文件，目录显示为列表；以点开头的名字不可见
  --dir DIR           文件所在目录，默认为 .
  --echo PORT         回显（RFC 862）
  --discard PORT      丢弃（RFC 863）
  --chargen PORT      不断发送字符行（RFC 864）

上限：
  --connections N     同时存在的连接数，超出时丢弃 SYN；默认为堆内存容得下的数目
  --memory MIB        所有连接的数据包与缓冲区的总量，默认 1024`,
  },
  serveExit: {
    en: 'Exit codes: 0 stopped by a signal, 1 the interface or the capture failed, 2 wrong arguments',
    zh: '退出码：0 被信号停止，1 接口或抓包失败，2 参数错误',
  },
  connectUsage: {
    en: `synfin connect HOST PORT --tun NAME --address CIDR --peer ADDRESS

Like nc: standard input goes to the peer, what the peer sends goes to standard output. The end of
standard input sends a FIN; reading goes on until the peer's. HOST is an IP address.

  --timeout SECONDS   give up opening after this time, 180 by default
  --ladder            draw the segments and the states of both ends on standard error`,
    zh: `synfin connect HOST PORT --tun NAME --address CIDR --peer ADDRESS

类似 nc：标准输入发送给对端，对端发来的写到标准输出。标准输入结束时发送 FIN，
并继续读取直到对端的 FIN。HOST 是 IP 地址。

  --timeout SECONDS   建立连接的最长时间，默认 180 秒
  --ladder            在标准错误上画出报文段和两端的状态`,
  },
  connectExit: {
    en: `Exit codes: 0 both directions ended in order, 1 the interface or the output failed, 2 wrong arguments,
3 refused, 4 timed out, 5 reset, 6 unreachable, 130 interrupted`,
    zh: `退出码：0 两个方向都正常结束，1 接口或输出失败，2 参数错误，
3 被拒绝，4 超时，5 被重置，6 不可达，130 被中断`,
  },
  // main, run.
  unknownCommand: {
    en: 'there is no command "{text}": run, ask, claims, why, check, read, doctor, runbook, interview, lab, serve, connect, exec, register, sim or drill (synfin --help)',
    zh: '没有命令 "{text}"：可用 run、ask、claims、why、check、read、doctor、runbook、interview、lab、serve、connect、exec、register、sim 或 drill（synfin --help）',
  },
  unknownOption: {
    en: '{command} has no option {option} (see {command} --help)',
    zh: '{command} 没有选项 {option}（见 {command} --help）',
  },
  optionNeedsValue: { en: '{option} needs a value', zh: '{option} 需要一个值' },
  optionTakesNoValue: { en: '{option} takes no value', zh: '{option} 不接受值' },
  badArguments: { en: 'bad arguments: {message}', zh: '参数有误：{message}' },
  notOneOf: {
    en: '{what} must be one of {choices}, not "{text}"',
    zh: '{what} 必须是 {choices} 之一，而不是 "{text}"',
  },
  runTitleKernel: {
    en: 'One TCP connection, drawn while it happens: synfin and {peer}, through TUN.',
    zh: '一个 TCP 连接，边发生边绘制：synfin 与 {peer}，经由 TUN。',
  },
  runTitleSynfin: {
    en: 'One TCP connection: synfin against a second synfin, in virtual time.',
    zh: '一个 TCP 连接：synfin 与另一个 synfin，虚拟时间。',
  },
  runWire: {
    en: 'The wire takes {delay} ms each way (--delay).',
    zh: '线路单向时延 {delay} 毫秒（--delay）。',
  },
  runMslShort: {
    en: 'MSL shortened to {msl} s by --msl (RFC 9293: 2 min; Linux waits 60 s).',
    zh: 'MSL 由 --msl 缩短为 {msl} 秒（RFC 9293：2 分钟；Linux 等待 60 秒）。',
  },
  runMsl: {
    en: 'MSL is {msl} s (--msl; RFC 9293: 2 min; Linux waits 60 s).',
    zh: 'MSL 为 {msl} 秒（--msl；RFC 9293：2 分钟；Linux 等待 60 秒）。',
  },
  runObserved: {
    en: 'The states of {peer} are what the kernel itself reports (sock_diag).',
    zh: '{peer} 的状态由内核自己报告（sock_diag）。',
  },
  runNoKernel: {
    en: 'No kernel peer here ({why}): a second synfin takes its place.',
    zh: '此处无法使用内核作为对端（{why}）：改用另一个 synfin。',
  },
  runKernelNeeded: { en: '--peer kernel: {why}', zh: '--peer kernel：{why}' },
  runStates: { en: '{name}: {states}', zh: '{name}：{states}' },
  runNotThese: { en: 'expected {name}: {states}', zh: '预期 {name}：{states}' },
  runWaits: {
    en: '{name} would stay in TIME-WAIT for 60 s; its network namespace ends with this command.',
    zh: '{name} 还会在 TIME-WAIT 停留 60 秒；它的网络命名空间随本命令结束。',
  },
  runCounts: {
    en: '{left} → {right}: {leftSegments} segments, {leftOctets} octets; {right} → {left}: {rightSegments} segments, {rightOctets} octets; {retransmissions} retransmitted',
    zh: '{left} → {right}：{leftSegments} 个报文段、{leftOctets} 字节；{right} → {left}：{rightSegments} 个报文段、{rightOctets} 字节；重传 {retransmissions} 个',
  },
  runDataSame: {
    en: 'read as written, both ways (SHA-256 {left}…, {right}…)',
    zh: '双向读到的与写入的一致（SHA-256 {left}…、{right}…）',
  },
  runDataDiffers: { en: 'what {name} read is not what was written', zh: '{name} 读到的与写入的不一致' },
  runFailed: { en: 'the run failed: {message}', zh: '运行失败：{message}' },
  runCapture: {
    en: '{packets} packets in {file}, with the states as comments',
    zh: '{packets} 个数据包写入 {file}，状态见数据包注释',
  },
  // exec.
  execNeedsCommand: {
    en: 'exec needs a command: synfin exec [OPTIONS] -- COMMAND',
    zh: 'exec 需要一个命令：synfin exec [选项] -- COMMAND',
  },
  execServesNode: {
    en: '--serve is for a command that is not Node: a Node program is on the synfin host itself',
    zh: '--serve 用于非 Node 的命令：Node 程序本身就在 synfin 主机上',
  },
  execNoProgram: { en: '--serve: there is no file "{text}"', zh: '--serve：没有文件 "{text}"' },
  execNotHere: { en: 'not possible here: {why}', zh: '此处无法运行：{why}' },
  execOnHost: {
    en: 'on synfin at {address}; its peer is the kernel at {peer}. From another terminal: {enter} curl http://{address}:PORT/',
    zh: '在 synfin 上，地址 {address}；对端是内核 {peer}。从另一个终端访问：{enter} curl http://{address}:PORT/',
  },
  execNotReady: {
    en: '--serve: "{text}" ended (code {code}), or took too long, before it listened',
    zh: '--serve：“{text}” 在开始监听之前结束（代码 {code}）或超时',
  },
  execNotFound: { en: '{command}: command not found', zh: '{command}：找不到命令' },
  execNotExecutable: { en: '{command}: cannot be executed', zh: '{command}：不能执行' },
  // drill.
  drillNeeds: {
    en: 'drill needs a script or a directory of scripts (*.pkt)',
    zh: 'drill 需要一个脚本，或一个含有脚本（*.pkt）的目录',
  },
  drillNoScript: { en: 'there is no script "{text}"', zh: '没有脚本 "{text}"' },
  drillDefine: { en: '--define: {why}', zh: '--define：{why}' },
  drillTunNeeded: { en: '--target {target}: {why}', zh: '--target {target}：{why}' },
  drillPass: { en: 'pass         {file}', zh: '通过    {file}' },
  drillFail: { en: 'FAIL         {file}:{line}: {reason}', zh: '失败    {file}:{line}：{reason}' },
  drillUnsupported: { en: 'unsupported  {file}:{line}: {reason}', zh: '不支持  {file}:{line}：{reason}' },
  drillExpected: { en: 'expected: {text}', zh: '预期：{text}' },
  drillActual: { en: 'actual:   {text}', zh: '实际：{text}' },
  drillPackets: { en: 'packets up to there:', zh: '此前的数据包：' },
  drillUnexpected: { en: '(not in the script)', zh: '（脚本中没有）' },
  drillNote: { en: 'note: {text}', zh: '注：{text}' },
  drillNotJudged: { en: 'not judged: {text}', zh: '未检查：{text}' },
  drillNotScript: { en: 'not a script', zh: '不是有效的脚本' },
  drillSummary: {
    en: '{passed} passed, {failed} failed, {unsupported} unsupported',
    zh: '通过 {passed}，失败 {failed}，不支持 {unsupported}',
  },
  runInterrupted: { en: 'interrupted', zh: '已中断' },
  ...labMessages,
  ...checkMessages,
  ...proveMessages,
  ...guideMessages,
  ...mcpMessages,
  ...readMessages,
  ...simMessages,
  ...gatewayMessages,
  ...doctorMessages,
} as const satisfies Record<string, Readonly<Record<Lang, string>>>;

/** A key of {@link messages}. */
export type MessageKey = keyof typeof messages;

/** The text of a key in a language, its `{name}`s replaced; what they say may come from anybody. */
export function t(lang: Lang, key: MessageKey, params: Params = {}): string {
  return fill(messages[key][lang], params, printable);
}

// The help of `synfin exec`, in both languages.

import type { Lang } from '../../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from '../help-lines.ts';

const optionsHelp: readonly OptionHelp[] = [
  {
    option: '--serve FILE',
    text: {
      en: 'with a COMMAND that is not Node: the Node program on the synfin host. The COMMAND starts when it listens, and it ends with the COMMAND; what it prints goes to standard error',
      zh: 'COMMAND 不是 Node 时：在 synfin 主机上运行的 Node 程序。它开始监听后才启动 COMMAND，并随 COMMAND 结束；其输出写到标准错误',
    },
  },
  {
    option: '--quiet',
    text: {
      en: 'say nothing about the network at the beginning',
      zh: '开始时不显示网络信息',
    },
  },
  {
    option: '--tun NAME',
    text: { en: 'the TUN interface. Default: synfin0', zh: 'TUN 接口。默认：synfin0' },
  },
  {
    option: '--address CIDR',
    text: {
      en: 'an address of the synfin host; may be repeated. Default: 10.9.0.2/24 and fd00:9::2/64',
      zh: 'synfin 主机的地址，可重复。默认：10.9.0.2/24 和 fd00:9::2/64',
    },
  },
  {
    option: '--peer ADDRESS',
    text: {
      en: "an address of the namespace's kernel, in the network of an --address; may be repeated. Default: 10.9.0.1 and fd00:9::1",
      zh: '命名空间内核的地址，须在某个 --address 的网络中，可重复。默认：10.9.0.1 和 fd00:9::1',
    },
  },
  {
    option: '--mtu OCTETS',
    text: { en: 'largest packet. Default: 1500', zh: '最大数据包字节数。默认：1500' },
  },
  {
    option: '--pcap FILE',
    text: {
      en: 'record every packet as pcapng, with states and reasons as comments',
      zh: '把每个数据包记录为 pcapng，状态和原因写在注释里',
    },
  },
  {
    option: '--loss P',
    text: {
      en: 'lose packets, each with this probability (0.02 or 2%), in each direction',
      zh: '每个方向以该概率丢包（0.02 或 2%）',
    },
  },
  { option: '--duplicate P', text: { en: 'send packets twice', zh: '重复发送数据包' } },
  {
    option: '--reorder P',
    text: { en: 'delay packets so that later ones overtake them', zh: '推迟数据包，使后面的先到' },
  },
  {
    option: '--delay MS',
    text: { en: 'delay every packet, in each direction', zh: '每个方向上的延迟（毫秒）' },
  },
  { option: '--seed N', text: { en: 'repeat the same dice', zh: '随机数种子，用于重现' } },
];

const EXEC: Both = {
  en: `synfin exec [OPTIONS] -- COMMAND [ARGUMENTS]

Runs COMMAND in a network namespace of its own that has a TUN interface: synfin
is at one end, the kernel of the namespace at the other. Nothing of the
machine's network is touched, or can be reached.

A COMMAND that is Node (node, or a script whose first line names it) is on the
synfin host: its sockets are synfin's, by synfin/register, its peer is the
kernel. What it starts itself is on the kernel. Any other COMMAND uses the
kernel and reaches the synfin host, on which --serve runs a program.

SYNFIN_ADDRESS and SYNFIN_PEER are the first addresses of both. The variable
SYNFIN and synfin.config.ts count as for synfin/register.

Options:
{options}

Examples:
  synfin exec -- node server.js
  synfin exec --serve server.js -- curl -s http://10.9.0.2:8080/
  synfin exec --serve server.js --loss 5% -- sh -c 'curl $SYNFIN_ADDRESS:8080'
  SYNFIN=explain synfin exec -- node app.js

Exit codes: those of COMMAND, 128 + the signal that ended it; 2 wrong arguments,
125 there is no namespace or interface, or the program of --serve failed, 126
COMMAND cannot be executed, 127 it was not found
`,
  zh: `synfin exec [选项] -- COMMAND [参数]

在独立的网络命名空间中运行 COMMAND，其中有一个 TUN 接口：一端是 synfin，
另一端是该命名空间的内核。既不影响、也不能访问本机的网络。

如果 COMMAND 是 Node（node，或首行指定用 node 运行的脚本），它就在 synfin 主机
上：套接字由 synfin 提供（通过 synfin/register），对端是内核；它启动的程序使用
内核。其他 COMMAND 使用内核，并可访问 synfin 主机，--serve 指定在主机上运行的
程序。

SYNFIN_ADDRESS 和 SYNFIN_PEER 是两端的第一个地址。
变量 SYNFIN 和 synfin.config.ts 的作用与 synfin/register 相同。

选项：
{options}

示例：
  synfin exec -- node server.js
  synfin exec --serve server.js -- curl -s http://10.9.0.2:8080/
  synfin exec --serve server.js --loss 5% -- sh -c 'curl $SYNFIN_ADDRESS:8080'
  SYNFIN=explain synfin exec -- node app.js

退出码：与 COMMAND 相同；被信号终止时为 128 + 信号编号；2 参数错误，
125 无法使用命名空间或接口，或 --serve 的程序失败，
126 COMMAND 不能执行，127 找不到 COMMAND
`,
};

/** The help of `synfin exec`. */
export function execHelp(lang: Lang): string {
  return EXEC[lang].replace('{options}', optionLines([...optionsHelp, ...commonOptionsHelp], lang));
}

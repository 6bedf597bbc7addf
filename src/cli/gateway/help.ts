// The help of `gateway`, in both languages.

import type { Lang } from '../../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from '../help-lines.ts';

const optionsHelp: readonly OptionHelp[] = [
  {
    option: '--listen AT',
    text: {
      en: 'where guests come: unix:PATH or tcp:[HOST:]PORT (QEMU, krunkit), hyperkit:PATH, udp:[HOST:]PORT, ws:[HOST:]PORT (v86; Wisp at /wisp/), tap:NAME, or connect: before one of the first three; several times',
      zh: '客机的入口：unix:路径 或 tcp:[主机:]端口（QEMU、krunkit）、hyperkit:路径、udp:[主机:]端口、ws:[主机:]端口（v86；/wisp/ 上是 Wisp）、tap:名字，前三者之前可加 connect:；可重复',
    },
  },
  {
    option: '-L, --forward WAY',
    text: {
      en: '[udp:][ADDRESS:]PORT:[GUEST:]GUESTPORT: a port of this machine (default 127.0.0.1) leads to a port of the guest; several times',
      zh: '[udp:][地址:]端口:[客机:]客机端口：把本机端口（默认 127.0.0.1）转发到客机端口；可重复',
    },
  },
  {
    option: '--allow RULE',
    text: {
      en: "what is allowed, and nothing else then: NAME:PORT, '*.NAME', ADDRESS/PREFIX:PORT; several times. Default: the public network",
      zh: '只允许这些：名字:端口、‘*.名字’、地址/前缀:端口；可重复。默认：整个公网',
    },
  },
  {
    option: '--deny RULE',
    text: { en: 'what is denied whatever is allowed; several times', zh: '无论允许什么都拒绝的；可重复' },
  },
  {
    option: '--answer HOW',
    text: {
      en: 'how it is told: rst, drop or icmp. Default: rst',
      zh: '拒绝的方式：rst、drop 或 icmp。默认：rst',
    },
  },
  {
    option: '--host-loopback PORTS',
    text: {
      en: "ports of this machine's loopback that guests reach at the gateway's address: 80,443 or all",
      zh: '客机可经网关地址访问的本机回环端口：80,443 或 all',
    },
  },
  {
    option: '--name NAME=ADDRESS',
    text: {
      en: 'a name of your own for guests; *.NAME for all below; several times',
      zh: '给客机的自定义名字；*.名字 表示其下全部；可重复',
    },
  },
  {
    option: '--doh URL',
    text: {
      en: "who is asked for names. Default: this machine's DNS servers",
      zh: '用 DNS over HTTPS 解析。默认：本机的 DNS 服务器',
    },
  },
  {
    option: '--network NET',
    text: { en: "the guests' network. Default: 10.0.2.0/24", zh: '客机的网络。默认：10.0.2.0/24' },
  },
  { option: '--mtu N', text: { en: '1280 to 65520. Default: 1500', zh: '1280 到 65520。默认：1500' } },
  { option: '--guests-meet', text: { en: 'guests hear each other', zh: '客机之间可以互通' } },
  { option: '--ntp', text: { en: 'answer questions for the time', zh: '回答时间查询（NTP）' } },
  {
    option: '--loss P',
    text: {
      en: 'probability that a frame is lost, each way, 0.02 or 2%; also --duplicate P, --reorder P, --delay MS, --seed N',
      zh: '每个方向丢帧的概率，0.02 或 2%；另有 --duplicate P、--reorder P、--delay 毫秒、--seed N',
    },
  },
  {
    option: '--fault FAULTS',
    text: {
      en: "the same in words, 'loss 2% delay 100', or of one guest, 'guest1 loss 2%', which comes before; several times",
      zh: '同上，写成 ‘loss 2% delay 100’；只对一台客机时写 ‘guest1 loss 2%’，优先于前者；可重复',
    },
  },
  {
    option: '--pcap FILE',
    text: { en: 'record the frames of all guests as pcapng', zh: '把所有客机的帧记录为 pcapng 文件' },
  },
  {
    option: '--audit FILE',
    text: {
      en: 'who asked for what, and what was said: a line of JSON each; - for standard output',
      zh: '审计日志：谁请求了什么、如何答复，每行一个 JSON；- 表示标准输出',
    },
  },
  {
    option: '--api AT',
    text: {
      en: "unix:PATH or [HOST:]PORT: forwards by HTTP, as gvproxy's clients ask",
      zh: 'unix:路径 或 [主机:]端口：通过 HTTP 管理转发，兼容 gvproxy 的客户端',
    },
  },
];

const GATEWAY: Both = {
  en: `synfin gateway --listen AT [OPTIONS]

A network for virtual machines, without root: DHCP, DNS, IPv6, and connections
that end here, are judged, and go on as this machine's own. A guest's SYN is
answered when the connection outside is open, refused as it was refused. Guests
reach the public network unless told; private networks and metadata services
are closed until a rule names them, this machine's loopback until
--host-loopback does. Prints what to paste for QEMU, krunkit and v86; on a
terminal, the connections as they are, and l for the ladder of the chosen one,
until q. Guests are guest1, guest2 and so on as they come; one that comes again
by the same place is the same guest.

Options:
{options}

Examples:
  synfin gateway --listen unix:vm.sock -L 2222:22
  synfin gateway --listen unix:vm.sock --allow '*.npmjs.org:443' --audit -
  synfin gateway --listen ws:8086 --loss 2% --delay 150
  synfin gateway --listen unix:vm.sock -L udp:5353:53 --fault 'guest2 loss 5%'

Exit codes: 0 ended, 1 the system refused something, 2 wrong arguments,
128 and its number when a signal has ended the screen
`,
  zh: `synfin gateway --listen 入口 [选项]

给虚拟机的网络，不需要 root：DHCP、DNS、IPv6，连接在这里终结、经过判断，再以本机
自己的连接继续。外部连接建立之后才回答客机的 SYN，被拒绝时如实拒绝。默认可以访问
公网；私有网络和元数据服务在有规则点名之前都是关闭的，本机回环由 --host-loopback
打开。会打印可粘贴给 QEMU、krunkit 和 v86 的命令；在终端上显示实时的连接表，按 l
看所选连接的梯形图，按 q 结束。客机按到来的顺序叫 guest1、guest2 等；从同一入口
再次到来的是同一台客机。

选项：
{options}

示例：
  synfin gateway --listen unix:vm.sock -L 2222:22
  synfin gateway --listen unix:vm.sock --allow '*.npmjs.org:443' --audit -
  synfin gateway --listen ws:8086 --loss 2% --delay 150
  synfin gateway --listen unix:vm.sock -L udp:5353:53 --fault 'guest2 loss 5%'

退出码：0 正常结束，1 系统拒绝了某项操作，2 参数错误；屏幕被信号结束时为
128 加信号编号
`,
};

/** The help of `synfin gateway`. */
export function gatewayHelp(lang: Lang): string {
  return GATEWAY[lang].replace('{options}', optionLines([...optionsHelp, ...commonOptionsHelp], lang));
}

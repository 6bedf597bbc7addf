// What counters tell of the whole host: TIME-WAIT at its bound, orphans, memory, refused and reset connections.

import type { Text } from '../../lab/text/index.ts';
import type { Look } from '../sample.ts';
import { texts } from './advice.ts';
import { counted, type HostRule, percent, type RuleTexts } from './rule.ts';

const NEAR = 0.9;

/** ` name grew by n`, for counters that grew. */
function grown(look: Look, ...names: readonly string[]): Text[] {
  return names.flatMap((name) => {
    const by = look.grown(name) ?? 0;
    const short = name.replace(/^TcpExt/, '');
    return by === 0 ? [] : [{ en: `${short} grew by ${by}`, zh: `${short} 增加了 ${by}` }];
  });
}

const timeWaitFull: HostRule = {
  ...texts('time-wait-full', {
    severity: 'warning',
    title: { en: 'TIME-WAIT is at its bound', zh: 'TIME-WAIT 已到上限' },
    means: {
      en: 'This host has {count|1 connection|# connections} in TIME-WAIT of at most {most}: further ones end at once, without the protection that TIME-WAIT gives.',
      zh: '本机有 {count} 个 TIME-WAIT 连接，上限 {most}：再多的会立即结束，失去 TIME-WAIT 的保护。',
    },
    runbook: 'time-wait',
  }),
  judgeHost(look) {
    const [most] = look.setting('net.ipv4.tcp_max_tw_buckets') ?? [];
    const count = look.now.counters.get('sockstat.tw') ?? look.in('TIME-WAIT').length;
    const over = look.grown('TcpExtTCPTimeWaitOverflow') ?? 0;
    if (most === undefined || (count < NEAR * most && over === 0)) return null;
    const shown = grown(look, 'TcpExtTCPTimeWaitOverflow');
    const of = `${count}/${most}`;
    return { confidence: 'certain', count, params: { most }, shown: [{ en: of, zh: of }, ...shown] };
  },
  proof: () =>
    'grep TCP: /proc/net/sockstat; sysctl net.ipv4.tcp_max_tw_buckets; nstat -az TcpExtTCPTimeWaitOverflow',
};

const orphans: HostRule = {
  ...texts('orphans', {
    severity: 'warning',
    title: { en: 'Connections that no program has pile up', zh: '没有程序持有的连接越积越多' },
    means: {
      en: '{count|1 connection|# connections} {count|was closed by its program and is|were closed by their programs and are} not finished (at most {most}): at the bound the kernel resets them, and their last data is lost.',
      zh: '{count} 个连接已被程序关闭但尚未结束（上限 {most}）：到达上限后内核会重置它们，最后的数据会丢失。',
    },
    runbook: 'fin-wait-1',
  }),
  judgeHost(look) {
    const [most] = look.setting('net.ipv4.tcp_max_orphans') ?? [];
    const count = look.now.counters.get('sockstat.orphan');
    if (most === undefined || count === undefined) return null;
    const reset = look.grown('TcpExtTCPAbortOnMemory') ?? 0;
    // The kernel counts orphans of misbehaving connections two- to fourfold (tcp_too_many_orphans).
    if (count < most / 4 && reset === 0) return null;
    return {
      severity: reset > 0 ? 'fault' : 'warning',
      confidence: 'certain',
      count,
      params: { most },
      shown: [
        { en: `${count} of ${most}`, zh: `${count}/${most}` },
        ...grown(look, 'TcpExtTCPAbortOnMemory'),
      ],
    };
  },
  proof: () =>
    'grep TCP: /proc/net/sockstat; sysctl net.ipv4.tcp_max_orphans; nstat -az TcpExtTCPAbortOnMemory',
};

const memory: HostRule = {
  ...texts('tcp-memory', {
    severity: 'fault',
    title: { en: 'TCP’s memory is used up', zh: 'TCP 内存用尽' },
    means: {
      en: 'The buffers of all connections take {share} of what TCP may have: the kernel shrinks windows and drops what arrives.',
      zh: '所有连接的缓冲区占了 TCP 可用内存的 {share}：内核会缩小窗口，并丢弃收到的数据。',
    },
    now: [
      {
        en: 'Who holds it: ss -tmnp, the connections with much in Recv-Q or Send-Q; free what does not read or is not read.',
        zh: '看谁占着：ss -tmnp 中 Recv-Q 或 Send-Q 很大的连接；清理不读或不被读的连接。',
      },
    ],
    forGood: [
      {
        en: 'Bound the number of connections and the buffer of each; raise net.ipv4.tcp_mem only for what is needed.',
        zh: '限制连接数和每个连接的缓冲区；net.ipv4.tcp_mem 只在确有需要时调大。',
      },
    ],
    scenario: { id: 'zerowin' },
  }),
  judgeHost(look) {
    const [, pressure, most] = look.setting('net.ipv4.tcp_mem') ?? [];
    const pages = look.now.counters.get('sockstat.mem');
    if (pressure === undefined || most === undefined || pages === undefined || pages < pressure) return null;
    return {
      severity: pages >= NEAR * most ? 'fault' : 'warning',
      confidence: 'certain',
      count: pages,
      params: { share: percent(pages, most) },
      shown: [
        { en: `${pages} of ${counted(most, 'page', 'pages')}`, zh: `${pages}/${most} 页` },
        ...grown(
          look,
          'TcpExtTCPMemoryPressures',
          'TcpExtPruneCalled',
          'TcpExtRcvPruned',
          'TcpExtTCPRcvQDrop',
        ),
      ],
    };
  },
  proof: () => 'grep TCP: /proc/net/sockstat; sysctl net.ipv4.tcp_mem',
};

const conntrack: HostRule = {
  ...texts('conntrack-full', {
    severity: 'fault',
    title: { en: 'The table of connection tracking is full', zh: '连接跟踪表已满' },
    means: {
      en: 'This host’s firewall follows {count|1 connection|# connections} of at most {most}: at the bound it drops the packets of new ones without a word, and clients see time-outs.',
      zh: '本机防火墙正在跟踪 {count} 个连接，上限 {most}：到达上限后，新连接的包会被悄悄丢弃，客户端看到超时。',
    },
    scenario: { id: 'filtered' },
    now: [
      {
        en: 'sysctl -w net.netfilter.nf_conntrack_max=262144 gives room at once (root; about 320 octets each).',
        zh: 'sysctl -w net.netfilter.nf_conntrack_max=262144 可立即腾出空间（需要 root；每项约 320 字节）。',
      },
      {
        en: 'Who fills it: conntrack -L | grep -o "src=[0-9.]*" | sort | uniq -c | sort -rn | head',
        zh: '看谁占满了它：conntrack -L | grep -o "src=[0-9.]*" | sort | uniq -c | sort -rn | head',
      },
    ],
    forGood: [
      {
        en: 'Do not track what needs no tracking (notrack in the raw table), and lower nf_conntrack_tcp_timeout_established (5 days) and _time_wait (120 s).',
        zh: '不需要跟踪的流量不要跟踪（raw 表的 notrack），并调低 nf_conntrack_tcp_timeout_established（默认 5 天）和 _time_wait（120 秒）。',
      },
    ],
  }),
  judgeHost(look) {
    const [most] = look.setting('net.netfilter.nf_conntrack_max') ?? [];
    const [count] = look.setting('net.netfilter.nf_conntrack_count') ?? [];
    if (most === undefined || count === undefined || most <= 0 || count < NEAR * most) return null;
    const of = `${count}/${most}`;
    return {
      severity: count >= most ? 'fault' : 'warning',
      confidence: 'certain',
      count,
      params: { most },
      shown: [{ en: of, zh: of }],
    };
  },
  proof: () =>
    'sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max; dmesg | grep "table full"',
};

/** Shares of connections that are more than bad luck, and how many make a share. */
const SHARE = 0.2;
const ENOUGH = 10;

const refused: HostRule = {
  ...texts('refused', {
    severity: 'warning',
    title: { en: 'Connections are refused', zh: '连接被拒绝' },
    means: {
      en: '{count|1 attempt|# attempts} to connect from this host failed, {share} of all: somebody connects to a port on which nobody listens, again and again.',
      zh: '本机发起的连接有 {count} 次失败，占 {share}：有程序反复连接没有人监听的端口。',
    },
    runbook: 'refused',
  }),
  judgeHost(look) {
    const failed = look.grown('TcpAttemptFails') ?? 0;
    const opened = look.grown('TcpActiveOpens') ?? 0;
    if (failed < ENOUGH || opened < ENOUGH || failed < SHARE * opened) return null;
    return {
      confidence: 'likely',
      count: failed,
      params: { share: percent(Math.min(failed, opened), opened) },
      shown: grown(look, 'TcpAttemptFails', 'TcpActiveOpens'),
    };
  },
  proof: () =>
    "nstat -az TcpAttemptFails TcpActiveOpens; tcpdump -nni any -c 5 'tcp[tcpflags] & tcp-rst != 0'",
};

const closedUnread: HostRule = {
  ...texts('closed-with-unread-data', {
    severity: 'warning',
    title: {
      en: 'Programs close with unread data, so that peers get a RST',
      zh: '程序关闭时还有数据未读，对端收到 RST',
    },
    means: {
      en: '{count|1 connection|# connections} {count|was|were} closed by programs of this host before they had read everything, {share} of all: their peers see ECONNRESET, and may lose the answer.',
      zh: '本机程序关闭了 {count} 个尚有未读数据的连接，占 {share}：对端看到 ECONNRESET，还可能丢掉应答。',
    },
    runbook: 'resets',
  }),
  judgeHost(look) {
    const reset = (look.grown('TcpExtTCPAbortOnClose') ?? 0) + (look.grown('TcpExtTCPAbortOnData') ?? 0);
    const opened = (look.grown('TcpActiveOpens') ?? 0) + (look.grown('TcpPassiveOpens') ?? 0);
    if (reset < ENOUGH || reset < SHARE * opened) return null;
    return {
      confidence: 'certain',
      count: reset,
      params: { share: percent(Math.min(reset, opened), Math.max(1, opened)) },
      shown: grown(look, 'TcpExtTCPAbortOnClose', 'TcpExtTCPAbortOnData', 'TcpOutRsts'),
    };
  },
  proof: () => 'nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpOutRsts',
};

/** Said of a process that nears its limit of descriptors; the host itself tells which. */
export const descriptorTexts: RuleTexts = texts('fd-limit', {
  severity: 'warning',
  title: { en: 'A process runs out of descriptors', zh: '进程的描述符将用尽' },
  means: {
    en: '{process} has {count|1 descriptor|# descriptors} in use, {share} of what it may have: at the limit accept(), connect() and open() fail with EMFILE.',
    zh: '{process} 已用 {count} 个描述符，占上限的 {share}：到达上限后 accept()、connect()、open() 都会以 EMFILE 失败。',
  },
  runbook: 'close-wait',
  now: [
    {
      en: 'See what they are: ls -l /proc/PID/fd, and the states of its connections: ss -tnp | grep pid=PID,',
      zh: '看看都是什么：ls -l /proc/PID/fd，以及它的连接各处于什么状态：ss -tnp | grep pid=PID,',
    },
    {
      en: 'prlimit --pid PID --nofile=65536 raises the limit without a restart (root), while you look for the leak.',
      zh: '找泄漏期间，可用 prlimit --pid PID --nofile=65536 不重启地调高上限（需要 root）。',
    },
  ],
  forGood: [
    {
      en: 'If all of them are of use: LimitNOFILE= of the service. If not: close them; a bound on connections, so that accept() waits and does not fail.',
      zh: '如果都有用：调大服务的 LimitNOFILE=。如果不是：关闭它们；并限制连接数，让 accept() 等待而不是失败。',
    },
  ],
});

/** The rules about the whole host. */
export const hostRules: readonly HostRule[] = [
  memory,
  conntrack,
  orphans,
  timeWaitFull,
  closedUnread,
  refused,
];

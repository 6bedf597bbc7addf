// What `register` says of itself: what it redirects, what stays with the kernel, what it cannot redirect and why. The
// texts of both languages are one table.

import type { Host } from '../../host/index.ts';
import type { NameRedirects } from './names/index.ts';
import type { Redirects } from './places.ts';
import type { RegisterFaults } from './register-options.ts';

export type ExplainLang = 'en' | 'zh';

type Both = Readonly<Record<ExplainLang, string>>;

/** What there is to be explained. */
export interface Explained {
  readonly level: 2 | 3;
  readonly changed: readonly string[];
  readonly host: Host;
  readonly redirects: Redirects;
  readonly names: NameRedirects;
  readonly faults: RegisterFaults | undefined;
  /** Where the configuration is from: 'SYNFIN', paths. */
  readonly sources: readonly string[];
}

const TEXTS = {
  title: {
    en: 'synfin/register: what is redirected in this process ({pid}), at level {level}',
    zh: 'synfin/register：本进程（{pid}）中被重定向的内容，级别 {level}',
  },
  level3: {
    en: 'level 3: net was not loaded yet; whatever is loaded from now on takes its handles from synfin',
    zh: '级别 3：net 尚未加载；此后加载的模块都使用 synfin 的句柄',
  },
  level2: {
    en: 'level 2: net was loaded before; methods of its prototypes are replaced',
    zh: '级别 2：net 已先加载；替换了其原型上的方法',
  },
  configured: { en: 'Configured by {sources}', zh: '配置来自 {sources}' },
  byDefault: { en: 'the defaults', zh: '默认值' },
  ours: { en: 'To synfin:', zh: '交给 synfin：' },
  networks: {
    en: 'connections and datagrams to {networks}, and servers and UDP sockets on these addresses',
    zh: '到 {networks} 的连接和数据报，以及监听这些地址的服务器和 UDP 套接字',
  },
  any: {
    en: 'servers and UDP sockets on every address (0.0.0.0, ::); such a UDP socket has one of the kernel beside it for all other addresses',
    zh: '监听所有地址（0.0.0.0、::）的服务器和 UDP 套接字；这样的 UDP 套接字另有一个内核套接字，用于其他所有地址',
  },
  listed: { en: 'the names {names}', zh: '域名 {names}' },
  asked: {
    en: 'names in {domains}, asked at {servers} (dns.lookup, dns.resolve*)',
    zh: '{domains} 中的域名，向 {servers} 查询（dns.lookup、dns.resolve*）',
  },
  askedAll: {
    en: 'all names but localhost, asked at {servers} (dns.lookup, dns.resolve*)',
    zh: '除 localhost 外的所有域名，向 {servers} 查询（dns.lookup、dns.resolve*）',
  },
  placed: {
    en: 'whatever code does that `onHost` has put on a host',
    zh: '由 `onHost` 放到某台主机上的代码所做的一切',
  },
  host: { en: 'the host: {host}', zh: '主机：{host}' },
  faults: { en: 'its loopback has faults: {faults}', zh: '其环回接口带有故障：{faults}' },
  changed: { en: 'Changed in Node, until undo():', zh: '在 Node 中的改动（undo() 之前有效）：' },
  kernel: { en: 'To the kernel, as ever:', zh: '照旧交给内核：' },
  elsewhere: { en: 'all other addresses', zh: '其他所有地址' },
  noAny: {
    en: 'servers and UDP sockets on every address (listenOnAny is false)',
    zh: '监听所有地址的服务器和 UDP 套接字（listenOnAny 为 false）',
  },
  names: {
    en: 'all other names: getaddrinfo and DNS of the machine give their addresses',
    zh: '其他所有域名：其地址由本机的 getaddrinfo 和 DNS 给出',
  },
  cannot: { en: 'What cannot be redirected, and why:', zh: '不能重定向的内容及原因：' },
  early: {
    en: 'sockets and servers that were open before: they are the kernel’s',
    zh: '此前已打开的套接字和服务器：它们属于内核',
  },
  cluster: {
    en: 'cluster: the primary listens, and gives descriptors of the kernel to its workers; a connection of synfin has none',
    zh: 'cluster：由主进程监听并把内核的描述符交给工作进程；synfin 的连接没有描述符',
  },
  children: {
    en: 'child processes: their sockets are their own; those that are Node and inherit --import have a synfin each, with a loopback of its own. Sockets cannot be sent to them (`child.send(message, socket)`), nor be their stdio',
    zh: '子进程：套接字归其自身；继承 --import 的 Node 子进程各有一个 synfin 及自己的环回接口。套接字不能发送给它们（`child.send(message, socket)`），也不能作为其标准输入输出',
  },
  descriptors: {
    en: 'descriptors (`listen({ fd })`, `new net.Socket({ fd })`): a descriptor is the kernel’s',
    zh: '描述符（`listen({ fd })`、`new net.Socket({ fd })`）：描述符属于内核',
  },
  pipes: {
    en: 'pipes and Unix sockets (`path`): there is no IP in them',
    zh: '管道与 Unix 套接字（`path`）：其中没有 IP',
  },
  workers: {
    en: 'worker threads: a thread has modules of its own; with --import it has a synfin of its own, with another loopback',
    zh: '工作线程：每个线程有自己的模块；使用 --import 时它有自己的 synfin，以及另一个环回接口',
  },
  native: {
    en: 'native addons, the inspector, QUIC: they open sockets without node:net and node:dgram',
    zh: '原生插件、调试器（inspector）、QUIC：它们不经过 node:net 和 node:dgram 打开套接字',
  },
} as const satisfies Readonly<Record<string, Both>>;

type Key = keyof typeof TEXTS;

/** The language of the locale, as locale(7): English for all that is not Chinese. */
export function localeLang(env: Readonly<Record<string, string | undefined>> = process.env): ExplainLang {
  return /^zh/i.test(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '') ? 'zh' : 'en';
}

/** The whole text; ends with a line end. */
export function explanation(of: Explained, lang: ExplainLang): string {
  const say = (key: Key, params: Readonly<Record<string, string>> = {}): string =>
    TEXTS[key][lang].replace(/\{(\w+)\}/g, (_whole, name: string) => params[name] ?? '');
  const { level, changed, host, redirects, names, faults, sources } = of;
  const { listed, servers } = names;
  const domains = names.domains?.join(', ') ?? '';
  const from = sources.length === 0 ? say('byDefault') : sources.join(', ');
  const sections: [string, string[]][] = [
    [
      say('title', { pid: String(process.pid), level: String(level) }),
      [say(`level${level}`), say('configured', { sources: from })],
    ],
    [
      say('ours'),
      [
        say('networks', { networks: redirects.networks.join(', ') || '-' }),
        ...(redirects.anyIsOurs ? [say('any')] : []),
        ...(listed.length === 0 ? [] : [say('listed', { names: listed.join(', ') })]),
        ...(servers.length === 0
          ? []
          : [say(names.domains === null ? 'askedAll' : 'asked', { domains, servers: servers.join(', ') })]),
        say('placed'),
        say('host', { host: addressesOf(host) }),
        ...(faults === undefined ? [] : [say('faults', { faults: JSON.stringify(faults) })]),
      ],
    ],
    [say('changed'), [...changed]],
    [say('kernel'), [say('elsewhere'), ...(redirects.anyIsOurs ? [] : [say('noAny')]), say('names')]],
    [
      say('cannot'),
      [
        ...(level === 2 ? [say('early')] : []),
        ...(['cluster', 'children', 'descriptors', 'pipes', 'workers', 'native'] as const).map((key) =>
          say(key),
        ),
      ],
    ],
  ];
  return `${sections.map(([title, lines]) => [title, ...lines.map((line) => `  - ${line}`)].join('\n')).join('\n')}\n`;
}

function addressesOf(host: Host): string {
  const all = host.interfaces.flatMap((iface) =>
    iface.info().addresses.map((text) => `${text} (${iface.name})`),
  );
  return `${host.name}, ${all.join(', ')}`;
}

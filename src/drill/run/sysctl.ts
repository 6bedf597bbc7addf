// Shell lines of a script: sysctl names to settings of the stack, and the few commands that mean something
// to it. A line that is not known here makes the script unsupported.

import type { FastOpenKeys, FastOpenMode } from '../../host/index.ts';
import { LINUX_SYN_LINEAR_TIMEOUTS, synR2Ms } from '../../socket/posix/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import { fastOpenMode, readFastOpenKeys } from './fast-open.ts';
import type { Steps } from './profile.ts';

/** What a shell line asks for. */
export type ShellAction =
  /** `optional`: one of a set of defaults, the script goes on without it. */
  | { readonly kind: 'set'; readonly settings: Partial<TcpConfig>; readonly optional: boolean }
  /** Nothing to do: the stack is like that already, or it concerns a tool. */
  | { readonly kind: 'nothing' }
  /** A setting of a set of defaults that the stack does not have. */
  | { readonly kind: 'note'; readonly text: string }
  /** Steps that a sysctl chooses. */
  | { readonly kind: 'steps'; readonly steps: Steps }
  /** What is of the host, not of its connections. */
  | { readonly kind: 'host'; readonly settings: HostSettings }
  | { readonly kind: 'sleep'; readonly us: number }
  /** Ends connections, as FreeBSD's tcpdrop does: those in `state`, or all. */
  | { readonly kind: 'drop'; readonly state: string | null }
  /** The command succeeds when `count` connections are in `state` (FreeBSD's sockstat). */
  | { readonly kind: 'count'; readonly state: string; readonly count: number }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** Settings of a host. */
export interface HostSettings {
  /** UDP port of TCP in datagrams; 0: none. */
  readonly tcpOverUdp?: number;
  /** SYN cookies of listeners to come. */
  readonly synCookies?: boolean | 'always';
  /** TCP Fast Open: what is done of it, and the keys of its cookies. */
  readonly fastOpen?: FastOpenMode;
  readonly fastOpenKeys?: FastOpenKeys;
  /** What is remembered of peers is forgotten. */
  readonly flushMetrics?: true;
  /** Keys of TCP MD5 signatures, by address; null: all are forgotten. */
  readonly md5Keys?: readonly (readonly [address: string, key: string])[] | null;
}

type Apply = (value: string) => Partial<TcpConfig> | null | string;

const NOTHING: ShellAction = { kind: 'nothing' };
const MAX_BUFFER = 2 ** 24;
/** The largest window that there is (RFC 7323 section 2.3). */
const MAX_WINDOW = 2 ** 30 - 1;

/** A setting that is a number times `scale`. */
const number =
  (field: keyof TcpConfig, scale = 1): Apply =>
  (v) => ({ [field]: Number(v) * scale });
/** A setting that is on or off. */
const flag =
  (field: keyof TcpConfig): Apply =>
  (v) => ({ [field]: Number(v) !== 0 });
/** Only these values are what the stack does; null: nothing to set. */
const only =
  (...values: readonly string[]): Apply =>
  (v) =>
    values.includes(v) ? null : `has no such setting; it behaves like ${values.join(' or ')}`;
const inert: Apply = () => null;

/** A number of retransmissions, of an initial RTO of a second. */
const retries =
  (field: 'synR2Ms' | 'synAckR2Ms', linear = 0): Apply =>
  (v) => ({ [field]: synR2Ms(Number(v), 1000, linear) });

/** tcp_retries2 counts from a 200 ms RTO that doubles up to 120 s. */
function retries2(v: string): Partial<TcpConfig> {
  const n = Number(v);
  const ms = n <= 9 ? 200 * (2 ** (n + 1) - 1) : 200 * (2 ** 10 - 1) + (n - 9) * 120_000;
  return { r2Ms: Math.max(1000, ms) };
}

function rmem(v: string): Partial<TcpConfig> | string {
  const [, start, most] = v.trim().split(/\s+/).map(Number);
  if (start === undefined || most === undefined) return 'wants three numbers';
  // Half of the memory is for the octets.
  const receiveBuffer = Math.max(1, Math.min(start >> 1, MAX_BUFFER));
  return { receiveBuffer, receiveBufferMax: Math.max(most, receiveBuffer), receiveBufferTuning: false };
}

function wmem(v: string): Partial<TcpConfig> | string {
  const [, start, most] = v.trim().split(/\s+/).map(Number);
  if (start === undefined || most === undefined) return 'wants three numbers';
  return { sendBuffer: Math.min(most, MAX_BUFFER) }; // it grows by itself up to that
}

function congestion(v: string): Partial<TcpConfig> {
  return { congestion: v === 'reno' ? 'newreno' : v };
}

/** net.inet.tcp.retries: retransmissions of an RTO of 230 ms that doubles up to 64 s. */
function freebsdRetries(v: string): Partial<TcpConfig> {
  let ms = 0;
  for (let i = 0; i <= Number(v); i++) ms += Math.min(230 * 2 ** i, 64_000);
  return { r2Ms: Math.max(1000, ms) };
}

/** net.inet.tcp.maxunacktime, in seconds; 0 says nothing. */
const maxUnackTime: Apply = (v) => (v === '0' ? null : { userTimeoutMs: Number(v) * 1000 });

type Ecn = TcpConfig['ecn'];

/** 0: off, 1: asked for, 2: given to who asks; AccECN from 3 on. */
const LINUX_ECN: readonly Ecn[] = [
  'off',
  'on',
  'accept',
  'accurate',
  'on-accept-accurate',
  'accept-accurate',
];
const FREEBSD_ECN: readonly Ecn[] = ['off', 'on', 'accept', 'accurate', 'accept-accurate'];

const ecn =
  (values: readonly Ecn[]): Apply =>
  (v) => {
    const value = values[Number(v)];
    return value === undefined ? 'has no such ECN' : { ecn: value };
  };

/** 0: no option, 1: when there is something to tell, 2 and 3: with every segment. */
function ecnOption(v: string): Partial<TcpConfig> | string {
  const value = (['off', 'changed', 'linux', 'linux'] as const)[Number(v)];
  return value === undefined ? 'has no such option' : { accEcnOption: value };
}

/** 0: off, 1: after a black hole, 2: always. */
function mtuProbing(v: string): Partial<TcpConfig> | string {
  const value = (['off', 'blackhole', 'on'] as const)[Number(v)];
  return value === undefined ? 'has no such probing' : { mtuProbing: value };
}

function rfc1323(v: string): Partial<TcpConfig> {
  return { timestamps: v === '1' || v === '3', windowScale: v === '1' || v === '2' };
}

const IPV4: Readonly<Record<string, Apply>> = {
  tcp_timestamps: flag('timestamps'),
  tcp_sack: flag('sack'),
  tcp_window_scaling: flag('windowScale'),
  tcp_rmem: rmem,
  tcp_wmem: wmem,
  tcp_syn_retries: retries('synR2Ms', LINUX_SYN_LINEAR_TIMEOUTS),
  tcp_syn_linear_timeouts: only(`${LINUX_SYN_LINEAR_TIMEOUTS}`),
  tcp_synack_retries: retries('synAckR2Ms'),
  tcp_retries1: number('r1'),
  tcp_retries2: retries2,
  tcp_fin_timeout: number('finWait2Ms', 1000),
  tcp_keepalive_time: number('keepAliveIdleMs', 1000),
  tcp_keepalive_intvl: number('keepAliveIntervalMs', 1000),
  tcp_keepalive_probes: number('keepAliveCount'),
  tcp_invalid_ratelimit: number('challengeAckMs'),
  tcp_min_snd_mss: number('minMss'),
  tcp_rto_min_us: (v) => ({ minRtoMs: Math.ceil(Number(v) / 1000) }),
  tcp_rto_max_ms: number('maxRtoMs'),
  tcp_congestion_control: congestion,
  tcp_ecn: ecn(LINUX_ECN),
  tcp_ecn_fallback: flag('ecnFallback'),
  tcp_ecn_option: ecnOption,
  tcp_ecn_option_beacon: inert, // of an option that does not go with every segment
  tcp_dsack: only('1'),
  tcp_fack: only('0'),
  tcp_frto: only('1', '2'),
  tcp_reordering: only('3'),
  tcp_max_reordering: inert,
  tcp_recovery: (v) => ({ lossDetection: (Number(v) & 1) === 1 ? 'rack' : 'dupacks' }),
  tcp_slow_start_after_idle: flag('restartAfterIdle'),
  tcp_mtu_probing: mtuProbing,
  tcp_stdurg: only('0'),
  tcp_abort_on_overflow: only('0'),
  tcp_thin_linear_timeouts: only('0'),
  tcp_autocorking: only('0'),
  tcp_shrink_window: only('0'),
  tcp_comp_sack_nr: only('0'),
  tcp_comp_sack_delay_ns: inert,
  tcp_comp_sack_slack_ns: inert,
  tcp_fastopen_blackhole_timeout_sec: inert, // middleboxes that are not here
  tcp_moderate_rcvbuf: inert,
  tcp_no_metrics_save: (v) => ({ peerMetrics: v === '0' ? 'path' : 'off' }),
  tcp_challenge_ack_limit: inert,
  tcp_max_syn_backlog: inert,
  tcp_tso_win_divisor: inert,
  tcp_tso_rtt_log: inert,
  tcp_limit_output_bytes: inert,
  tcp_pacing_ss_ratio: inert,
  tcp_pacing_ca_ratio: inert,
  tcp_notsent_lowat: only('4294967295', '-1'),
  tcp_tw_reuse: inert,
  tcp_min_rtt_wlen: inert,
  tcp_mem: inert,
  tcp_app_win: inert,
  tcp_adv_win_scale: inert,
  tcp_backlog_ack_defer: inert,
  ip_local_port_range: inert,
  ip_no_pmtu_disc: only('0'),
  ip_forward: inert,
};

const FREEBSD: Readonly<Record<string, Apply>> = {
  'net.inet.tcp.rfc1323': rfc1323,
  'net.inet.tcp.sack.enable': flag('sack'),
  'net.inet.tcp.recvspace': number('receiveBuffer'),
  'net.inet.tcp.sendspace': number('sendBuffer'),
  'kern.ipc.maxsockbuf': (v) => ({ receiveBufferMax: Math.min(Number(v), MAX_WINDOW) }),
  'net.inet.tcp.rexmit_initial': number('initialRtoMs'),
  'net.inet.tcp.rexmit_min': (v) => ({ minRtoMs: Math.max(Number(v), 1) }),
  'net.inet.tcp.rexmit_slop': number('rtoSlopMs'),
  'net.inet.tcp.rexmit_max': number('maxRtoMs'),
  'net.inet.tcp.retries': freebsdRetries,
  'net.inet.tcp.maxunacktime': maxUnackTime,
  'net.inet.tcp.msl': number('mslMs'),
  'net.inet.tcp.finwait2_timeout': number('finWait2Ms'),
  'net.inet.tcp.keepinit': number('synR2Ms'),
  'net.inet.tcp.keepidle': number('keepAliveIdleMs'),
  'net.inet.tcp.keepintvl': number('keepAliveIntervalMs'),
  'net.inet.tcp.keepcnt': number('keepAliveCount'),
  'net.inet.tcp.always_keepalive': flag('keepAlive'),
  'net.inet.tcp.delayed_ack': (v) => (v === '0' ? { delayedAckMs: 0 } : null),
  'net.inet.tcp.delacktime': number('delayedAckMs'),
  'net.inet.tcp.initcwnd_segments': number('initialWindow'),
  'net.inet.tcp.ack_war_timewindow': number('challengeAckMs'),
  'net.inet.tcp.ack_war_cnt': only('5'),
  'net.inet.tcp.minmss': (v) => ({ minMss: Math.max(28, Math.min(Number(v), 536)) }),
  'net.inet.tcp.syncache.rexmtlimit': retries('synAckR2Ms'),
  'net.inet.tcp.cc.algorithm': congestion,
  'net.inet.tcp.ecn.enable': ecn(FREEBSD_ECN),
  'net.inet.tcp.ecn.maxretries': number('ecnRetries'),
  'net.inet.tcp.path_mtu_discovery': only('1'),
  'net.inet.tcp.pmtud_blackhole_detection': (v) => ({ mtuProbing: v === '0' ? 'off' : 'blackhole' }),
  'net.inet.tcp.blackhole': only('0'),
  'net.inet.tcp.insecure_ack': only('0'),
  'net.inet.tcp.rfc3042': only('1'),
  'net.inet.tcp.rfc3390': inert,
  'net.inet.tcp.rfc3465': inert,
  'net.inet.tcp.rfc6675_pipe': inert,
  'net.inet.tcp.hostcache.purgenow': inert,
  'net.inet.tcp.hostcache.enable': inert,
  'net.inet.tcp.fast_finwait2_recycle': only('0'),
  'net.inet.tcp.tolerate_missing_ts': only('0'),
  'net.inet.tcp.ts_offset_per_conn': inert,
  'net.inet.tcp.functions_default': only('freebsd'),
  'net.inet.tcp.log_debug': inert,
  'net.inet.tcp.udp_tunneling_overhead': only('8'),
  'net.inet.tcp.recvbuf_auto': inert,
  'net.inet.tcp.sendbuf_auto': inert,
  'net.inet.tcp.tso': inert,
  'net.inet.tcp.mssdflt': only('536'),
  'net.inet.tcp.v6mssdflt': only('1220'),
  'net.inet.icmp.icmplim': inert,
  'net.inet.tcp.cc.abe': flag('abe'),
  'net.inet.tcp.cc.abe_frlossreduce': only('0'),
  'net.inet.tcp.hostcache.prune': inert,
  'net.inet.tcp.hostcache.expire': inert,
  'net.inet.tcp.sack.maxholes': inert,
  'net.inet.tcp.sack.globalmaxholes': inert,
  'net.inet.tcp.sack.revised': only('1'),
  'net.inet.tcp.sack.tso': inert,
  'net.inet.tcp.do_prr': only('1'),
  'net.inet.tcp.do_prr_conservative': inert,
  'net.inet.tcp.do_lrd': inert,
  'net.inet.tcp.newcwv': inert,
  'net.inet.tcp.newreno_sack': inert,
  'net.inet.tcp.abc_l_var': inert,
  'net.inet.tcp.do_tcpdrain': inert,
  'net.inet.tcp.reass.maxqueuelen': inert,
  'net.inet.tcp.reass.maxsegments': inert,
  'net.inet.tcp.nolocaltimewait': only('0'),
  'net.inet.tcp.maxtcptw': inert,
  'net.inet.tcp.syncache.rst_on_sock_fail': only('1'),
  'net.inet.tcp.syncache.see_other': inert,
  'net.inet.tcp.syncache.bucketlimit': inert,
  'net.inet.tcp.fastopen.acceptany': only('0'),
  'net.inet.tcp.fastopen.client_enable': inert, // a script that uses it says so in its calls
  'net.inet.tcp.fastopen.server_enable': inert,
  'net.inet.tcp.fastopen.autokey': inert,
  'net.inet.tcp.fastopen.ccache_bucket_limit': inert,
  'net.inet.tcp.fastopen.path_disable_time': inert,
  'net.inet.tcp.fastopen.psk_enable': only('0'),
  'net.inet.tcp.per_cpu_timers': inert,
  'net.inet.tcp.log_in_vain': inert,
  'net.inet.tcp.timer_race': inert,
  'net.inet.tcp.isn_reseed_interval': inert,
  'net.inet.tcp.recvbuf_max': inert,
  'net.inet.tcp.recvbuf_inc': inert,
  'net.inet.tcp.sendbuf_max': inert,
  'net.inet.tcp.sendbuf_inc': inert,
  'net.inet.tcp.sendbuf_auto_lowat': inert,
  'net.inet.tcp.ts_offset_per_connection': inert,
};

/** Sysctls that choose a step. */
const STEPS: Readonly<Record<string, keyof Steps>> = {
  'net.ipv4.tcp_rfc1337': 'rfc1337',
  'net.inet.tcp.drop_synfin': 'dropSynFin',
  'net.inet.tcp.insecure_rst': 'insecureRst',
  'net.inet.tcp.insecure_syn': 'insecureSyn',
  'net.inet.tcp.rexmit_drop_options': 'dropOptions',
  'net.inet.tcp.icmp_may_rst': 'icmpMayReset',
};

/** Sysctls of the host. */
const HOST: Readonly<Record<string, (value: string) => HostSettings>> = {
  'net.ipv4.tcp_syncookies': (v) => ({ synCookies: v === '2' ? 'always' : v !== '0' }),
  'net.inet.tcp.udp_tunneling_port': (v) => ({ tcpOverUdp: Number(v) }),
  'net.inet.tcp.syncookies': (v) => ({ synCookies: v !== '0' }),
  'net.inet.tcp.syncookies_only': (v) => ({ synCookies: v === '0' ? true : 'always' }),
};

/** One `name=value` of sysctl. */
export function sysctl(name: string, value: string): ShellAction {
  const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (step !== undefined) return { kind: 'steps', steps: { [step]: Number(value) !== 0 } };
  const host = Object.hasOwn(HOST, name) ? HOST[name] : undefined;
  if (host !== undefined) return { kind: 'host', settings: host(value.trim()) };
  if (name === 'net.ipv4.tcp_early_retrans')
    return { kind: 'steps', steps: { tailLossProbe: Number(value) >= 3 } };
  if (name === 'net.ipv4.tcp_min_tso_segs') return { kind: 'steps', steps: { minTsoSegs: Number(value) } };
  const short = name.replace(/^net\.ipv4\.|^net\/ipv4\//, '');
  if (short === 'tcp_fastopen' || short === 'tcp_fastopen_key') return fastOpen(short, value);
  const apply = short === name ? own(FREEBSD, name) : own(IPV4, short);
  if (apply === undefined) {
    if (
      /^net[./](core|ipv6)[./]/.test(name) &&
      /(optmem|rmem|wmem|somaxconn|netdev|flowlabel|default_qdisc)/.test(name)
    )
      return NOTHING;
    return { kind: 'unsupported', reason: `sysctl ${name}` };
  }
  const settings = apply(value.trim());
  if (settings === null) return NOTHING;
  if (typeof settings === 'string')
    return { kind: 'unsupported', reason: `sysctl ${name}=${value}: the stack ${settings}` };
  for (const v of Object.values(settings)) {
    if (typeof v === 'number' && !Number.isFinite(v))
      return { kind: 'unsupported', reason: `sysctl ${name}=${value}` };
  }
  return { kind: 'set', settings, optional: false };
}

function fastOpen(name: string, value: string): ShellAction {
  const mode = name === 'tcp_fastopen' ? fastOpenMode(value) : null;
  const keys = name === 'tcp_fastopen' ? null : readFastOpenKeys(value);
  if (mode === null && keys === null) return { kind: 'unsupported', reason: `sysctl ${name}=${value}` };
  return {
    kind: 'host',
    settings: {
      ...(mode === null ? {} : { fastOpen: mode }),
      ...(keys === null ? {} : { fastOpenKeys: keys }),
    },
  };
}

function own(table: Readonly<Record<string, Apply>>, name: string): Apply | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The defaults that the scripts of packetdrill's own suite and of the kernel's begin with (`defaults.sh`). */
const SUITE_DEFAULTS: readonly (readonly [string, string])[] = [
  ['tcp_rmem', '4096 540000 15728640'],
  ['tcp_wmem', '4096 262144 4194304'],
  ['tcp_timestamps', '1'],
  ['tcp_syn_retries', '5'],
  ['tcp_synack_retries', '5'],
  ['tcp_frto', '2'],
  ['tcp_sack', '1'],
  ['tcp_dsack', '1'],
  ['tcp_reordering', '3'],
  ['tcp_congestion_control', 'cubic'],
  ['tcp_slow_start_after_idle', '0'],
  ['tcp_early_retrans', '4'],
  ['tcp_recovery', '1'],
  ['tcp_ecn', '0'],
  ['tcp_fastopen_key', 'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4'],
];

/** `net.ipv4` settings of `defaults.sh`, by its path: packetdrill's has a folder for it, and every listener takes Fast Open. */
export function suiteSettings(command: string): readonly (readonly [string, string])[] | null {
  if (!/(^|\/)defaults\.sh$/.test(command)) return null;
  const fastOpen = /\/common\/defaults\.sh$/.test(command) ? '0x70403' : '0x3';
  return [...SUITE_DEFAULTS, ['tcp_fastopen', fastOpen]];
}

/** Programs that set up a machine this stack does not have. */
const TOOLS =
  /^(?:tc\s|ethtool\s|modprobe\s|nstat\b|set\s+-|true\b|:$|exit\s+0$|\/tmp\/sysctl_restore|echo\b|sync$|export\s|rm\s|mount\s|mkdir\s|#)/;

/** What FreeBSD's setkey does of TCP MD5: keys by the two addresses of a packet, the peer's is one of them. */
function setkey(text: string): ShellAction | null {
  if (/\bsetkey\s+-F\b/.test(text)) return { kind: 'host', settings: { md5Keys: null } };
  if (!/\bsetkey\s+-c\b/.test(text)) return null;
  const add = /\badd\s+(\S+)\s+(\S+)\s+tcp\s+\S+\s+-A\s+tcp-md5\s+"([^"]*)"/g;
  const md5Keys = [...text.matchAll(add)].map(([, , to, key]) => [to as string, key as string] as const);
  return { kind: 'host', settings: { md5Keys } };
}

/** Actions of the text of a command, in order. */
export function shellActions(text: string): ShellAction[] {
  const keys = setkey(text);
  if (keys !== null) return [keys];
  return shellCommands(text).flatMap(shellLine);
}

/** The commands of a text, in order. */
export function shellCommands(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\n|;|&&/)
    .map((line) => line.replace(/\s#.*$/, '').trim())
    .filter((command) => command !== '');
}

function shellLine(command: string): ShellAction[] {
  const suite = suiteSettings(command);
  if (suite !== null) return suiteDefaults(suite);
  const count = /^sockstat\b.*grep -c\s+'?([A-Z0-9_]+)'?\s*\|\s*grep\s+(-\S+\s+)?'?(\d+)'?$/.exec(command);
  if (count !== null) {
    return [{ kind: 'count', state: stateOf(count[1] as string), count: Number(count[3]) }];
  }
  const drop = /^tcpdrop\s+(?:-a\s*)?(?:-s\s+(\w+))?$/.exec(command);
  if (drop !== null) return [{ kind: 'drop', state: drop[1] === undefined ? null : stateOf(drop[1]) }];
  const sleep = /^sleep\s+([\d.]+)$/.exec(command);
  if (sleep !== null) return [{ kind: 'sleep', us: Number(sleep[1]) * 1e6 }];
  const pairs = sysctlPairs(command);
  if (pairs !== null) {
    if (pairs.length === 0) return [{ kind: 'unsupported', reason: `shell command: ${command}` }];
    return pairs.map(({ name, value }) => sysctl(name, value));
  }
  if (/^ip\s+tcp_metrics\s+flush\b/.test(command))
    return [{ kind: 'host', settings: { flushMetrics: true } }];
  if (TOOLS.test(command)) return [NOTHING];
  return [{ kind: 'unsupported', reason: `shell command: ${command}` }];
}

/** What a command that is sysctl (or does its work) sets; null for another command. */
export function sysctlPairs(command: string): { readonly name: string; readonly value: string }[] | null {
  const text =
    /^(?:\/sbin\/)?sysctl\s+(.*)$/.exec(command)?.[1] ?? /set_sysctls\.py\s+(.*)$/.exec(command)?.[1];
  if (text === undefined) return null;
  const pair = /([A-Za-z0-9_./-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s]+)/g;
  const clean = text.replace(/\s+[12]?>\S*.*$/, '');
  return [...clean.matchAll(pair)].map((m) => ({
    name: (m[1] as string).replace(/^\/proc\/sys\//, '').replaceAll('/', '.'),
    value: arithmetic((m[2] as string).replace(/^["']|["']$/g, '')),
  }));
}

/** The shell's `$((32*1024*1024))`, of numbers, products and sums. */
export function arithmetic(text: string): string {
  return text.replace(/\$\(\(([\d\s*+-]+)\)\)/g, (_all, sum: string) =>
    String(
      [...sum.matchAll(/([+-]?)\s*([\d\s*]+)/g)].reduce((total, [, sign, product]) => {
        const value = (product as string).split('*').reduce((n, factor) => n * Number(factor), 1);
        return sign === '-' ? total - value : total + value;
      }, 0),
    ),
  );
}

function suiteDefaults(settings: readonly (readonly [string, string])[]): ShellAction[] {
  return settings.map(([name, value]) => {
    const action = sysctl(`net.ipv4.${name}`, value);
    if (action.kind === 'unsupported') return { kind: 'note', text: `defaults.sh: ${action.reason}` };
    return action.kind === 'set' ? { ...action, optional: true } : action;
  });
}

/** TIME_WAIT, FIN_WAIT_1 … as the RFC writes them. */
function stateOf(name: string): string {
  return name
    .replace(/^SYN_RCVD$|^SYN_RECEIVED$|^SYN_RECV$/, 'SYN-RECEIVED')
    .replaceAll('_', '-')
    .replace(/WAIT(\d)$/, 'WAIT-$1');
}

// The sysctls of Linux and FreeBSD as settings of the stack. A name or a value that is not known here makes the script
// unsupported.

import { LINUX_SYN_LINEAR_TIMEOUTS, synR2Ms } from '../../socket/posix/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import { fastOpenMode, readFastOpenKeys } from './fast-open.ts';
import type { Steps } from './profile.ts';
import type { HostSettings, ShellAction } from './shell-action.ts';

type Apply = (value: string) => Partial<TcpConfig> | null | string;

/** Nothing to do. */
export const NOTHING: ShellAction = { kind: 'nothing' };
const MAX_BUFFER = 2 ** 24;
/** The largest window that there is (RFC 7323 section 2.3). */
const MAX_WINDOW = 2 ** 30 - 1;

/** The whole number that `value` is, decimal or 0x…; null: it is none. */
function wholeNumber(value: string): number | null {
  return /^(?:-?\d{1,15}|0x[\da-f]{1,12})$/i.test(value) ? Number(value) : null;
}

/** What follows from a whole number. */
const whole =
  (apply: (n: number) => Partial<TcpConfig> | null): Apply =>
  (v) => {
    const n = wholeNumber(v);
    return n === null ? 'wants a whole number' : apply(n);
  };
/** A setting that is a number times `scale`. */
const number = (field: keyof TcpConfig, scale = 1): Apply => whole((n) => ({ [field]: n * scale }));
/** A setting that is on or off. */
const flag = (field: keyof TcpConfig): Apply => whole((n) => ({ [field]: n !== 0 }));
/** Only these values are what the stack does; null: nothing to set. */
const only =
  (...values: readonly string[]): Apply =>
  (v) =>
    values.includes(v) ? null : `has no such setting; it behaves like ${values.join(' or ')}`;
const inert: Apply = () => null;

/** A number of retransmissions, of an initial RTO of a second. */
const retries = (field: 'synR2Ms' | 'synAckR2Ms', linear = 0): Apply =>
  whole((n) => ({ [field]: synR2Ms(n, 1000, linear) }));

/** tcp_retries2 counts from a 200 ms RTO that doubles up to 120 s. */
const r2Ms = (n: number): number =>
  n <= 9 ? 200 * (2 ** (n + 1) - 1) : 200 * (2 ** 10 - 1) + (n - 9) * 120_000;
const retries2 = whole((n) => ({ r2Ms: Math.max(1000, r2Ms(n)) }));

/** tcp_orphan_retries counts in the same way, from the first retransmission on; 0 stands for 8. */
const orphanRetries = whole((n) => ({ orphanR2Ms: r2Ms(n === 0 ? 8 : n) + 100 }));

/** The least, the first and the largest of a buffer. */
const buffer =
  (apply: (start: number, most: number) => Partial<TcpConfig>): Apply =>
  (v) => {
    const [least, start, most] = v.split(/\s+/).map(wholeNumber);
    return least == null || start == null || most == null ? 'wants three numbers' : apply(start, most);
  };

const rmem = buffer((start, most) => {
  // Half of the memory is for the octets.
  const receiveBuffer = Math.max(1, Math.min(start >> 1, MAX_BUFFER));
  return { receiveBuffer, receiveBufferMax: Math.max(most, receiveBuffer) };
});

const wmem = buffer((_start, most) => ({ sendBuffer: Math.min(most, MAX_BUFFER) })); // it grows by itself up to that

function congestion(v: string): Partial<TcpConfig> {
  return { congestion: v === 'reno' ? 'newreno' : v };
}

/** TCP_MAXRXTSHIFT: FreeBSD has no more retransmissions. */
const MOST_RETRIES = 12;

/** net.inet.tcp.retries: retransmissions of an RTO of 230 ms that doubles up to 64 s. */
const freebsdRetries = whole((n) => {
  let ms = 0;
  for (let i = 0; i <= Math.min(n, MOST_RETRIES); i++) ms += Math.min(230 * 2 ** i, 64_000);
  return { r2Ms: Math.max(1000, ms) };
});

/** net.inet.tcp.maxunacktime, in seconds; 0 says nothing. */
const maxUnackTime = whole((n) => (n === 0 ? null : { userTimeoutMs: n * 1000 }));

/** One of `values`, by its place. */
const choice =
  <K extends keyof TcpConfig>(field: K, values: readonly TcpConfig[K][]): Apply =>
  (v) => {
    const n = wholeNumber(v);
    const value = n === null ? undefined : values[n];
    return value === undefined ? `knows 0 to ${values.length - 1}` : { [field]: value };
  };

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
/** AccECN, in FREEBSD_ECN. */
const FREEBSD_ACCURATE = 3;

/** The kernels that had ECN++, and the first with AccECN, rounded scaled windows down (recwin >> rcv_scale). */
const ROUNDED_DOWN = { windowRoundedUp: false } as const;

const freebsdEcn: Apply = (v) => {
  const chosen = choice('ecn', FREEBSD_ECN)(v);
  if (chosen === null || typeof chosen === 'string') return chosen;
  return Number(v) >= FREEBSD_ACCURATE ? { ...chosen, ...ROUNDED_DOWN } : chosen;
};

const rfc1323 = whole((n) => ({ timestamps: n === 1 || n === 3, windowScale: n === 1 || n === 2 }));

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
  tcp_orphan_retries: orphanRetries,
  tcp_fin_timeout: number('finWait2Ms', 1000),
  tcp_keepalive_time: number('keepAliveIdleMs', 1000),
  tcp_keepalive_intvl: number('keepAliveIntervalMs', 1000),
  tcp_keepalive_probes: number('keepAliveCount'),
  tcp_invalid_ratelimit: number('challengeAckMs'),
  tcp_min_snd_mss: number('minMss'),
  tcp_rto_min_us: whole((n) => ({ minRtoMs: Math.ceil(n / 1000) })),
  tcp_rto_max_ms: number('maxRtoMs'),
  tcp_congestion_control: congestion,
  tcp_ecn: choice('ecn', LINUX_ECN),
  tcp_ecn_fallback: flag('ecnFallback'),
  // No option, when there is something to tell, and with every segment.
  tcp_ecn_option: choice('accEcnOption', ['off', 'changed', 'linux', 'linux']),
  tcp_ecn_option_beacon: inert, // of an option that does not go with every segment
  tcp_dsack: only('1'),
  tcp_fack: only('0'),
  tcp_frto: only('1', '2'),
  tcp_reordering: only('3'),
  tcp_max_reordering: inert,
  tcp_recovery: whole((n) => ({ lossDetection: (n & 1) === 1 ? 'rack' : 'dupacks' })),
  tcp_slow_start_after_idle: flag('restartAfterIdle'),
  tcp_mtu_probing: choice('mtuProbing', ['off', 'blackhole', 'on']),
  tcp_stdurg: only('0'),
  tcp_abort_on_overflow: only('0'),
  tcp_thin_linear_timeouts: only('0'),
  tcp_autocorking: only('0'),
  tcp_shrink_window: flag('windowMayShrink'),
  tcp_comp_sack_nr: only('0'),
  tcp_comp_sack_delay_ns: inert,
  tcp_comp_sack_slack_ns: inert,
  tcp_fastopen_blackhole_timeout_sec: inert, // middleboxes that are not here
  tcp_moderate_rcvbuf: flag('receiveBufferTuning'),
  tcp_no_metrics_save: whole((n) => ({ peerMetrics: n === 0 ? 'path' : 'off' })),
  tcp_challenge_ack_limit: inert,
  tcp_max_syn_backlog: inert,
  tcp_tso_win_divisor: inert,
  tcp_tso_rtt_log: inert,
  tcp_limit_output_bytes: inert,
  tcp_pacing_ss_ratio: inert,
  tcp_pacing_ca_ratio: inert,
  tcp_notsent_lowat: only('4294967295', '-1'),
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
  'kern.ipc.maxsockbuf': whole((n) => ({ receiveBufferMax: Math.min(n, MAX_WINDOW) })),
  'net.inet.tcp.rexmit_initial': number('initialRtoMs'),
  'net.inet.tcp.rexmit_min': whole((n) => ({ minRtoMs: Math.max(n, 1) })),
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
  'net.inet.tcp.delayed_ack': whole((n) => (n === 0 ? { delayedAckMs: 0 } : null)),
  'net.inet.tcp.delacktime': number('delayedAckMs'),
  'net.inet.tcp.initcwnd_segments': number('initialWindow'),
  'net.inet.tcp.ack_war_timewindow': number('challengeAckMs'),
  'net.inet.tcp.ack_war_cnt': only('5'),
  'net.inet.tcp.minmss': whole((n) => ({ minMss: Math.max(28, Math.min(n, 536)) })),
  'net.inet.tcp.syncache.rexmtlimit': retries('synAckR2Ms'),
  'net.inet.tcp.cc.algorithm': congestion,
  'net.inet.tcp.ecn.enable': freebsdEcn,
  'net.inet.tcp.ecn.maxretries': number('ecnRetries'),
  'net.inet.tcp.path_mtu_discovery': only('1'),
  'net.inet.tcp.pmtud_blackhole_detection': whole((n) => ({ mtuProbing: n === 0 ? 'off' : 'blackhole' })),
  'net.inet.tcp.pmtud_blackhole_mss': only('1200'),
  'net.inet.tcp.v6pmtud_blackhole_mss': only('1220'),
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

/** Sysctls that choose steps. */
const STEPS: Readonly<Record<string, (n: number) => Steps>> = {
  'net.ipv4.tcp_rfc1337': (n) => ({ rfc1337: n !== 0 }),
  'net.ipv4.tcp_early_retrans': (n) => ({ tailLossProbe: n >= 3 }),
  'net.ipv4.tcp_min_tso_segs': (n) => ({ minTsoSegs: Math.max(n, 1) }),
  'net.inet.tcp.drop_synfin': (n) => ({ dropSynFin: n !== 0 }),
  'net.inet.tcp.insecure_rst': (n) => ({ insecureRst: n !== 0 }),
  'net.inet.tcp.insecure_syn': (n) => ({ insecureSyn: n !== 0 }),
  'net.inet.tcp.rexmit_drop_options': (n) => ({ dropOptions: n !== 0 }),
  'net.inet.tcp.icmp_may_rst': (n) => ({ icmpMayReset: n !== 0 }),
  'net.inet.tcp.ecn.plusplus': (n) => ({ ecnPlusPlus: n }),
};

/** What such a sysctl sets besides. */
const SETTINGS_OF_STEPS: Readonly<Record<string, (n: number) => Partial<TcpConfig>>> = {
  'net.inet.tcp.ecn.plusplus': (n) => ({ ecnPlusPlus: n >= 2, ...ROUNDED_DOWN }),
};

/** Sysctls of the host that are numbers. */
const HOST: Readonly<Record<string, (n: number) => HostSettings>> = {
  'net.ipv4.tcp_syncookies': (n) => ({ synCookies: n !== 0, synCookiesOnly: n === 2 }),
  'net.ipv4.tcp_tw_reuse': (n) => ({ timeWaitReuse: { chooses: n === 1 } }),
  'net.ipv4.tcp_tw_reuse_delay': (n) => ({ timeWaitReuse: { chosenAfterMs: n } }),
  'net.ipv4.tcp_fastopen': (n) => ({ fastOpen: fastOpenMode(n) }),
  'net.inet.tcp.udp_tunneling_port': (n) => ({ tcpOverUdp: n }),
  'net.inet.tcp.syncookies': (n) => ({ synCookies: n !== 0 }),
  'net.inet.tcp.syncookies_only': (n) => ({ synCookiesOnly: n !== 0 }),
};

/** One `name=value` of sysctl. */
export function sysctl(name: string, value: string): ShellAction {
  const refused: ShellAction = { kind: 'unsupported', reason: `sysctl ${name}=${value}` };
  const steps = own(STEPS, name);
  const host = own(HOST, name);
  if (steps !== undefined || host !== undefined) {
    const n = wholeNumber(value.trim());
    if (n === null) return refused;
    if (steps === undefined) return { kind: 'host', settings: (host as (n: number) => HostSettings)(n) };
    const settings = own(SETTINGS_OF_STEPS, name)?.(n);
    return { kind: 'steps', steps: steps(n), ...(settings === undefined ? {} : { settings }) };
  }
  if (name === 'net.ipv4.tcp_fastopen_key') {
    const keys = readFastOpenKeys(value);
    return keys === null ? refused : { kind: 'host', settings: { fastOpenKeys: keys } };
  }
  const short = name.replace(/^net\.ipv4\.|^net\/ipv4\//, '');
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
  return { kind: 'set', settings, optional: false };
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

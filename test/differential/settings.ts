// What both stacks are set to, so that they differ in what they do and not in how they are tuned: no limit
// on challenge ACKs, every ACK at once, no timer of loss detection, the same buffers.

/** Octets. */
export const RECEIVE_BUFFER = 65_536;
export const SEND_BUFFER = 65_536;

/** Settings of the kernel in its namespace, below net.ipv4. */
export const SYSCTLS: Readonly<Record<string, string>> = {
  tcp_challenge_ack_limit: '2147483647',
  tcp_invalid_ratelimit: '0',
  tcp_timestamps: '1',
  tcp_sack: '1',
  tcp_dsack: '1',
  tcp_window_scaling: '1',
  tcp_ecn: '2',
  tcp_rfc1337: '1',
  tcp_early_retrans: '0',
  tcp_recovery: '0',
  tcp_frto: '0',
  tcp_mtu_probing: '0',
  tcp_no_metrics_save: '1',
  tcp_moderate_rcvbuf: '0',
  tcp_rmem: `4096 ${2 * RECEIVE_BUFFER} 6291456`,
  tcp_wmem: `4096 ${4 * SEND_BUFFER} 4194304`,
  tcp_congestion_control: 'reno',
  tcp_slow_start_after_idle: '0',
  tcp_syncookies: '0',
  tcp_max_syn_backlog: '4096',
  tcp_fastopen: '0',
  tcp_autocorking: '0',
  tcp_syn_linear_timeouts: '0',
  tcp_comp_sack_nr: '0',
  tcp_tw_reuse: '0',
};

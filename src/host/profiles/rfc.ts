// The profile of a host that was told none: the RFCs, and where these leave a choice without a recommendation, the one
// that most hosts of the Internet have made, Linux's.

import { defaultConfig, type TcpConfig } from '../../tcp/index.ts';
import { profileOf } from './profile.ts';

const SOURCES: Readonly<Record<keyof TcpConfig, string>> = {
  mslMs:
    'RFC 9293 section 3.4.2 says two minutes, "an engineering choice"; TCP_TIMEWAIT_LEN of Linux is 2 MSL of 30 s',
  sendBuffer: 'none: free',
  sendBufferMax: 'none: free; tcp_wmem of Linux',
  notsentLowat: 'none: free; tcp_notsent_lowat of Linux, which is none, too',
  receiveBuffer: 'none: free',
  receiveBufferTuning: 'none: free; tcp_moderate_rcvbuf of Linux',
  receiveWholeSegments: 'none: free',
  sendWholeSegments: 'none: free',
  resetUnread: 'RFC 9293 section 3.6.1 (SHLD-3)',
  windowInOctets:
    'RFC 9293 section 3.8.6.2.2 (MUST-39): false moves the right edge of the window by segments',
  windowRoundedUp: 'RFC 7323 section 2.3 leaves it free: less is offered, not more',
  receiveMemory: 'none: free; RFC 9293 section 3.8.6 says nothing of what a buffer is',
  windowMayShrink: 'RFC 9293 section 3.8.6 (SHLD-14)',
  synWindow: 'none: free',
  receiveBufferMax: 'RFC 7323 section 2.3: the shift is chosen for the largest buffer there may be',
  windowScale: 'RFC 7323 section 2',
  timestamps: 'RFC 7323 section 3',
  sack: 'RFC 2018',
  cookieSack: 'RFC 4987 section 3.6 keeps the MSS; what more is free',
  ecn: 'RFC 3168 section 6.1.1; "accept" is tcp_ecn = 2 of Linux, "accurate" (RFC 9768) its 3',
  ecnRetries: 'RFC 3168 section 6.1.1.1: free; net.inet.tcp.ecn.maxretries of FreeBSD',
  ecnOfCrossingSyn:
    'none: RFC 3168 section 6.1.1 does not speak of a simultaneous open; tcp_ecn_input_parallel_syn of FreeBSD',
  ecnFallback: 'RFC 3168 section 6.1.1.1, RFC 9768 sections 3.1.4.1 and 3.2.2.3; tcp_ecn_fallback of Linux',
  ecnOfHandshake: 'RFC 9768 sections 3.2.2.2 and 3.2.2.3',
  ecnPlusPlus: 'RFC 3168 sections 6.1.4 and 6.1.5: only new text is ECN-capable',
  accEcnOption: 'RFC 9768 section 3.2.3.3: the recommended simple scheme',
  mssOption: 'RFC 9293 section 3.7.1 (MUST-14, SHLD-5)',
  halfWindowSegments: 'RFC 9293 section 3.8.6.2.1 (MUST-38): Eff.snd.MSS, not half of Max(SND.WND)',
  synOptionOrder: 'RFC 9293 section 3.2 leaves the order free',
  noDelay:
    'RFC 9293 section 3.7.4 (SHLD-7): Nagle’s algorithm, as appendix A.3 would have it, unless the user says otherwise (MUST-17)',
  delayedAckMs: 'RFC 9293 section 3.8.6.3 (MUST-40): less than 500; TCP_DELACK_MIN of Linux is 40',
  quickAcks: 'RFC 5681 section 4.2: every second full segment, from the first one on',
  initialRtoMs: 'RFC 6298 section 2.1',
  minRtoMs: 'RFC 6298 section 2.4 says a second; TCP_RTO_MIN of Linux is 200',
  rtoSlopMs: 'RFC 6298 section 2 has none',
  maxRtoMs: 'RFC 6298 section 2.5: 60 s or more; TCP_RTO_MAX of Linux is 120 s',
  r1: 'RFC 9293 section 3.8.3 (SHLD-10): at least three retransmissions',
  r2Ms: 'RFC 9293 section 3.8.3 (SHLD-11): at least 100 s; 924.6 s are the 15 retransmissions of tcp_retries2 in Linux',
  synR2Ms: 'RFC 9293 section 3.8.3 (MUST-23): at least three minutes',
  synAckR2Ms: 'RFC 9293 section 3.8.3 (MUST-23): at least three minutes',
  orphanR2Ms: 'RFC 9293 section 3.8.3: R2 does not depend on the user',
  userTimeoutMs: 'RFC 9293 section 3.9.1: none, unless the user says so; R2 ends the connection',
  keepAlive: 'RFC 9293 section 3.8.4 (MUST-25): off',
  keepAliveIdleMs: 'RFC 9293 section 3.8.4 (MUST-28): no less than two hours',
  keepAliveIntervalMs: 'none: free; tcp_keepalive_intvl of Linux, TCPTV_KEEPINTVL of FreeBSD',
  keepAliveCount: 'none: free, but more than one (MUST-29); tcp_keepalive_probes of Linux',
  finWait2Ms:
    'none: RFC 9293 waits for ever; tcp_fin_timeout of Linux, net.inet.tcp.finwait2_timeout of FreeBSD',
  challengeAckMs: 'RFC 5961 section 7: limited; tcp_invalid_ratelimit of Linux',
  initialWindow: 'RFC 6928 section 2',
  minMss: 'none: free; tcp_min_snd_mss of Linux',
  maxMss: 'RFC 9293 section 3.7.1: what the path allows',
  doubtsMtu: 'RFC 5927 section 7.2',
  mtuProbing: 'RFC 8899 section 4.3, RFC 4821 section 7: probes where a black hole was seen',
  maxRanges: 'none: free',
  lossDetection: 'RFC 8985',
  congestion:
    'RFC 9438 section 1 replaces RFC 5681 as the standard; the default of Linux, Windows and Apple, too',
  peerMetrics:
    'RFC 9040 is informational: none of it, so that a connection follows from its own segments alone',
  fastOpenRetreat: 'RFC 7413 section 4.1.3.1: "MUST cache negative responses"',
  restartAfterIdle: 'RFC 5681 section 4.1',
  abe: 'RFC 8511 section 3',
  pacing: 'draft-ietf-ccwg-bbr section 5.6.2: where a control asks for it',
  headerPrediction: 'none: nothing shows of it',
};

/** All defaults, with their sources. */
export const rfc = profileOf('rfc', {
  tcp: Object.fromEntries(
    Object.entries(defaultConfig).map(([name, value]) => [
      name,
      { value, source: SOURCES[name as keyof TcpConfig] },
    ]),
  ),
  rules: {},
});

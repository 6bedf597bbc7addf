// FreeBSD, as it comes: the defaults of its sysctls (tcp(4)) and the constants of sys/netinet/tcp_timer.h.

import { Err } from '../../tcp/index.ts';
import { freebsdRules } from './freebsd-rules.ts';
import { profileOf } from './profile.ts';
import { resetByReply } from './reset-by-reply.ts';

const rules = freebsdRules();

/** FreeBSD. */
export const freebsd = profileOf('freebsd', {
  tcp: {
    receiveBuffer: { value: 65_536, source: 'net.inet.tcp.recvspace' },
    receiveBufferTuning: { value: true, source: 'net.inet.tcp.recvbuf_auto' },
    receiveWholeSegments: { value: true, source: 'tcp_mss (sys/netinet/tcp_input.c)' },
    sendWholeSegments: { value: true, source: 'tcp_mss (sys/netinet/tcp_input.c)' },
    resetUnread: { value: false, source: 'tcp_disconnect (sys/netinet/tcp_usrreq.c): sbflush, and a FIN' },
    windowRoundedUp: { value: true, source: 'tcp_default_output: roundup2' },
    windowInOctets: {
      value: true,
      source: 'tcp_default_output (sys/netinet/tcp_output.c): adv, of so_rcv and t_maxseg',
    },
    receiveBufferMax: { value: 2_097_152, source: 'kern.ipc.maxsockbuf' },
    sendBuffer: { value: 32_768, source: 'net.inet.tcp.sendspace' },
    sendBufferMax: { value: 2_097_152, source: 'net.inet.tcp.sendbuf_max' },
    cookieSack: { value: true, source: 'union syncookie (sys/netinet/tcp_syncache.h): sack_ok' },
    synOptionOrder: { value: 'freebsd', source: 'tcp_addoptions (sys/netinet/tcp_output.c)' },
    delayedAckMs: { value: 40, source: 'net.inet.tcp.delacktime' },
    initialRtoMs: { value: 1000, source: 'net.inet.tcp.rexmit_initial' },
    minRtoMs: { value: 30, source: 'net.inet.tcp.rexmit_min' },
    maxRtoMs: { value: 64_000, source: 'net.inet.tcp.rexmit_max' },
    rtoSlopMs: { value: 200, source: 'net.inet.tcp.rexmit_slop' },
    lossDetection: { value: 'dupacks', source: 'net.inet.tcp.functions_default: freebsd, not rack' },
    synR2Ms: { value: 75_000, source: 'net.inet.tcp.keepinit' },
    synAckR2Ms: {
      value: 15_000,
      source: 'net.inet.tcp.syncache.rexmtlimit: 3 retransmissions, and the time of the last',
    },
    keepAlive: { value: true, source: 'net.inet.tcp.always_keepalive (MUST-25 says off)' },
    keepAliveIdleMs: { value: 7_200_000, source: 'net.inet.tcp.keepidle' },
    keepAliveIntervalMs: { value: 75_000, source: 'net.inet.tcp.keepintvl' },
    keepAliveCount: { value: 8, source: 'net.inet.tcp.keepcnt' },
    finWait2Ms: { value: 60_000, source: 'net.inet.tcp.finwait2_timeout' },
    fastOpenRetreat: {
      value: 'ignored',
      source: 'tcp_fastopen_disable_path (sys/netinet/tcp_fastopen.c)',
    },
    challengeAckMs: { value: 1000, source: 'net.inet.tcp.ack_war_timewindow' },
    abe: { value: false, source: 'net.inet.tcp.cc.abe' },
    initialWindow: { value: 10, source: 'net.inet.tcp.initcwnd_segments' },
    mslMs: { value: 30_000, source: 'net.inet.tcp.msl' },
    ecnRetries: { value: 1, source: 'net.inet.tcp.ecn.maxretries' },
    ecnOfCrossingSyn: { value: true, source: 'tcp_ecn_input_parallel_syn' },
    ecnOfHandshake: {
      value: false,
      source: 'none: tcp_ecn_syncache_socket (sys/netinet/tcp_ecn.c) keeps the counter alone',
    },
    accEcnOption: { value: 'off', source: 'none: the field ACE alone (sys/netinet/tcp_ecn.c)' },
    minMss: { value: 216, source: 'net.inet.tcp.minmss' },
    doubtsMtu: {
      value: false,
      source: 'tcp_ctlinput_viaicmp, tcp6_ctlinput: smaller than t_maxseg is enough',
    },
    mtuProbing: { value: 'off', source: 'net.inet.tcp.pmtud_blackhole_detection: 0' },
  },
  rules: {
    resetSignal: {
      value: () => Err.RESET,
      source: 'tcp_do_segment (sys/netinet/tcp_input.c): ECONNRESET in CLOSING and LAST-ACK, too',
    },
    listenRst: {
      value: rules.listenRst,
      source: 'net.inet.tcp.drop_synfin: 1, of sockets that listen or connect',
    },
    listenSyn: {
      value: rules.listenSyn,
      source:
        'net.inet.tcp.drop_synfin: if 0, a FIN with a SYN is ignored; tcp_ecn_syncache_socket: a marked SYN is counted',
    },
    synSentAck: {
      value: rules.synSentAck,
      source: 'tcp_do_segment (sys/netinet/tcp_input.c): the SYN waits for its timer',
    },
    synSentSyn: {
      value: rules.synSentSyn,
      source: 'tcp_do_segment, tcp_reass: text of a crossing SYN is kept, and no FIN',
    },
    synReceivedAck: {
      value: rules.synReceivedAck,
      source: 'tcp_do_segment: and is passed to the user with the ACK',
    },
    timestamps: {
      value: rules.timestamps,
      source: 'tcp_twcheck: no PAWS in TIME-WAIT; net.inet.tcp.drop_synfin: 1',
    },
    sequence: {
      value: rules.sequence,
      source: 'tcp_do_segment: RST and SYN are judged by what the buffer can take, from the last ACK sent on',
    },
    receiveEcn: {
      value: rules.receiveEcn,
      source: 'tcp_ecn_input_segment (sys/netinet/tcp_ecn.c): TF_ACKNOW for CWR, none for CE',
    },
    markEcn: { value: rules.markEcn, source: 'net.inet.tcp.ecn.plusplus, of kernels that had it: 0' },
    rst: { value: rules.rst, source: 'net.inet.tcp.insecure_rst: 0' },
    syn: { value: rules.syn, source: 'net.inet.tcp.insecure_syn: 0' },
    timeWait: {
      value: rules.timeWait,
      source: 'tcp_twcheck: silent where there is no ACK; a newer SYN is known by its sequence number',
    },
    scheduleAck: {
      value: rules.scheduleAck,
      source: 'DELAY_ACK (sys/netinet/tcp_input.c): one ACK is delayed, the next is not',
    },
    finReached: {
      value: rules.finReached,
      source: 'tcp_do_segment: "since we received a FIN … send ACK now"',
    },
    sendAck: {
      value: rules.sendAck,
      source:
        'tcp_outflags (sys/netinet/tcp_fsm.h): an ACK carries our FIN as long as that is not acknowledged; tcp_twrespond: none of TIME-WAIT has bits of ECN',
    },
    lateData: {
      value: resetByReply,
      source: 'tcp_do_segment, tcp_dropwithreset: the RST is formed of the segment, without an ACK',
    },
    mtuBlackHole: {
      value: rules.mtuBlackHole,
      source: 'tcp_timer_rexmt (sys/netinet/tcp_timer.c), with pmtud_blackhole_detection',
    },
    challengeAck: {
      value: rules.challengeAck,
      source: 'tcp_send_challenge_ack: an ACK alone, net.inet.tcp.ack_war_cnt in a time window',
    },
    sendReset: { value: rules.sendReset, source: 'tcp_default_output: a RST has no window' },
    maySendSmall: {
      value: rules.maySendSmall,
      source:
        'tcp_default_output (sys/netinet/tcp_output.c): a small segment waits for what was outstanding when sending began',
    },
    burst: { value: rules.burst, source: 'tcp_default_output: idle' },
    noteLimit: { value: rules.noteLimit, source: 'tcp_default_output: idle' },
    openingError: {
      value: rules.openingError,
      source: 'net.inet.tcp.icmp_may_rst: 1; icmp_errmap (sys/netinet/ip_icmp.c)',
    },
    sendSyn: { value: rules.sendSyn, source: 'net.inet.tcp.rexmit_drop_options: 0' },
  },
});

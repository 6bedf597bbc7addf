// Linux 6.5 and later, as it comes: the defaults of its sysctls (Documentation/networking/ip-sysctl.rst) and the
// constants of include/net/tcp.h.

import {
  asPredicted,
  Err,
  FastOpen,
  fixedHeaders,
  IcmpCause,
  parts,
  type Rules,
  rfc9293,
  State,
  type Tcb,
} from '../../tcp/index.ts';
import { ACK, FIN, OPT_TIMESTAMPS, RST, type Segment, SYN, seqGeq, seqLeq } from '../../wire/index.ts';
import { linuxCubic } from './linux-cubic.ts';
import {
  burstOf,
  controlWindow,
  depart,
  detectLoss,
  MIN_TSO_SEGS,
  maySendSmall,
  newAck,
  noteLimit,
  paceRoom,
  pushesOf,
  resendLost,
  sackArrives,
  setProbeTimer,
} from './linux-sending.ts';
import { profileOf } from './profile.ts';
import { resetByReply } from './reset-by-reply.ts';

/** tcp_syn_linear_timeouts: so many retransmissions of a SYN before its timer backs off. */
const SYN_LINEAR_TIMEOUTS = 4;

/** RTOs of a SYN are 1, 1, 1, 1, 1, 2, 4… s: the timer of the first four retransmissions does not back off. */
const retransmissionTimeout: Rules['retransmissionTimeout'] = (e, tcb) => {
  const { rto } = tcb;
  const { rtoMs } = rto;
  rfc9293.retransmissionTimeout(e, tcb);
  if (tcb.state !== State.SYN_SENT || rto.timeouts > SYN_LINEAR_TIMEOUTS) return;
  rto.rtoMs = rtoMs;
  parts.setTimer(e, tcb, 'rexmt', rtoMs);
};

/** tcp_v4_err: whatever is said of an opening connection ends it. */
const openingError: Rules['openingError'] = (_cause, error) => error;

/**
 * tcp_v4_err: an early connection of Fast Open that nobody has accepted is opening, too. tcp_req_err: so is one that has no more
 * than its SYN, where the error is one of these; over IPv6 where icmpv6_err_convert says that it is fatal.
 */
const opens: Rules['opens'] = (tcb, cause) => {
  if (rfc9293.opens(tcb, cause)) return true;
  if (tcb.state !== State.SYN_RECEIVED) return false;
  const early = tcb.fastOpen & (FastOpen.EARLY | FastOpen.ACCEPTED);
  if (early !== 0) return early === FastOpen.EARLY;
  if (cause === IcmpCause.PARAMETER) return true;
  if (tcb.family === 4) return cause === IcmpCause.UNREACHABLE;
  return cause === IcmpCause.PORT || cause === IcmpCause.PROHIBITED || cause === IcmpCause.NEXT_HEADER;
};

/** How long the ACK of a FIN waits that is the first thing to come: ato is 0, and the next jiffy is soon. */
const FIRST_ACK_MS = 1;

/** The ACK of a FIN waits for a FIN of our own, also while others go at once, but where it is the first. */
const fin: Rules['fin'] = asPredicted((e, tcb, seg) => {
  const { state, rcv, config } = tcb;
  const inOrder = (seg.ctl & FIN) !== 0 && ((seg.seq + seg.textLen) | 0) === rcv.nxt;
  // The SYN,ACK came with it.
  if (tcb.snd.wl1 === rcv.irs) return rfc9293.fin(e, tcb, seg);
  const first = rcv.quick === config.quickAcks && rcv.quick > 0;
  rfc9293.fin(e, tcb, seg);
  if (tcb.memory?.starved === 1) return;
  if (
    state !== State.ESTABLISHED ||
    !inOrder ||
    ((rcv.nxt - rcv.acked) | 0) > 2 * Math.min(rcv.fullSize, rcv.mss)
  )
    return;
  tcb.ackNow = 0;
  parts.setTimer(e, tcb, 'delack', first ? FIRST_ACK_MS : config.delayedAckMs);
});

/**
 * tcp_fastopen_create_child: the window begins behind the text of the SYN, and is the buffer, whatever a SYN,ACK can say; and
 * the window that the SYN offers begins behind our SYN.
 */
const earlyText: Rules['earlyText'] = (e, tcb, seg) => {
  rfc9293.earlyText(e, tcb, seg);
  const { rcv, snd } = tcb;
  if ((tcb.fastOpen & FastOpen.EARLY) !== 0) snd.wnd += snd.syn;
  if (rcv.nxt !== ((rcv.irs + 1) | 0)) rcv.edge = (rcv.user + rcv.buf) | 0;
};

/** tcp_rcv_synsent_state_process: a SYN,ACK that echoes a timestamp which no SYN of ours had is reset. */
const synSentAck: Rules['synSentAck'] = (e, tcb, seg) => {
  if (rfc9293.synSentAck(e, tcb, seg)) return true;
  if ((seg.ctl & ACK) === 0 || tcb.ts === 0 || (seg.opts & OPT_TIMESTAMPS) === 0 || seg.tsEcr === 0)
    return false;
  // Both are readings of a clock of whole milliseconds: a tick may lie between them that no millisecond does.
  const firstMs = Math.floor((e.now - ((e.us - tcb.rto.timedAtUs) >>> 0)) / 1000);
  const age = (parts.tsNow(e, tcb) - seg.tsEcr) | 0;
  if (age >= 0 && age <= ((e.ms - firstMs) | 0)) return false;
  e.rules.replyReset(e, seg);
  return true;
};

/** tcp_rcv_synsent_state_process: lrcvtime. */
const synSentSyn: Rules['synSentSyn'] = (e, tcb, seg) => {
  const over = rfc9293.synSentSyn(e, tcb, seg);
  tcb.rcv.textMs = e.ms;
  return over;
};

/** tcp_advertise_mss: a SYN that goes again offers no more than the path to the peer has. */
const sendSyn: Rules['sendSyn'] = (e, tcb) => {
  const { rcv, pmtu, mtu } = tcb;
  if (tcb.state === State.SYN_SENT && pmtu < mtu) rcv.mss = Math.min(rcv.mss, pmtu - fixedHeaders(tcb));
  rfc9293.sendSyn(e, tcb);
};

/** tcp_fin: what was to be reported of duplicates is forgotten. */
const finReached: Rules['finReached'] = (e, tcb) => {
  rfc9293.finReached(e, tcb);
  const { rcv } = tcb;
  rcv.dsackLeft = rcv.nxt;
  rcv.dsackRight = rcv.nxt;
};

/** tcp_rfc1337 is 0: a RST at RCV.NXT ends TIME-WAIT. */
const timeWaitRst: Rules['timeWaitRst'] = (e, tcb, seg) => {
  if (seg.seq !== tcb.rcv.nxt) return rfc9293.timeWaitRst(e, tcb, seg);
  parts.endConnection(e, tcb, parts.row.TIME_WAIT_RST, Err.OK);
  return true;
};

/**
 * tcp_sequence takes what ends where the last ACK did: old text is counted for AccECN when the peer sends it again. Where the
 * window begins the RFC's test refuses it, and RFC 9768 counts what is acceptable.
 */
function countOldText(tcb: Tcb, seg: Segment): void {
  const { accEcn, rcv } = tcb;
  if (accEcn === null || seg.textLen === 0 || (seg.ctl & (SYN | RST | ACK)) !== ACK) return;
  const end = (seg.seq + seg.textLen) | 0;
  if (seqLeq(end, rcv.nxt) && seqGeq(end, rcv.acked)) parts.countEcn(tcb, accEcn, seg);
}

/** A SYN that comes again starts the timer of the SYN,ACK anew; old text is counted. */
const sequence: Rules['sequence'] = asPredicted((e, tcb, seg) => {
  countOldText(tcb, seg);
  const again =
    tcb.state === State.SYN_RECEIVED && (seg.ctl & (SYN | ACK | RST)) === SYN && seg.seq === tcb.rcv.irs;
  const over = rfc9293.sequence(e, tcb, seg);
  if (again) parts.setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  return over;
});

/** The window is closed: probed by an old sequence number, without an octet. */
const persistTimeout: Rules['persistTimeout'] = (e, tcb) => {
  const { snd, rto } = tcb;
  if (snd.wnd > 0 || snd.probe === 1 || snd.una !== snd.nxt) {
    rfc9293.persistTimeout(e, tcb);
    return;
  }
  if (rto.probes < 0x3fffffff) rto.probes++;
  parts.emit(e, tcb, (snd.una - 1) | 0, ACK, 0);
  parts.startPersist(e, tcb);
};

/** tcp_v4_timewait_ack: who has closed and is in TIME-WAIT has no counters any more, and no options of theirs. */
const sendAck: Rules['sendAck'] = (e, tcb) => {
  const { accEcn } = tcb;
  if (tcb.state === State.TIME_WAIT && tcb.orphan === 1 && accEcn !== null) parts.forgetMarks(accEcn);
  rfc9293.sendAck(e, tcb);
};

/** Linux. */
export const linux = profileOf('linux', {
  tcp: {
    receiveBuffer: { value: 65_536, source: 'tcp_rmem: half of its 131,072 is for octets' },
    receiveBufferTuning: { value: true, source: 'tcp_moderate_rcvbuf' },
    receiveBufferMax: { value: 6 * 1024 * 1024, source: 'tcp_rmem: its largest' },
    windowRoundedUp: {
      value: true,
      source:
        '__tcp_select_window (net/ipv4/tcp_output.c): ALIGN to 1 << rcv_wscale; tcp_select_initial_window',
    },
    receiveMemory: {
      value: true,
      source:
        'tcp_grow_window, tcp_rcvbuf_grow, tcp_sequence (net/ipv4/tcp_input.c), __tcp_select_window (tcp_output.c): rcv_ssthresh, window_clamp, scaling_ratio',
    },
    windowMayShrink: { value: false, source: 'tcp_shrink_window: 0' },
    synWindow: {
      value: 'segments',
      source: 'tcp_select_initial_window (net/ipv4/tcp_output.c): a multiple of the MSS',
    },
    sendBuffer: { value: 4 * 1024 * 1024, source: 'tcp_wmem: its largest, up to which it grows by itself' },
    notsentLowat: { value: 0, source: 'tcp_notsent_lowat: UINT_MAX, no such limit' },
    windowScale: { value: true, source: 'tcp_window_scaling' },
    timestamps: { value: true, source: 'tcp_timestamps' },
    sack: { value: true, source: 'tcp_sack' },
    ecn: { value: 'accept', source: 'tcp_ecn: 2' },
    ecnFallback: { value: true, source: 'tcp_ecn_fallback: 1' },
    ecnPlusPlus: {
      value: true,
      source: 'tcp_ecn_send: INET_ECN_xmit for every segment in AccECN mode (since 6.19)',
    },
    accEcnOption: { value: 'linux', source: 'tcp_ecn_option: 2, and saw_accecn_opt (since 6.19)' },
    halfWindowSegments: { value: true, source: 'tcp_bound_to_half_wnd' },
    synOptionOrder: { value: 'linux', source: 'tcp_options_write (net/ipv4/tcp_output.c)' },
    delayedAckMs: { value: 40, source: 'TCP_DELACK_MIN' },
    quickAcks: { value: 16, source: 'TCP_MAX_QUICKACKS' },
    initialRtoMs: { value: 1000, source: 'TCP_TIMEOUT_INIT' },
    minRtoMs: { value: 200, source: 'TCP_RTO_MIN' },
    maxRtoMs: { value: 120_000, source: 'TCP_RTO_MAX' },
    r1: { value: 3, source: 'tcp_retries1' },
    r2Ms: { value: 924_600, source: 'tcp_retries2: 15' },
    synR2Ms: {
      value: 131_000,
      source:
        'tcp_syn_retries: 6, and 4 of tcp_syn_linear_timeouts: ten retransmissions, and the time of the last',
    },
    orphanR2Ms: {
      value: 102_300,
      source: 'tcp_orphan_retries: 0, which is 8, and the time of the last from the first retransmission on',
    },
    synAckR2Ms: { value: 63_000, source: 'tcp_synack_retries: 5 retransmissions, and the time of the last' },
    keepAlive: { value: false, source: 'socket(7), SO_KEEPALIVE' },
    keepAliveIdleMs: { value: 7_200_000, source: 'tcp_keepalive_time' },
    keepAliveIntervalMs: { value: 75_000, source: 'tcp_keepalive_intvl' },
    keepAliveCount: { value: 9, source: 'tcp_keepalive_probes' },
    finWait2Ms: { value: 60_000, source: 'tcp_fin_timeout' },
    challengeAckMs: { value: 500, source: 'tcp_invalid_ratelimit' },
    peerMetrics: {
      value: 'path',
      source: 'tcp_no_metrics_save: 0, tcp_no_ssthresh_metrics_save: 1; TCP_METRICS_TIMEOUT is an hour',
    },
    fastOpenRetreat: {
      value: 'never',
      source:
        'tcp_rcv_fastopen_synack (net/ipv4/tcp_input.c): try_exp; tcp_fastopen_blackhole_timeout_sec: 0',
    },
    congestion: { value: linuxCubic.name, source: 'tcp_congestion_control: cubic (net/ipv4/tcp_cubic.c)' },
    restartAfterIdle: { value: true, source: 'tcp_slow_start_after_idle: 1' },
    abe: { value: false, source: 'tcp_cubic and tcp_reno answer an echo as they answer a loss' },
    pacing: {
      value: 'auto',
      source: 'sk_pacing_status: SK_PACING_NONE until BBR or the qdisc fq asks for it',
    },
    initialWindow: { value: 10, source: 'TCP_INIT_CWND' },
    minMss: { value: 48, source: 'tcp_min_snd_mss' },
    mslMs: { value: 30_000, source: 'TCP_TIMEWAIT_LEN: 60 s' },
    mtuProbing: { value: 'off', source: 'tcp_mtu_probing: 0' },
  },
  rules: {
    resetSignal: {
      value: () => Err.RESET,
      source: 'tcp_reset (net/ipv4/tcp_input.c): ECONNRESET in CLOSING and LAST-ACK, too',
    },
    retransmissionTimeout: {
      value: retransmissionTimeout,
      source: 'tcp_syn_linear_timeouts: the RTO of a SYN stays as it is four times',
    },
    fin: {
      value: fin,
      source: 'tcp_fin, tcp_send_delayed_ack (net/ipv4/tcp_input.c, tcp_output.c): no quick ACK for a FIN',
    },
    lateData: {
      value: resetByReply,
      source: 'tcp_rcv_state_process, tcp_v4_send_reset: the RST is formed of the segment, without an ACK',
    },
    sequence: {
      value: sequence,
      source:
        'tcp_check_req (net/ipv4/tcp_minisocks.c): the timer of the SYN,ACK starts anew; tcp_ecn_received_counters_payload (tcp_input.c): old text counts',
    },
    earlyText: {
      value: earlyText,
      source:
        'tcp_fastopen_create_child (net/ipv4/tcp_fastopen.c): the window begins behind the text of the SYN',
    },
    synSentAck: {
      value: synSentAck,
      source:
        'tcp_rcv_synsent_state_process (net/ipv4/tcp_input.c): the echo of a SYN,ACK is between retrans_stamp and now',
    },
    synSentSyn: {
      value: synSentSyn,
      source:
        'tcp_rcv_synsent_state_process (net/ipv4/tcp_input.c): tcpi_last_data_recv counts from the SYN,ACK',
    },
    sendSyn: {
      value: sendSyn,
      source: 'tcp_advertise_mss (net/ipv4/tcp_output.c): the MSS of a SYN follows the path MTU',
    },
    sendAck: {
      value: sendAck,
      source: 'tcp_v4_timewait_ack (net/ipv4/tcp_ipv4.c): no AccECN in TIME-WAIT, when the user has gone',
    },
    timeWaitRst: { value: timeWaitRst, source: 'tcp_rfc1337: 0' },
    burst: {
      value: burstOf(MIN_TSO_SEGS),
      source: 'tcp_tso_autosize, tcp_cwnd_test (net/ipv4/tcp_output.c): what goes to the card in one piece',
    },
    paceRoom: {
      value: paceRoom,
      source: 'fq_dequeue (net/sched/sch_fq.c), tcp_pacing_check: a burst leaves whole, when it is time',
    },
    depart: {
      value: depart,
      source:
        'tcp_update_skb_after_send (net/ipv4/tcp_output.c): a burst is accounted for at once, ten segments are not',
    },
    pushes: {
      value: pushesOf(MIN_TSO_SEGS),
      source:
        'tcp_mark_push, __tcp_transmit_skb (net/ipv4/tcp.c, tcp_output.c): PSH ends a write and a burst',
    },
    detectLoss: {
      value: detectLoss,
      source:
        'tcp_check_sack_reordering (net/ipv4/tcp_input.c): tcpi_reordering and tcpi_reord_seen; tcp_rack_mark_lost (tcp_recovery.c): TCP_TIMEOUT_MIN_US',
    },
    newAck: {
      value: newAck,
      source:
        'tcp_remove_reno_sacks (net/ipv4/tcp_input.c): without SACK a duplicate ACK counts as an arrival',
    },
    sackArrives: {
      value: sackArrives,
      source: 'tcp_match_skb_to_sack (net/ipv4/tcp_input.c): a segment that is SACKed in part is not SACKed',
    },
    overtakenAck: {
      value: parts.readOvertaken,
      source: 'tcp_ack (net/ipv4/tcp_input.c): old_ack, SACK blocks of an ACK below SND.UNA count',
    },
    finReached: {
      value: finReached,
      source:
        'tcp_fin, tcp_sack_reset (net/ipv4/tcp_input.c): no report of a duplicate that came with the FIN',
    },
    setProbeTimer: {
      value: setProbeTimer,
      source:
        'tcp_schedule_loss_probe (net/ipv4/tcp_output.c): TCP_TIMEOUT_MIN_US; the probe comes no later than the RTO would',
    },
    resendLost: {
      value: resendLost,
      source:
        'tcp_xmit_retransmit_queue (net/ipv4/tcp_output.c): several lost segments go again in one piece',
    },
    noteLimit: { value: noteLimit, source: 'tcp_cwnd_validate (net/ipv4/tcp_output.c)' },
    controlWindow: {
      value: controlWindow,
      source: 'tcp_is_cwnd_limited, tcp_cong_control (include/net/tcp.h, net/ipv4/tcp_input.c)',
    },
    maySendSmall: {
      value: maySendSmall,
      source:
        'tcp_nagle_check, tcp_minshall_check (net/ipv4/tcp_output.c): a small segment waits for a small one',
    },
    persistTimeout: {
      value: persistTimeout,
      source: 'tcp_xmit_probe_skb (net/ipv4/tcp_output.c): SEG.SEQ = SND.UNA - 1, no octet',
    },
    opens: {
      value: opens,
      source:
        'tcp_v4_err, tcp_req_err (net/ipv4/tcp_ipv4.c): so does an early one of Fast Open that was not accepted, and one that a listener has of a SYN',
    },
    openingError: {
      value: openingError,
      source: 'tcp_v4_err (net/ipv4/tcp_ipv4.c): any error about an opening connection ends it',
    },
  },
});

/** Steps of Linux that sysctls choose. */
export interface LinuxSteps {
  /** net.ipv4.tcp_min_tso_segs. */
  readonly minTsoSegs?: number;
  /** net.ipv4.tcp_early_retrans: false where it has no tail loss probes. */
  readonly tailLossProbe?: boolean;
}

/** The rules that sysctls put in the place of {@link linux}'s. */
export function linuxRules({ minTsoSegs, tailLossProbe }: LinuxSteps): Partial<Rules> {
  return {
    ...(minTsoSegs === undefined ? {} : { burst: burstOf(minTsoSegs), pushes: pushesOf(minTsoSegs) }),
    ...(tailLossProbe === undefined ? {} : { lossProbe: tailLossProbe ? rfc9293.lossProbe : () => {} }),
  };
}

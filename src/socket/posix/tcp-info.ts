// TCP_INFO: the fields of Linux's `struct tcp_info` that the engine knows. A field that is not here is one
// that it does not keep: reading it is "unsupported", never 0.

import { type AccEcnStatus, FastOpen, NO_SSTHRESH, Phase, parts, type Tcb } from '../../tcp/index.ts';
import { seqLeq } from '../../wire/index.ts';
import { caStates, tcpiOptions } from './constants.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** TCP_INFINITE_SSTHRESH. */
const INFINITE_SSTHRESH = 0x7fffffff;

/** TCP_MAXWIN << TCP_MAX_WINSHIFT: FreeBSD's first ssthresh. */
const LARGEST_WINDOW = 65_535 * 2 ** 14;

/** `tcpi_…` by name. Units are Linux's: microseconds, octets, segments. */
export type TcpInfo = Readonly<Record<string, number>>;

/** TCP_INFO of a socket. */
export function tcpInfo(socket: TcpSocket): TcpInfo {
  const { connection: c, listener } = socket;
  const { personality } = socket.owner;
  if (c === null) {
    if (listener === null || listener.closed) return { tcpi_state: personality.tcpiState('CLOSED') };
    return {
      tcpi_state: personality.tcpiState('LISTEN'),
      // As Linux reports the queue of a listener.
      tcpi_unacked: listener.acceptQueueLength,
      tcpi_sacked: listener.backlog - 1,
    };
  }
  const { tcb } = c;
  const s = c.info();
  const mss = Math.max(1, tcb.snd.mss);
  const segments = (octets: number): number => Math.ceil(octets / mss);
  const ended = c.ended && s.state !== 'TIME-WAIT';
  const resent = resentOctets(tcb);
  let options = 0;
  if (s.timestamps) options |= tcpiOptions.TCPI_OPT_TIMESTAMPS;
  if (s.sack) options |= tcpiOptions.TCPI_OPT_SACK;
  if (s.windowScale) options |= tcpiOptions.TCPI_OPT_WSCALE;
  // Linux: all of it.
  if (c.synTextTaken && (tcb.fastOpen & FastOpen.RESENT) === 0) options |= tcpiOptions.TCPI_OPT_SYN_DATA;
  if (s.ecn !== 'off') options |= tcpiOptions.TCPI_OPT_ECN;
  return {
    tcpi_state: personality.tcpiState(ended ? 'CLOSED' : s.state),
    tcpi_ca_state: caState(tcb),
    tcpi_retransmits: tcb.rto.timeouts,
    tcpi_probes: tcb.rto.probes,
    tcpi_backoff: tcb.rto.timeouts,
    tcpi_options: options,
    tcpi_snd_wscale: s.sndWscale,
    tcpi_rcv_wscale: s.rcvWscale,
    tcpi_rto: s.rtoUs,
    tcpi_snd_mss: s.sndMss,
    tcpi_unacked: segments(s.unackedBytes),
    tcpi_sacked: segments(s.sackedBytes),
    tcpi_lost: segments(s.lostBytes + resent) + segments(earlyResent(tcb)),
    tcpi_retrans: segments(resent) + segments(earlyResent(tcb)),
    tcpi_pmtu: s.pmtu,
    tcpi_rtt: s.rttUs,
    tcpi_rttvar: s.rttvarUs,
    tcpi_min_rtt: s.minRttUs,
    tcpi_rcv_rtt: s.rcvRttUs,
    tcpi_rcv_space: s.rcvSpace,
    tcpi_pacing_rate: s.pacingRate,
    tcpi_delivery_rate: s.deliveryRate,
    tcpi_delivery_rate_app_limited: s.appLimited ? 1 : 0,
    tcpi_snd_ssthresh: s.ssthresh >= NO_SSTHRESH ? INFINITE_SSTHRESH : Math.floor(s.ssthresh / mss),
    tcpi_snd_cwnd: Math.floor(s.cwnd / mss),
    tcpi_advmss: s.rcvMss - (s.timestamps ? 12 : 0),
    ...(personality.name === 'linux'
      ? { tcpi_reordering: Math.max(tcb.cc.reordering, 3), tcpi_reord_seen: tcb.cc.reordSeen }
      : {}),
    ...(personality.name === 'freebsd' ? octetsOf(tcb) : {}),
    ...times(socket, tcb),
    ...socket.sending.limits.told(socket.owner.now()),
    ...(personality.name === 'linux' ? memoryOf(socket, tcb) : {}),
    ...(tcb.memory === null
      ? {}
      : { tcpi_rcv_mss: tcb.memory.segment, tcpi_rcv_ssthresh: tcb.memory.ssthresh }),
    tcpi_delivered: (tcb.snd.syn === 0 ? 1 : 0) + segments(tcb.cc.delivered >>> 0),
    tcpi_total_retrans: s.retransmissions,
    tcpi_segs_in: s.segsIn,
    tcpi_segs_out: s.segsOut,
    tcpi_notsent_bytes: s.notSentBytes,
    tcpi_snd_wnd: s.sndWnd,
    tcpi_rcv_wnd: s.rcvWnd,
    ...(s.accEcn === null ? {} : counters(s.accEcn)),
    tcpi_bytes_acked: Math.max(0, (tcb.snd.una - tcb.snd.iss - 1) | 0) - (s.finAcked ? 1 : 0),
    tcpi_bytes_received: Math.max(0, (tcb.rcv.nxt - tcb.rcv.irs - 1) | 0),
  };
}

/** What FreeBSD tells in octets (tcp_fill_info, sys/netinet/tcp_usrreq.c), and its numbers. */
function octetsOf({ cc, snd, rcv, retransmissions }: Tcb): TcpInfo {
  return {
    tcpi_snd_cwnd: cc.cwnd,
    tcpi_snd_ssthresh: Math.min(cc.ssthresh, LARGEST_WINDOW),
    tcpi_snd_nxt: snd.nxt >>> 0,
    tcpi_rcv_nxt: rcv.nxt >>> 0,
    tcpi_snd_rexmitpack: retransmissions,
  };
}

/** What of SO_MEMINFO there is. */
function memoryOf({ sending, owner }: TcpSocket, { snd, rcv, memory }: Tcb): TcpInfo {
  const { bufferFactor } = owner.personality;
  return {
    SK_MEMINFO_RMEM_ALLOC: memory === null ? 0 : memory.used,
    SK_MEMINFO_RCVBUF: memory === null ? rcv.buf * bufferFactor : memory.limit,
    SK_MEMINFO_SNDBUF: sending.memory.set ? sending.memory.limit : snd.buf * bufferFactor,
  };
}

/** What Linux since 6.18 tells of AccECN; its counts begin at 0. */
function counters(a: AccEcnStatus): TcpInfo {
  return {
    tcpi_delivered_ce: a.deliveredCe,
    tcpi_delivered_ce_bytes: a.deliveredCeBytes,
    tcpi_delivered_e0_bytes: a.deliveredE0Bytes,
    tcpi_delivered_e1_bytes: a.deliveredE1Bytes,
    tcpi_received_ce: a.receivedCe,
    tcpi_received_ce_bytes: a.receivedCeBytes,
    tcpi_received_e0_bytes: a.receivedE0Bytes,
    tcpi_received_e1_bytes: a.receivedE1Bytes,
  };
}

/** `tcpi_ca_state`: outside an episode of loss, whether cwnd was cut for a mark, or something arrived out of order. */
function caState({ cc, snd, sent, ecn }: Tcb): number {
  if (cc.phase === Phase.LOSS) return caStates.TCP_CA_Loss;
  if (cc.phase !== Phase.OPEN) return caStates.TCP_CA_Recovery;
  // Until something is acknowledged that was sent with the CWR bit, or after it.
  const cut = seqLeq(snd.una, cc.ecnRecover) && seqLeq(cc.ecnRecover, snd.nxt);
  if (ecn !== 0 && cut) return caStates.TCP_CA_CWR;
  return sent !== null && (sent.sacked > 0 || cc.dupAcks > 0)
    ? caStates.TCP_CA_Disorder
    : caStates.TCP_CA_Open;
}

/** Octets that were lost, have been sent again and are on their way (retrans_out; Linux counts them as lost until they arrive). */
function resentOctets(tcb: Tcb): number {
  const { sent } = tcb;
  if (sent === null) return 0;
  let octets = 0;
  for (let i = 0; i < sent.count; i++) {
    const flies = parts.word(sent, i, parts.FATE) === parts.Fate.FLIGHT;
    if (!flies || parts.word(sent, i, parts.TIMES) < 2) continue;
    const right = i + 1 < sent.count ? parts.leftOf(sent, i + 1) : tcb.snd.nxt;
    octets += (right - parts.leftOf(sent, i)) | 0;
  }
  return octets;
}

/** Milliseconds since text was sent, since it came, and since anything did. */
function times(socket: TcpSocket, tcb: Tcb): TcpInfo {
  const ms = Math.floor(socket.owner.now() / 1000) | 0;
  return {
    tcpi_last_data_sent: (ms - tcb.snd.lastMs) | 0,
    tcpi_last_data_recv: (ms - tcb.rcv.textMs) | 0,
    tcpi_last_ack_recv: (ms - tcb.heardMs) | 0,
  };
}

/** Octets of a SYN that have gone again, outside it. */
function earlyResent({ fastOpen, snd }: Tcb): number {
  return (fastOpen & FastOpen.RESENT) === 0 ? 0 : Math.max((snd.earlyEnd - snd.una) | 0, 0);
}

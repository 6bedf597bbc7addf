// The steps of RFC 9293 that FreeBSD does otherwise (sys/netinet/tcp_input.c, tcp_output.c, tcp_subr.c of FreeBSD 14).

import {
  asPredicted,
  Drop,
  EcnMode,
  type Engine,
  Err,
  finAcked,
  finSent,
  fixedHeaders,
  IcmpCause,
  parts,
  type Rules,
  receivable,
  rfc9293,
  Signal,
  State,
  type Tcb,
} from '../../tcp/index.ts';
import {
  ACK,
  CWR,
  ECN_CE,
  ECN_ECT_0,
  FIN,
  OPT_TIMESTAMPS,
  RST,
  type Segment,
  SYN,
  segLen,
  seqGeq,
  seqGt,
  seqLt,
} from '../../wire/index.ts';

/** Sysctls of FreeBSD that choose between steps. */
export interface FreebsdSteps {
  /** net.inet.tcp.insecure_rst: a RST anywhere in the window resets, as in RFC 793. Default false. */
  readonly insecureRst?: boolean;
  /** net.inet.tcp.insecure_syn: a SYN in the window resets, as in RFC 793. Default false. */
  readonly insecureSyn?: boolean;
  /** net.inet.tcp.drop_synfin: what has a SYN and a FIN is nothing. Default true. */
  readonly dropSynFin?: boolean;
  /** net.inet.tcp.rexmit_drop_options: from its third retransmission on a SYN offers its MSS alone. Default false. */
  readonly dropOptions?: boolean;
  /** net.inet.tcp.icmp_may_rst: ICMP errors may end a connection in SYN-SENT. Default true. */
  readonly icmpMayReset?: boolean;
  /**
   * net.inet.tcp.ecn.plusplus, of kernels that had ECN++: 1: SYN,ACKs are ECT, too (RFC 5562); 2: whatever is sent is
   * (draft-ietf-tcpm-generalized-ecn). They tell CWR with whatever text goes next, were it sent before. Default: none.
   */
  readonly ecnPlusPlus?: number;
}

/** Retransmissions of a SYN before its options go. */
const OPTIONS_UNTIL = 3;

/** net.inet.tcp.ack_war_cnt: challenge ACKs in a net.inet.tcp.ack_war_timewindow. */
const ACK_WAR_COUNT = 5;

/** net.inet.tcp.pmtud_blackhole_mss and mssdflt, net.inet.tcp.v6pmtud_blackhole_mss: what a path takes that swallows larger ones. */
const BLACK_HOLE_MSS_V4 = [1200, 536];
const BLACK_HOLE_MSS_V6 = [1220];

/** Added to SND.NXT for the least ISS of a connection that follows one in TIME-WAIT. */
const ISS_STEP = 65537;

/** The steps that FreeBSD does otherwise, as its sysctls say. */
export function freebsdRules(steps: FreebsdSteps = {}) {
  const { insecureRst = false, insecureSyn = false, dropSynFin = true, dropOptions = false } = steps;
  const { icmpMayReset = true, ecnPlusPlus = -1 } = steps;
  const nothing = (seg: Segment): boolean => dropSynFin && (seg.ctl & (SYN | FIN)) === (SYN | FIN);

  const rules = {
    listenRst(e, tcb, seg) {
      if (!nothing(seg)) return rfc9293.listenRst(e, tcb, seg);
      e.out.drop(tcb, seg, Drop.SYN_AND_FIN);
      return true;
    },
    listenSyn(e, listen, seg) {
      if ((seg.ctl & SYN) !== 0) seg.ctl &= ~FIN; // it comes again
      const marked = seg.ecn === ECN_CE;
      const tcb = rfc9293.listenSyn(e, listen, seg);
      if (marked && tcb !== null && tcb.accEcn !== null) tcb.accEcn.rCep++; // which RFC 9768 section 3.2.2.2 leaves out
      return tcb;
    },
    synSentAck(e, tcb, seg) {
      if (nothing(seg)) {
        e.out.drop(tcb, seg, Drop.SYN_AND_FIN);
        return true;
      }
      const { rexmt } = tcb.timer;
      const answered = rfc9293.synSentAck(e, tcb, seg);
      if (answered) tcb.timer.rexmt = rexmt; // our SYN goes again when its timer says so, not at once
      return answered;
    },
    synSentSyn(e, tcb, seg) {
      const done = rfc9293.synSentSyn(e, tcb, seg);
      if (tcb.state === State.SYN_RECEIVED) queueText(e, tcb, seg);
      return done;
    },
    synReceivedAck(e, tcb, seg) {
      if (rfc9293.synReceivedAck(e, tcb, seg)) return true;
      if (tcb.outOfOrder === null) return false;
      parts.absorbRanges(tcb);
      tcb.signals |= Signal.TEXT;
      e.rules.trim(e, tcb, seg); // what it repeats of that
      return false;
    },
    timestamps(e, tcb, seg) {
      if (nothing(seg)) {
        e.out.drop(tcb, seg, Drop.SYN_AND_FIN);
        return true;
      }
      return tcb.state !== State.TIME_WAIT && rfc9293.timestamps(e, tcb, seg);
    },
    sequence(e, tcb, seg) {
      const cached = tcb.state < State.ESTABLISHED && tcb.passive === 1; // tcp_syncache.c keeps to RCV.WND
      if (cached || tcb.state === State.TIME_WAIT) return rfc9293.sequence(e, tcb, seg);
      if ((seg.ctl & RST) !== 0) {
        if (inBuffer(tcb, seg.seq)) return e.rules.rst(e, tcb, seg);
        e.out.drop(tcb, seg, Drop.RST_OUTSIDE_WINDOW);
        return true;
      }
      const opened = tcb.state >= State.ESTABLISHED;
      return opened && (seg.ctl & SYN) !== 0 ? e.rules.syn(e, tcb, seg) : rfc9293.sequence(e, tcb, seg);
    },
    /** A mark is echoed with the next ACK, not at once; a CWR ends that, whatever carries it, and is acknowledged at once. */
    receiveEcn(tcb, seg) {
      if ((seg.ctl & SYN) !== 0) return;
      if ((seg.ctl & CWR) !== 0) {
        tcb.ecnEcho = 0;
        tcb.ackNow = 1;
      }
      if (seg.ecn === ECN_CE) tcb.ecnEcho = 1;
    },
    markEcn(tcb, seg, fresh) {
      if (ecnPlusPlus >= 0 && tcb.ecnReduced === 1 && seg.textLen > 0) {
        seg.ctl |= CWR;
        tcb.ecnReduced = 0;
      }
      rfc9293.markEcn(tcb, seg, fresh);
      const synAck = (seg.ctl & (SYN | ACK)) === (SYN | ACK);
      if (ecnPlusPlus === 2 || (ecnPlusPlus === 1 && synAck)) seg.ecn = ECN_ECT_0;
    },
    rst(e, tcb, seg) {
      if ((seg.ctl & RST) !== 0 && insecureRst) {
        parts.resetConnection(e, tcb);
        return true;
      }
      return rfc9293.rst(e, tcb, seg);
    },
    syn(e, tcb, seg) {
      const resets = insecureSyn && tcb.state >= State.ESTABLISHED && inBuffer(tcb, seg.seq);
      if ((seg.ctl & SYN) === 0 || !resets) return rfc9293.syn(e, tcb, seg);
      e.out.drop(tcb, seg, Drop.SYN_CHALLENGED);
      e.rules.sendReset(e, tcb);
      parts.resetConnection(e, tcb);
      return true;
    },
    timeWait(e, tcb, seg) {
      const { rcv, snd } = tcb;
      if ((seg.ctl & (SYN | ACK | RST)) === SYN && seqGt(seg.seq, rcv.nxt)) {
        seg.ctl &= ~FIN;
        if (!e.out.reopen(tcb, seg, (snd.nxt + ISS_STEP) | 0)) e.rules.closed(e, seg);
        parts.endConnection(e, tcb, parts.row.TIME_WAIT_SYN, Err.OK);
        return true;
      }
      e.out.drop(tcb, seg, (seg.ctl & RST) !== 0 ? Drop.RST_IN_TIME_WAIT : Drop.TIME_WAIT);
      if ((seg.ctl & (RST | ACK)) !== ACK) return true;
      if (tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) === 0) return true; // tolerate_missing_ts is 0
      if ((seg.ctl & FIN) !== 0 && ((seg.seq + segLen(seg)) | 0) === rcv.nxt) {
        parts.setTimer(e, tcb, 'wait', e.rules.timeWaitMs(tcb));
      }
      const lastWord = segLen(seg) === 0 && seg.seq === rcv.nxt && seg.ack === snd.nxt;
      if (!lastWord) rfc9293.sendAck(e, tcb);
      return true;
    },
    /** The second segment is acknowledged at once, whatever its size. */
    scheduleAck(e, tcb) {
      if (tcb.timer.delack !== 0) tcb.ackNow = 1;
      else rfc9293.scheduleAck(e, tcb);
    },
    /** No more input can be expected: the ACK of a FIN does not wait. */
    finReached(e, tcb) {
      rfc9293.finReached(e, tcb);
      tcb.ackNow = 1;
    },
    /** As long as our FIN is not acknowledged it goes with every ACK; TIME-WAIT knows nothing of ECN. */
    sendAck(e, tcb) {
      const { snd } = tcb;
      if (tcb.state === State.TIME_WAIT) {
        tcb.ecn = EcnMode.NOT_ECN;
        tcb.accEcn = null;
      }
      if (finSent(tcb) && !finAcked(tcb) && snd.probe === 0) parts.emit(e, tcb, snd.end, ACK | FIN, 0);
      else rfc9293.sendAck(e, tcb);
    },
    /** With pmtud_blackhole_detection each smaller size goes twice; then the size was not the reason. */
    mtuBlackHole(_e, tcb) {
      const { snd, rto, config, family } = tcb;
      const sizes = family === 6 ? BLACK_HOLE_MSS_V6 : BLACK_HOLE_MSS_V4;
      const last = 2 * (sizes.length + 1);
      if (config.mtuProbing === 'off' || rto.timeouts % 2 === 1 || rto.timeouts > last) return;
      const outstanding = (snd.nxt - snd.una) | 0;
      const smaller = sizes.find((size) => size < Math.min(snd.mss, outstanding));
      if (rto.timeouts === last) tcb.pmtu = tcb.mtu;
      else if (smaller !== undefined) tcb.pmtu = smaller + fixedHeaders(tcb);
      parts.updateSendMss(tcb);
      tcb.cc.cwnd = snd.mss;
    },
    /** Whether anything is outstanding counts when sending begins: a write to an idle connection goes to its last octet. */
    burst(e, tcb, room) {
      const { snd } = tcb;
      if (snd.nxt === snd.una) snd.sml = snd.una;
      return rfc9293.burst(e, tcb, room);
    },
    noteLimit(tcb, sent, moved) {
      tcb.snd.sml = (tcb.snd.una - 1) | 0;
      rfc9293.noteLimit(tcb, sent, moved);
    },
    maySendSmall(tcb, len, queued, idle) {
      return parts.nagle(tcb, len, queued, idle || tcb.snd.sml === tcb.snd.una);
    },
    challengeAck(e, tcb) {
      if (parts.mayAnswer(e, tcb, ACK_WAR_COUNT)) rfc9293.sendAck(e, tcb);
    },
    /** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>, without a window. */
    sendReset(e, tcb) {
      const seg = e.outgoing.set(tcb.snd.nxt, tcb.rcv.nxt, RST | ACK);
      seg.srcPort = tcb.localPort;
      seg.dstPort = tcb.remotePort;
      if (tcb.ts === 1) {
        seg.opts |= OPT_TIMESTAMPS;
        seg.tsVal = parts.tsNow(e, tcb);
        seg.tsEcr = tcb.tsRecent;
      }
      tcb.segsOut = (tcb.segsOut + 1) | 0;
      e.out.segment(tcb, seg);
    },
    /** icmp_errmap, tcp_drop_syn_sent: also what a policy prohibits is refused, and a TTL that ran out ends it. */
    openingError(cause, error) {
      if (!icmpMayReset && cause !== IcmpCause.NEXT_HOP) return Err.OK;
      switch (cause) {
        case IcmpCause.PROTOCOL:
        case IcmpCause.PORT:
        case IcmpCause.PROHIBITED:
        case IcmpCause.NEXT_HEADER:
          return Err.REFUSED;
        case IcmpCause.TIME_EXCEEDED:
        case IcmpCause.NEXT_HOP:
          return error;
        default:
          return Err.OK;
      }
    },
    sendSyn(e, tcb) {
      if (dropOptions && tcb.state === State.SYN_SENT && tcb.rto.timeouts >= OPTIONS_UNTIL) {
        tcb.ws = 0;
        tcb.rcv.wscale = 0;
        tcb.ts = 0;
        tcb.sack = 0;
      }
      if (tcb.family === 6) tcb.rcv.mss = Math.min(tcb.rcv.mss, tcb.pmtu - fixedHeaders(tcb));
      rfc9293.sendSyn(e, tcb);
    },
  } satisfies Partial<Rules>;
  for (const name of ['timestamps', 'sequence', 'rst', 'syn'] as const) asPredicted(rules[name]);
  return rules;
}

/** The text of a SYN that crosses ours waits for ESTABLISHED (RFC 9293 section 3.10.7.3, fourth); its FIN comes again. */
function queueText(e: Engine, tcb: Tcb, seg: Segment): void {
  const { rcv } = tcb;
  const len = Math.min(seg.textLen, (rcv.edge - rcv.nxt) | 0);
  if (len > 0 && e.out.text(tcb, seg, 0, rcv.nxt, len)) parts.addRange(tcb, rcv.nxt, (rcv.nxt + len) | 0);
}

/** The window by which a RST or SYN is judged: what the buffer can take, from Last.ACK.sent on. */
function inBuffer(tcb: Tcb, seq: number): boolean {
  const { rcv } = tcb;
  const wnd = Math.max((rcv.edge - rcv.nxt) | 0, rcv.buf - receivable(tcb), 0);
  return wnd === 0 ? seq === rcv.acked : seqGeq(seq, rcv.acked) && seqLt(seq, (rcv.acked + wnd) | 0);
}

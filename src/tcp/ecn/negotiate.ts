// Which ECN feedback mode a connection is in: what the SYN, the SYN,ACK and the ACK of that say (RFC 3168 section
// 6.1.1; RFC 9768 section 3.1), and what they tell of the path (section 3.2.2.3).

import {
  ACK,
  aceOf,
  CWR,
  ECE,
  ECN_CE,
  ECN_NOT_ECT,
  FIN,
  OPT_SACK,
  type Segment,
  SYN,
  setAce,
} from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import type { Engine } from '../engine.ts';
import { AccEcn, EcnMode, AccEcnMode as Mode } from '../tcb/acc-ecn.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { countText } from './count.ts';
import { handshakeAce, handshakeEcn } from './handshake.ts';
import { noteOption, putHandshakeOption, synAckLost } from './option.ts';

// AE, CWR and ECE of table 2, as one number.
export const NOT_ECN = 0b000;
const CLASSIC_SYN = 0b011;
const CLASSIC_SYN_ACK = 0b001;
const ACC_ECN_SYN = 0b111;
/** A SYN,ACK that reflects the bits of the SYN: no ECN. */
const BROKEN = 0b111;

/** Section 3.1.4.1: a SYN that was lost asks for AccECN once more, then no more. */
export const ACC_ECN_SYNS = 2;

/** The feedback mode that our SYN asks for. */
export function askedMode({ ecn }: TcpConfig): number {
  if (ecn === 'accurate') return EcnMode.ACCURATE;
  return ecn === 'on' || ecn === 'on-accept-accurate' ? EcnMode.CLASSIC : EcnMode.NOT_ECN;
}

/** The best feedback mode that we agree to when a peer asks for it. */
export function grantedMode({ ecn }: TcpConfig): number {
  if (ecn === 'off') return EcnMode.NOT_ECN;
  return ecn === 'on' || ecn === 'accept' ? EcnMode.CLASSIC : EcnMode.ACCURATE;
}

/** The mode of a responding host that agrees to `granted`, by the bits of the SYN (table 2, section 3.1.3). */
export function modeOfSyn(ace: number, granted: number): number {
  if (granted === EcnMode.ACCURATE && ace !== NOT_ECN && ace !== CLASSIC_SYN) return EcnMode.ACCURATE;
  return granted !== EcnMode.NOT_ECN && (ace & CLASSIC_SYN) === CLASSIC_SYN
    ? EcnMode.CLASSIC
    : EcnMode.NOT_ECN;
}

/** The bits of our SYN or SYN,ACK. */
export function ecnOfSyn(tcb: Tcb, seg: Segment): void {
  if (tcb.ecn === EcnMode.NOT_ECN) return;
  if ((seg.ctl & ACK) === 0) askForEcn(tcb, seg);
  else if (tcb.accEcn !== null) agreeToAccEcn(tcb, tcb.accEcn, seg);
  else seg.ctl |= ECE;
}

/** A SYN that was lost may have been lost for its bits (RFC 3168 section 6.1.1.1, RFC 9768 section 3.1.4.1). */
function askForEcn(tcb: Tcb, seg: Segment): void {
  const { timeouts } = tcb.rto;
  const { ecnFallback: fallback, ecnRetries } = tcb.config;
  if (tcb.ecn === EcnMode.ACCURATE) {
    // What the SYN,ACK says decides, to whichever of our SYNs it is an answer.
    if (!fallback || timeouts < ACC_ECN_SYNS) setAce(seg, ACC_ECN_SYN);
  } else if (fallback && timeouts > ecnRetries) tcb.ecn = EcnMode.NOT_ECN;
  else seg.ctl |= ECE | CWR;
}

/** Section 3.2.3.2.2: a SYN,ACK that was lost goes again without an option, and after that without its bits. */
function agreeToAccEcn(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  const { timeouts } = tcb.rto;
  if (timeouts >= ACC_ECN_SYNS) {
    acc.modes |= Mode.NOT_ECT; // section 3.1.5: the client may be in Not ECN mode
    return;
  }
  setAce(seg, handshakeAce(acc.synEcn));
  if (timeouts === 0 && (acc.modes & Mode.SYN_AGAIN) === 0) putHandshakeOption(tcb, acc, seg);
  else synAckLost(acc);
}

/** What the first SYN or SYN,ACK of the peer says. */
export function learnEcn(tcb: Tcb, seg: Segment): void {
  const ace = aceOf(seg);
  if ((seg.ctl & ACK) !== 0) {
    learnAnswer(tcb, seg, ace);
    return;
  }
  tcb.ecn = modeOfSyn(ace, tcb.passive === 1 ? grantedMode(tcb.config) : crossedMode(tcb));
  if (tcb.ecn === EcnMode.ACCURATE) enterAccEcn(tcb, seg);
}

/** What is granted in a simultaneous open: a host that asked for AccECN is as one that responds (RFC 9768 section 3.1.5). */
function crossedMode({ ecn, config }: Tcb): number {
  if (ecn === EcnMode.ACCURATE) return EcnMode.ACCURATE;
  return config.ecnOfCrossingSyn && config.ecn !== 'off' ? EcnMode.CLASSIC : EcnMode.NOT_ECN;
}

/** Table 2, for the client. */
function learnAnswer(tcb: Tcb, seg: Segment, ace: number): void {
  if (tcb.ecn === EcnMode.CLASSIC && (ace & CLASSIC_SYN) !== CLASSIC_SYN_ACK) tcb.ecn = EcnMode.NOT_ECN;
  if (tcb.ecn !== EcnMode.ACCURATE) return;
  if (ace === NOT_ECN || ace === BROKEN) tcb.ecn = EcnMode.NOT_ECN;
  else if (ace === CLASSIC_SYN_ACK) tcb.ecn = EcnMode.CLASSIC;
  else {
    const acc = enterAccEcn(tcb, seg);
    acc.modes |= Mode.HANDSHAKE_ACK;
    acc.due = 2; // section 3.2.3.2.1: with the first ACK, and the first text
    countSynAck(acc, seg);
    countText(acc, seg);
    noteOption(tcb, acc, seg);
    checkTransition(tcb, acc, ace);
  }
}

/** Both half connections enter AccECN mode. */
function enterAccEcn(tcb: Tcb, seg: Segment): AccEcn {
  const acc = new AccEcn();
  acc.synEcn = seg.ecn;
  acc.lastEcn = seg.ecn;
  tcb.accEcn = acc;
  return acc;
}

/** The connection of a SYN cookie that comes back with the bits of a client in AccECN mode (section 5.1). */
export function reviveAccEcn(tcb: Tcb): void {
  tcb.ecn = EcnMode.ACCURATE;
  tcb.accEcn = new AccEcn();
}

/** Section 3.2.2.2: r.cep counts a marked SYN,ACK, once however many there are. */
function countSynAck(acc: AccEcn, seg: Segment): void {
  if (seg.ecn !== ECN_CE || (acc.modes & Mode.SYN_ACK_CE) !== 0) return;
  acc.modes |= Mode.SYN_ACK_CE;
  acc.rCep = (acc.rCep + 1) | 0;
}

/**
 * Section 3.2.2.3: our SYN or SYN,ACK was Not-ECT (RFC 3168 section 6.1.1). If it arrived as anything else, the field is
 * mangled; a mark is responded to even so. A reserved value says nothing.
 */
function checkTransition(tcb: Tcb, acc: AccEcn, ace: number): void {
  if (!tcb.config.ecnOfHandshake) return;
  const arrived = handshakeEcn(ace);
  if (arrived > ECN_NOT_ECT && tcb.config.ecnFallback) acc.modes |= Mode.NOT_ECT;
  if (arrived === ECN_CE) acc.modes |= Mode.SYN_CE;
}

/** True when our SYN or SYN,ACK arrived marked. */
export function synWasMarked({ accEcn }: Tcb): boolean {
  return accEcn !== null && (accEcn.modes & Mode.SYN_CE) !== 0;
}

/** Section 3.1.5: a classic and an accurate SYN, or SYN,ACK, in one handshake: the two ends could disagree. */
export function mixesModes(tcb: Tcb, seg: Segment): boolean {
  if (grantedMode(tcb.config) !== EcnMode.ACCURATE) return false;
  const ace = aceOf(seg);
  const answers = (seg.ctl & ACK) !== 0;
  const classic = answers ? CLASSIC_SYN_ACK : CLASSIC_SYN;
  if (tcb.ecn === EcnMode.ACCURATE) return ace === classic;
  if (tcb.ecn !== EcnMode.CLASSIC || ace === NOT_ECN || (answers && ace === BROKEN)) return false;
  return ace !== classic;
}

/** In SYN-RECEIVED the peer's SYN came again, or its SYN,ACK: ours feeds back the IP-ECN field of the latest. */
export function synCameAgain(acc: AccEcn, seg: Segment): void {
  acc.synEcn = seg.ecn;
  if (aceOf(seg) === NOT_ECN) acc.modes |= Mode.NOT_ECT;
  if ((seg.ctl & ACK) === 0) {
    acc.modes |= Mode.SYN_AGAIN;
    return;
  }
  countSynAck(acc, seg);
  countText(acc, seg);
  // What is left of the segment has been counted, and has no ACE field.
  seg.ecn = ECN_NOT_ECT;
  setAce(seg, acc.sCep);
}

/** Section 3.2.2.1: a SYN,ACK that came again after all is answered in the handshake encoding. */
export function answerSynAck(e: Engine, tcb: Tcb, seg: Segment): void {
  const acc = tcb.accEcn;
  const again = (seg.ctl & (SYN | ACK)) === (SYN | ACK) && seg.seq === tcb.rcv.irs && tcb.passive === 0;
  if (acc === null || !again || tcb.state < State.ESTABLISHED) {
    e.rules.challengeAck(e, tcb);
    return;
  }
  acc.synEcn = seg.ecn;
  countSynAck(acc, seg);
  acc.modes |= Mode.HANDSHAKE_ACK;
  e.rules.challengeAck(e, tcb);
  acc.modes &= ~Mode.HANDSHAKE_ACK;
}

/** Table 4: the ACK of our SYN,ACK, when it is a pure one, tells how that arrived. */
export function readHandshakeAck(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  noteOption(tcb, acc, seg);
  if (seg.textLen > 0 || (seg.ctl & FIN) !== 0 || (seg.opts & OPT_SACK) !== 0) return;
  const ace = aceOf(seg);
  if (ace !== NOT_ECN) checkTransition(tcb, acc, ace);
  else if (tcb.config.ecnOfHandshake) acc.modes |= Mode.NOT_ECT | Mode.NO_RESPONSE;
  if (handshakeEcn(ace) === ECN_CE) acc.sCep = (acc.sCep + 1) | 0;
  setAce(seg, acc.sCep); // it is no counter
}

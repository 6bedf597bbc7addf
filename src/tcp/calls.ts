// The user calls (RFC 9293 section 3.10.1 to 3.10.6): what each does in each state. They return
// {@link Err}: 0 is "ok".

import { seqGeq } from '../wire/seq.ts';
import type { TcpConfig } from './config.ts';
import { controlOf } from './congestion/control.ts';
import { mayAskAccEcn } from './ecn/blocked.ts';
import type { Engine } from './engine.ts';
import { Err } from './errors.ts';
import { startControl } from './established.ts';
import { FastOpen, usedEarly } from './fast-open.ts';
import { prepareOffer } from './form/emit.ts';
import { timeSyn } from './loss/rto.ts';
import { releaseMemory } from './receive/memory.ts';
import { tuneReceiveBuffer, tunesReceiveBuffer } from './receive/tuning.ts';
import { windowUpdateDue } from './receive/window.ts';
import { startSending } from './segment-arrives/listen.ts';
import { predictedFin } from './send/predicted-fin.ts';
import { inFlight } from './send/sent.ts';
import { hastenOrphan, startUserTimer, transmit } from './send/transmit.ts';
import { Signal } from './signals.ts';
import { type AccEcn, AccEcnMode, CEP_INIT, EcnMode } from './tcb/acc-ecn.ts';
import { State, type StateName, stateName } from './tcb/state.ts';
import { finAcked, rcvWnd, receivable, sendRoom, type Tcb, unsent } from './tcb/tcb.ts';
import * as row from './tcb/transitions.ts';
import { restartKeepAlive } from './timeouts.ts';
import { endConnection, enter, setTimer } from './timers.ts';

/** Passive OPEN (3.10.1) of a new TCB. */
export function openPassive(e: Engine, tcb: Tcb): Err {
  if (tcb.state !== State.CLOSED) return Err.ALREADY_CONNECTED;
  enter(e, tcb, row.OPEN_PASSIVE);
  return Err.OK;
}

/** Active OPEN (3.10.1) of a new TCB, or of one in LISTEN. Its sockets and `pmtu` are filled in. */
export function openActive(e: Engine, tcb: Tcb): Err {
  const err = beginActive(e, tcb);
  if (err === Err.OK) e.rules.sendSyn(e, tcb);
  return err;
}

/**
 * Active OPEN with TCP Fast Open: all of it but the SYN, which goes out with the text of the SENDs until
 * {@link sendFirstSyn}. `withoutCookie`: it has none, and asks for none.
 */
export function openFast(e: Engine, tcb: Tcb, withoutCookie = false): Err {
  const err = beginActive(e, tcb);
  if (err === Err.OK) tcb.fastOpen = FastOpen.OFFER | (withoutCookie ? FastOpen.WITHOUT_COOKIE : 0);
  return err;
}

/** The SYN of {@link openFast}. */
export function sendFirstSyn(e: Engine, tcb: Tcb): void {
  if (tcb.state === State.SYN_SENT && (tcb.fastOpen & FastOpen.OFFER) !== 0) e.rules.sendSyn(e, tcb);
}

function beginActive(e: Engine, tcb: Tcb): Err {
  if (tcb.state !== State.CLOSED && tcb.state !== State.LISTEN) return Err.ALREADY_CONNECTED;
  if (tcb.remotePort === 0 || (tcb.r0 | tcb.r1 | tcb.r3) === 0) return Err.NO_REMOTE;
  tcb.passive = 0;
  prepareOffer(tcb);
  if (tcb.ecn === EcnMode.ACCURATE && !mayAskAccEcn(e, tcb)) tcb.ecn = EcnMode.NOT_ECN;
  startSending(e, tcb, e.rules.selectIss(e, tcb));
  enter(e, tcb, tcb.state === State.LISTEN ? row.LISTEN_OPEN : row.OPEN_ACTIVE);
  timeSyn(e, tcb);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  startUserTimer(e, tcb);
  return Err.OK;
}

/**
 * SEND (3.10.2): `n` more octets are in the send buffer; at most `sendRoom(tcb)`. `urgent` sets SND.UP
 * after them (MUST-30).
 */
export function send(e: Engine, tcb: Tcb, n: number, urgent = false): Err {
  switch (tcb.state) {
    case State.CLOSED:
      return tcb.error === Err.OK ? Err.NOT_CONNECTED : tcb.error;
    case State.LISTEN: {
      // "If the remote socket is specified, then change the connection from passive to active."
      const err = openActive(e, tcb);
      if (err !== Err.OK) return err;
      break;
    }
    case State.FIN_WAIT_1:
    case State.FIN_WAIT_2:
    case State.CLOSING:
    case State.LAST_ACK:
    case State.TIME_WAIT:
      return Err.CLOSING;
    default:
  }
  const { snd } = tcb;
  if (snd.fin === 1) return Err.CLOSING;
  if (n > sendRoom(tcb)) return Err.NO_RESOURCES;
  snd.end = (snd.end + n) | 0;
  if (urgent && n > 0) {
    snd.up = snd.end;
    snd.urgent = 1;
  }
  const room = tcb.signals & Signal.ROOM;
  push(e, tcb);
  tcb.signals = (tcb.signals & ~Signal.ROOM) | room; // who calls sees the room that the call itself has made
  return Err.OK;
}

/** Sends what Nagle's algorithm or a cork held back, after `noDelay` or `cork` has changed. */
export function push(e: Engine, tcb: Tcb): void {
  if (tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT || usedEarly(tcb)) transmit(e, tcb);
}

/**
 * RECEIVE (3.10.3): the user has taken `n` octets, at most `receivable(tcb)`. `Err.CLOSING` when there
 * is nothing and there will be nothing.
 */
export function receive(e: Engine, tcb: Tcb, n: number): Err {
  const { rcv } = tcb;
  if (n > receivable(tcb)) return Err.NO_RESOURCES;
  if (n > 0) {
    rcv.user = (rcv.user + n) | 0;
    if (tcb.config.receiveMemory) releaseMemory(e, tcb, n);
    else if (tunesReceiveBuffer(tcb)) tuneReceiveBuffer(e, tcb, n);
    if (rcv.urgent === 1 && seqGeq(rcv.user, rcv.up)) rcv.urgent = 0; // normal mode again (3.8.5)
    if (takesText(tcb.state) && windowUpdateDue(tcb)) e.rules.sendAck(e, tcb);
    return Err.OK;
  }
  if (receivable(tcb) > 0) return Err.OK;
  switch (tcb.state) {
    case State.CLOSED:
      return tcb.error === Err.OK ? Err.NOT_CONNECTED : tcb.error;
    case State.CLOSE_WAIT:
    case State.CLOSING:
    case State.LAST_ACK:
    case State.TIME_WAIT:
      return Err.CLOSING;
    default:
      return Err.OK;
  }
}

function takesText(state: State): boolean {
  return state === State.ESTABLISHED || state === State.FIN_WAIT_1 || state === State.FIN_WAIT_2;
}

/** CLOSE (3.10.4): "I have no more data to send"; receiving goes on. */
export function close(e: Engine, tcb: Tcb): Err {
  const { snd } = tcb;
  switch (tcb.state) {
    case State.CLOSED:
      return Err.NOT_CONNECTED;
    case State.LISTEN:
      endConnection(e, tcb, row.LISTEN_CLOSE, Err.OK);
      return Err.OK;
    case State.SYN_SENT:
      endConnection(e, tcb, row.SYN_SENT_CLOSE, Err.OK);
      return Err.OK;
    case State.SYN_RECEIVED:
      if (snd.fin === 1) return Err.CLOSING;
      snd.fin = 1;
      // With SENDs pending the CLOSE waits for ESTABLISHED; so it does where the user came early.
      if (usedEarly(tcb)) {
        transmit(e, tcb);
        return Err.OK;
      }
      if (snd.end !== ((snd.iss + 1) | 0)) return Err.OK;
      enter(e, tcb, row.SYN_RECEIVED_CLOSE);
      startControl(e, tcb);
      transmit(e, tcb);
      return Err.OK;
    case State.ESTABLISHED:
      snd.fin = 1;
      enter(e, tcb, row.ESTABLISHED_CLOSE);
      if (!predictedFin(e, tcb)) transmit(e, tcb);
      return Err.OK;
    case State.CLOSE_WAIT:
      snd.fin = 1;
      enter(e, tcb, row.CLOSE_WAIT_CLOSE);
      if (!predictedFin(e, tcb)) transmit(e, tcb);
      return Err.OK;
    default:
      return Err.CLOSING;
  }
}

/**
 * The user goes away: CLOSE in both directions (section 3.6.1, MAY-1). Text that was not read, or that
 * comes later, is answered by a RST (SHLD-3); FIN-WAIT-2 no longer waits for ever.
 */
export function detach(e: Engine, tcb: Tcb): void {
  if (tcb.orphan === 1 || tcb.state === State.CLOSED) return;
  tcb.orphan = 1;
  hastenOrphan(e, tcb);
  if (tcb.state === State.TIME_WAIT) return; // nothing to tell the peer, and 2 MSL have to pass
  if (!tcb.config.resetUnread) tcb.rcv.user = tcb.rcv.nxt;
  else if (receivable(tcb) > 0 || (tcb.outOfOrder !== null && takesText(tcb.state))) {
    // SHLD-3 asks for the RST that an ABORT here would not send (3.10.5).
    if (tcb.state === State.CLOSING || tcb.state === State.LAST_ACK) e.rules.sendReset(e, tcb);
    abort(e, tcb);
    return;
  }
  close(e, tcb);
  if (tcb.state === State.FIN_WAIT_2) setTimer(e, tcb, 'wait', tcb.config.finWait2Ms);
}

/** ABORT (3.10.5): nothing more is sent but a RST, if the peer knows of us. `why` is what its user is told. */
export function abort(e: Engine, tcb: Tcb, why: Err = Err.ABORTED): Err {
  switch (tcb.state) {
    case State.CLOSED:
      return Err.NOT_CONNECTED;
    case State.SYN_RECEIVED:
    case State.ESTABLISHED:
    case State.FIN_WAIT_1:
    case State.FIN_WAIT_2:
    case State.CLOSE_WAIT:
      e.rules.sendReset(e, tcb);
      break;
    default:
  }
  endConnection(e, tcb, row.ABORT[tcb.state], why);
  return Err.OK;
}

/** Turns keep-alives on or off (MAY-5, MUST-24). */
export function setKeepAlive(e: Engine, tcb: Tcb, on: boolean): void {
  tcb.keepAlive = on ? 1 : 0;
  tcb.keepProbes = 0;
  restartKeepAlive(e, tcb);
}

/** Changes USER TIMEOUT (MUST-21); 0 restores R2. */
export function setUserTimeout(e: Engine, tcb: Tcb, ms: number): void {
  tcb.userTimeoutMs = ms;
  if (tcb.timer.user !== 0) startUserTimer(e, tcb);
}

/** What AccECN has counted (RFC 9768 section 3.2), from 0 on and modulo 2^32: packets marked CE, octets of text by IP-ECN field. */
export interface AccEcnStatus {
  /** Of what the peer has sent. */
  readonly receivedCe: number;
  readonly receivedCeBytes: number;
  readonly receivedE0Bytes: number;
  readonly receivedE1Bytes: number;
  /** Of what we have sent, as the peer feeds it back; octets only where it sends AccECN options. */
  readonly deliveredCe: number;
  readonly deliveredCeBytes: number;
  readonly deliveredE0Bytes: number;
  readonly deliveredE1Bytes: number;
  /** Our packets are ECN-capable: nothing has shown that the path mangles them (sections 3.2.2.3 and 3.2.2.4). */
  readonly ect: boolean;
  /** Our options are sent, and those of the peer are read (section 3.2.3.2). */
  readonly sendsOptions: boolean;
  readonly readsOptions: boolean;
}

/** What STATUS returns, in the manner of Linux's `tcp_info`. Octets, microseconds, counts. */
export interface TcpStatus {
  readonly state: StateName;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  readonly sndMss: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  readonly rcvMss: number;
  readonly iss: number;
  readonly irs: number;
  readonly sndWscale: number;
  readonly rcvWscale: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly windowScale: boolean;
  /** The ECN feedback that was negotiated: classic (RFC 3168), accurate (RFC 9768), or none. */
  readonly ecn: 'off' | 'classic' | 'accurate';
  /** What AccECN has counted; null where it is not used. */
  readonly accEcn: AccEcnStatus | null;
  readonly rttUs: number;
  readonly rttvarUs: number;
  readonly minRttUs: number;
  readonly rtoUs: number;
  readonly cwnd: number;
  readonly ssthresh: number;
  /** Octets per second at which segments leave, or would if they were paced; 0: as fast as cwnd allows. */
  readonly pacingRate: number;
  /** Octets per second that the path carried when that was measured last; 0: it was not. */
  readonly deliveryRate: number;
  /** The program or the peer's window was the limit then: the path may carry more. */
  readonly appLimited: boolean;
  readonly caState: 'open' | 'fast-recovery' | 'loss';
  readonly congestion: string;
  readonly unackedBytes: number;
  /** Of these: what the peer has SACKed, what is lost and has not gone again, and what is in flight (RFC 6675 "pipe"). */
  readonly sackedBytes: number;
  readonly lostBytes: number;
  readonly pipeBytes: number;
  readonly notSentBytes: number;
  /** Sizes of the buffers as they are now: they grow up to `sendBufferMax` and `receiveBufferMax`. */
  readonly sendBuffer: number;
  readonly receiveBuffer: number;
  /** The round-trip time as the receiver sees it, in microseconds; 0: unknown. Octets that were read in the best one. */
  readonly rcvRttUs: number;
  readonly rcvSpace: number;
  readonly unreadBytes: number;
  readonly finAcked: boolean;
  readonly pmtu: number;
  readonly segsIn: number;
  readonly segsOut: number;
  readonly retransmissions: number;
  readonly timeouts: number;
  readonly probes: number;
}

const CA_STATES = ['open', 'fast-recovery', 'loss'] as const;

/** The pacing rate as tcp_info has it: whether somebody heeds it or not. */
function statedRate(tcb: Tcb): number {
  const { cc, rto } = tcb;
  if (cc.pacingRate > 0) return cc.pacingRate;
  const rate = rto.measured === 1 ? controlOf(tcb).pacingRate(tcb) : 0;
  return rate > 0 ? Math.ceil(rate) : 0;
}

/** Negotiated, and not only asked for. */
function ecnOf({ ecn, accEcn, state }: Tcb): TcpStatus['ecn'] {
  if (accEcn !== null) return 'accurate';
  return ecn === EcnMode.CLASSIC && state > State.SYN_SENT ? 'classic' : 'off';
}

function accEcnStatus(acc: AccEcn, { accEcnOption }: TcpConfig): AccEcnStatus {
  const { modes } = acc;
  return {
    receivedCe: (acc.rCep - CEP_INIT) >>> 0,
    receivedCeBytes: acc.rCeb >>> 0,
    receivedE0Bytes: (acc.rE0b - 1) >>> 0,
    receivedE1Bytes: (acc.rE1b - 1) >>> 0,
    deliveredCe: (acc.sCep - CEP_INIT) >>> 0,
    deliveredCeBytes: acc.sCeb >>> 0,
    deliveredE0Bytes: (acc.sE0b - 1) >>> 0,
    deliveredE1Bytes: (acc.sE1b - 1) >>> 0,
    ect: (modes & AccEcnMode.NOT_ECT) === 0,
    sendsOptions: accEcnOption !== 'off' && (modes & AccEcnMode.NO_OPTIONS) === 0,
    readsOptions: (modes & AccEcnMode.IGNORE_OPTIONS) === 0,
  };
}

/** STATUS (3.10.6). */
export function status(tcb: Tcb): TcpStatus {
  const { snd, rcv, rto, cc } = tcb;
  return {
    state: stateName(tcb.state),
    sndUna: snd.una,
    sndNxt: snd.nxt,
    sndWnd: snd.wnd,
    sndMss: snd.mss,
    rcvNxt: rcv.nxt,
    rcvWnd: rcvWnd(tcb),
    rcvMss: rcv.mss,
    iss: snd.iss,
    irs: rcv.irs,
    sndWscale: snd.wscale,
    rcvWscale: rcv.wscale,
    timestamps: tcb.ts === 1,
    sack: tcb.sack === 1,
    windowScale: tcb.ws === 1,
    ecn: ecnOf(tcb),
    accEcn: tcb.accEcn === null ? null : accEcnStatus(tcb.accEcn, tcb.config),
    rttUs: rto.srttUs,
    rttvarUs: rto.rttvarUs,
    minRttUs: rto.measured === 1 ? rto.minRttUs : 0,
    rtoUs: rto.rtoMs * 1000,
    cwnd: cc.cwnd,
    ssthresh: cc.ssthresh,
    pacingRate: statedRate(tcb),
    deliveryRate: cc.deliveryRate,
    appLimited: cc.rateAppLimited === 1,
    caState: CA_STATES[cc.phase] as 'open' | 'fast-recovery' | 'loss',
    congestion: tcb.config.congestion,
    unackedBytes: (snd.nxt - snd.una) | 0,
    sackedBytes: tcb.sent === null ? 0 : tcb.sent.sacked,
    lostBytes: tcb.sent === null ? 0 : tcb.sent.lost,
    pipeBytes: inFlight(tcb),
    notSentBytes: unsent(tcb),
    sendBuffer: snd.buf,
    receiveBuffer: rcv.buf,
    rcvRttUs: rcv.rttUs,
    rcvSpace: rcv.space,
    unreadBytes: receivable(tcb),
    finAcked: finAcked(tcb),
    pmtu: tcb.pmtu,
    segsIn: tcb.segsIn,
    segsOut: tcb.segsOut,
    retransmissions: tcb.retransmissions,
    timeouts: tcb.timeouts,
    probes: rto.probes,
  };
}

// The door of the engine: one TCP connection as data and functions (RFC 9293).

export * from './calls.ts';
export * from './config.ts';
export {
  type CongestionControl,
  type ControlState,
  congestionControl,
  registerCongestionControl,
} from './congestion/control.ts';
export { DROP_COUNT, Drop, dropName } from './drop.ts';
/** @internal For SYN cookies. */
export { handshakeAce } from './ecn/handshake.ts';
export { grantedMode, modeOfSyn, reviveAccEcn } from './ecn/negotiate.ts';
export { putFreshCounters } from './ecn/option.ts';
export { Engine, type Output, type TimerName, type TimerTrace } from './engine.ts';
export { Err, type ErrorEndpoints, errCode, TcpError, tcpError, timeoutError } from './errors.ts';
export { type Cookies, FastOpen, usedEarly } from './fast-open.ts';
export { emitSyn, offeredMss, offersTimestamps } from './form/emit.ts';
export { IcmpCause, icmpError, pathMtu, quotesFlight } from './icmp.ts';
export { AckSample } from './loss/sample.ts';
export type { MetricsStore, PeerMetrics } from './metrics.ts';
/** What the steps of the rules are made of, for whoever writes a step in place of another. */
export * as parts from './parts.ts';
export { memoryOf, setReceiveBuffer } from './receive/memory.ts';
export { dropRanges, endOfHeld, rangesOf } from './receive/reassembly.ts';
export { firstWindow, offeredShift, windowShift } from './receive/syn-window.ts';
export {
  asPredicted,
  predictable,
  predictableAcks,
  predictableEnds,
  predictableText,
  type Rules,
  rfc9293,
  rulesKind,
} from './rules.ts';
export { arrivesInEstablished, segmentArrives } from './segment-arrives/index.ts';
export { mssOf, reviveFromCookie } from './segment-arrives/listen.ts';
export { IPV4_PMTU_FLOOR } from './send/mtu-search.ts';
export { word } from './send/sent.ts';
export { Signal } from './signals.ts';
export type { Sockets } from './siphash.ts';
/** @internal The hash behind what nobody may guess: ports, cookies, interface identifiers. */
export { portsOf, sipHash, sipHashHigh, sipHashTuple } from './siphash.ts';
/** @internal */
export { EcnMode } from './tcb/acc-ecn.ts';
export { eachField, freshTcb, keepTimes } from './tcb/fields.ts';
export { brokenInvariant, brokenRelation } from './tcb/invariants.ts';
export { OutOfOrder } from './tcb/out-of-order.ts';
/** @internal For connections at rest. */
export { isPackable, MAX_PACKED, TcbPacker } from './tcb/packed.ts';
export { isOver, type Remains, remainsOf, tcbOfRemains } from './tcb/remains.ts';
export { resetTcb } from './tcb/reset.ts';
export { type Field, type Kind, PARTS, SCHEMA } from './tcb/schema.ts';
export { FATE, Fate, LEFT, Sent, TIMES, WORDS } from './tcb/sent.ts';
export { State, type StateName, stateName } from './tcb/state.ts';
export {
  cloneTcb,
  copyTcb,
  finAcked,
  finSent,
  fixedHeaders,
  NO_SSTHRESH,
  Phase,
  rcvWnd,
  receivable,
  sendRoom,
  Tcb,
  wakeAt,
  writeRoom,
} from './tcb/tcb.ts';
export { type Transition, transitionNamed, transitions } from './tcb/transitions.ts';
export { kept, keptDeadline, since } from './time.ts';
export { timeout } from './timeouts.ts';

// What the steps of the rules are made of, for whoever writes a step in place of another: entering a state,
// ending a connection, setting a timer, sending a segment. Nothing else needs it.

export { mayAnswer, mayChallenge } from './challenge.ts';
export { windowRate } from './congestion/cwnd.ts';
export { restartWindow } from './congestion/validation.ts';
export { countEcn, forgetMarks } from './ecn/count.ts';
export { established } from './established.ts';
export { emit, updateSendMss } from './form/emit.ts';
export { absorbRanges, addRange } from './receive/reassembly.ts';
export { readOvertaken } from './segment-arrives/ack.ts';
export { resetConnection } from './segment-arrives/rst.ts';
export { mayProbe } from './send/probe-timeout.ts';
export { endRecord, pushAt, pushedAt, withinRecord } from './send/records.ts';
export { inFlight, leftOf, rangeAt, word } from './send/sent.ts';
export { fullText, nagle, smallOutstanding, startPersist, transmit } from './send/transmit.ts';
export { FATE, Fate, TIMES } from './tcb/sent.ts';
export * as row from './tcb/transitions.ts';
export {
  clearTimer,
  clearTimers,
  endConnection,
  enter,
  enterTimeWait,
  setDeadline,
  setTimer,
} from './timers.ts';
export { tsNow } from './timestamps.ts';

// What the steps of the rules are made of, for whoever writes a step in place of another: entering a state,
// ending a connection, setting a timer, sending a segment. Nothing else needs it.

export { emit } from './emit.ts';
export { established } from './established.ts';
export { resetConnection } from './segment-arrives/rst.ts';
export { clearTimer, clearTimers, endConnection, enter, enterTimeWait, setTimer } from './timers.ts';
export * as row from './transitions.ts';
export { transmit } from './transmit.ts';

// Why a world stopped when it should not have: typed errors that print what was pending, who waits for
// what, and what can be done.

/** What a world knows when it stops: the next events, and what each node waits for, a line each. */
export interface Situation {
  readonly nowUs: number;
  readonly pending: readonly string[];
  readonly waiting: readonly string[];
}

/** Base of the world's errors. */
export class WorldError extends Error {
  /** ERR_WORLD_RUNAWAY, ERR_WORLD_STALLED, ERR_WORLD_BUSY, ETIMEDOUT. */
  readonly code: string;
  /** Virtual time, µs. */
  readonly nowUs: number;
  /** One line for each pending event. */
  readonly pending: readonly string[];
  /** What each host waits for: a line for each connection, listener and socket that does. */
  readonly waiting: readonly string[];

  constructor(code: string, message: string, situation: Situation, advice: string) {
    const { nowUs, pending, waiting } = situation;
    const next = pending.length === 0 ? 'nothing is pending' : `pending:${lines(pending)}`;
    const who = waiting.length === 0 ? '' : `\nwhat the hosts wait for:${lines(waiting)}`;
    super(`${message} at ${nowUs} µs; ${next}${who}\n${advice}`);
    this.name = new.target.name;
    this.code = code;
    this.nowUs = nowUs;
    this.pending = pending;
    this.waiting = waiting;
  }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `\n  ${line}`).join('');
}

/** A run passed its guard, events or virtual time: something loops, or waits for what does not come. */
export class RunawayError extends WorldError {
  constructor(what: string, advice: string, situation: Situation) {
    super('ERR_WORLD_RUNAWAY', `the world ran away: ${what}`, situation, advice);
  }
}

/** Nothing was left to happen, and the promise that was waited for had not settled. */
export class StalledError extends WorldError {
  constructor(situation: Situation) {
    super(
      'ERR_WORLD_STALLED',
      'the world stands still and the promise has not settled',
      situation,
      'Nothing that the hosts do will settle it: start the program that answers (accept, read, write, end) before settle, or give settle a promise that does not wait for one.',
    );
  }
}

/** The `timeout` of a run passed, in virtual time. */
export class WorldTimeoutError extends WorldError {
  constructor(ms: number, situation: Situation) {
    super(
      'ETIMEDOUT',
      `the promise has not settled within ${ms} ms of virtual time`,
      situation,
      'Give it a longer timeout, or see above who has to read, write or answer first.',
    );
  }
}

/** `runSync` or `step` was called in an event: in a callback of a host, a wire's tap, an action. */
export class BusyError extends WorldError {
  constructor(nowUs: number) {
    super(
      'ERR_WORLD_BUSY',
      'the world is already running: runSync and step cannot be called by what an event calls',
      { nowUs, pending: [], waiting: [] },
      'In a callback, write `void world.settle(promise)` or `world.run()`, which go on when the event is over, or `world.schedule(atUs, action)`.',
    );
  }
}

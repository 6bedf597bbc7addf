// Why a world stopped when it should not have: typed errors that print what was pending.

/** Base of the world's errors. `pending` holds one line per pending event or waiting node. */
export class WorldError extends Error {
  readonly code: string;
  readonly nowUs: number;
  readonly pending: readonly string[];

  constructor(code: string, message: string, nowUs: number, pending: readonly string[]) {
    const list = pending.length === 0 ? '\n  nothing is pending' : `\n  ${pending.join('\n  ')}`;
    super(`${message} at ${nowUs} µs; pending:${list}`);
    this.name = new.target.name;
    this.code = code;
    this.nowUs = nowUs;
    this.pending = pending;
  }
}

/** A run passed its guard (events or virtual time): most likely something loops. */
export class RunawayError extends WorldError {
  constructor(what: string, nowUs: number, pending: readonly string[]) {
    super('ERR_WORLD_RUNAWAY', `the world ran away: ${what}`, nowUs, pending);
  }
}

/** Nothing was left to happen, and the promise that was waited for had not settled. */
export class StalledError extends WorldError {
  constructor(nowUs: number, pending: readonly string[]) {
    super('ERR_WORLD_STALLED', 'the world stands still and the promise has not settled', nowUs, pending);
  }
}

/** `run`, `runSync` or `step` was called while the world was already running. */
export class BusyError extends WorldError {
  constructor(nowUs: number) {
    super('ERR_WORLD_BUSY', 'the world is already running', nowUs, []);
  }
}

// What goes wrong with a simulation, as typed errors that carry the seed and say what to do.

/** Why: the `code` of a {@link SimulationError}. */
export type SimulationErrorCode =
  /** A simulation runs already in this process. */
  | 'ERR_SIM_ACTIVE'
  /** The simulation was disposed of. */
  | 'ERR_SIM_ENDED'
  /** No host, or already a host, of that name. */
  | 'ERR_SIM_HOST'
  /** The program of a host failed: `cause` is what it threw. */
  | 'ERR_SIM_PROGRAM'
  /** Nothing is pending, and what is waited for has not come. */
  | 'ERR_SIM_STALLED'
  /** `maxTime` of virtual time has passed. */
  | 'ERR_SIM_TIME'
  /** A program did something without waiting, again and again, in one instant. */
  | 'ERR_SIM_BUSY'
  /** A program used what cannot be simulated. */
  | 'ERR_SIM_UNSUPPORTED'
  /** A fault met nothing. */
  | 'ERR_SIM_UNUSED_FAULT'
  /** An assertion about the network does not hold. */
  | 'ERR_SIM_ASSERTION'
  /** What should be seen sometimes was seen in no run. */
  | 'ERR_SIM_NEVER'
  /** The second run of a seed differs from the first. */
  | 'ERR_SIM_DIFFERS';

/** An error of a simulation. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  readonly code: SimulationErrorCode;
  /** What repeats it. */
  readonly seed: number | string | undefined;

  constructor(
    code: SimulationErrorCode,
    message: string,
    more: { readonly seed?: number | string; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.seed = more.seed;
  }
}

/** The error, with more in its message; what is no Error becomes the cause of one. */
export function amended(error: unknown, more: string, seed?: number | string): Error {
  if (!(error instanceof Error))
    return new SimulationError('ERR_SIM_PROGRAM', `${String(error)}\n${more}`, {
      cause: error,
      ...(seed === undefined ? {} : { seed }),
    });
  const { message, stack = '' } = error;
  const whole = `${message}\n${more}`;
  // A DOMException has its own as getters.
  for (const [name, value] of [
    ['message', whole],
    ['stack', message === '' ? stack : stack.replace(message, () => whole)],
  ])
    Object.defineProperty(error, name as string, { value, configurable: true, writable: true });
  return error;
}

// What every part of a run shares: the target, the clock of the script, the connection under test.

import type { EventTime } from '../ast.ts';
import type { RunConfig } from './config.ts';
import { Flow } from './flow.ts';
import { Mismatch, seconds } from './result.ts';
import type { Target } from './target.ts';
import { type Moment, within } from './time.ts';

/** Longest wait for an event at any time (`*`), and for a call that should not block: a virtual hour… */
const PATIENCE_US = 3_600_000_000;
/** … or, where time is real, a minute. */
const REAL_PATIENCE_US = 60_000_000;

/** State of one run. */
export class RunState {
  readonly config: RunConfig;
  readonly target: Target;
  readonly notes: string[] = [];
  /** Commands of the script that judge, and did not here. */
  readonly notJudged: string[] = [];
  flow = new Flow();
  /** The connections that were under test before. */
  readonly former: Flow[] = [];
  /** Line of the event under way. */
  line = 0;
  /** The target's clock at the script's time 0. */
  startUs = 0;
  /** Called after every event of the target. */
  onStep: () => void = () => {};

  constructor(config: RunConfig, target: Target) {
    this.config = config;
    this.target = target;
  }

  /** How long a script waits for what has no time. */
  get patienceUs(): number {
    return this.target.realTime === true ? REAL_PATIENCE_US : PATIENCE_US;
  }

  /** Microseconds since the script's time 0. */
  now(): number {
    return this.target.now() - this.startUs;
  }

  /** Lets time pass until `untilUs` of the script, or until `stop` holds. */
  async advance(untilUs: number, stop: () => boolean = () => false): Promise<void> {
    await this.target.advance(untilUs + this.startUs, () => {
      this.onStep();
      return stop();
    });
    this.onStep();
  }

  /** Throws Mismatch when `actualUs` is beyond the tolerance of `moment`. */
  checkTime(what: string, time: EventTime, moment: Moment, actualUs: number): void {
    const wrong = within(time, moment, actualUs, this.config);
    if (wrong !== null)
      throw new Mismatch(`${what} happened at another time`, wrong, `${seconds(actualUs)} s`);
  }
}

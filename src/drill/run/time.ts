// When events are due: the script's times to moments of the run, and the tolerance.

import type { EventTime, ScriptEvent } from '../ast.ts';
import type { RunConfig } from './config.ts';
import { seconds } from './result.ts';

/** When an event is due, in microseconds since the script's time 0. */
export class Moment {
  readonly us: number;
  /** End of a range; `us` when there is none. */
  readonly endUs: number;
  /** What a relative time was added to. */
  readonly baseUs: number;
  /** Script time since the event before. */
  readonly gapUs: number;

  constructor(us: number, endUs: number, baseUs: number, gapUs: number) {
    this.us = us;
    this.endUs = endUs;
    this.baseUs = baseUs;
    this.gapUs = gapUs;
  }

  /** The larger of the fixed tolerance and the share of the gap. */
  toleranceUs(config: RunConfig): number {
    return Math.max(config.toleranceUs, (config.tolerancePercent / 100) * this.gapUs);
  }

  latestUs(config: RunConfig): number {
    return this.endUs + this.toleranceUs(config);
  }

  /** The end of a blocking call that begins now and returns at `us`. */
  ending(us: number): Moment {
    return new Moment(us, us, this.baseUs, Math.max(0, us - this.us) + this.gapUs);
  }
}

/** Inbound packets one after the other count from each other's times, not from when they were done. */
function anchored(event: ScriptEvent): boolean {
  return event.kind === 'packet' && event.packet.direction === 'inbound';
}

/** The moment of `event` after `last`, at `nowUs`. */
export function resolveTime(
  event: ScriptEvent,
  last: { readonly event: ScriptEvent; readonly moment: Moment } | null,
  nowUs: number,
): Moment {
  const { time } = event;
  const base = last !== null && anchored(last.event) && anchored(event) ? last.moment.us : nowUs;
  const from = time.kind === 'relative' || time.kind === 'relative-range' ? base : 0;
  if (time.kind === 'any') return new Moment(nowUs, nowUs, nowUs, 0);
  const us = from + time.us;
  const endUs = 'endUs' in time ? from + time.endUs : us;
  return new Moment(us, endUs, from, last === null ? 0 : Math.max(0, us - last.moment.us));
}

/** null when `actualUs` is within the tolerance of `moment`; else what was expected. */
export function within(time: EventTime, moment: Moment, actualUs: number, config: RunConfig): string | null {
  if (time.kind === 'any') return null;
  const tolerance = moment.toleranceUs(config);
  if (actualUs >= moment.us - tolerance && actualUs <= moment.endUs + tolerance) return null;
  const range =
    moment.endUs === moment.us ? seconds(moment.us) : `${seconds(moment.us)}~${seconds(moment.endUs)}`;
  return `${range} s, tolerance ${seconds(tolerance)} s`;
}

// When things happen: the time of a plan, in which silences do not count, as time of the world; and how much
// of the world's time was spent in silence or with a host that stood still.

import type { FaultPlan } from './faults.ts';
import type { Plan } from './plan.ts';

/** What was under way when it became quiet goes on: retransmissions up to R2 (924.6 s), user timeouts. */
const UNDER_WAY_US = 1200e6;

interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** The times of a world. */
export class Calendar {
  readonly #plan: Plan;
  readonly #silences: Span[] = [];
  /** Silences, and spans in which a host stands still. */
  readonly #quiet: Span[] = [];
  /** All of the plan's own long times are over. */
  readonly endUs: number;

  constructor(plan: Plan) {
    this.#plan = plan;
    let us = plan.bornUs;
    for (const { atUs, forUs } of plan.silences) {
      this.#silences.push({ fromUs: us + atUs, toUs: us + atUs + forUs });
      us += forUs;
    }
    this.#quiet.push(...this.#silences);
    const asleep = (f: FaultPlan): number => (f.kind === 'suspend' ? f.forUs : 0);
    this.endUs = us + plan.faults.reduce((sum, f) => sum + asleep(f), 0);
  }

  /** The world's time of the plan's; what falls into a silence comes after it. */
  at(planUs: number): number {
    let us = this.#plan.bornUs + planUs;
    for (const { atUs, forUs } of this.#plan.silences) if (planUs >= atUs) us += forUs;
    return us;
  }

  /** When the silence of now, or the next, is over; Infinity: no more comes. */
  silentUntil(nowUs: number): number {
    return this.#silences.find(({ toUs }) => toUs > nowUs)?.toUs ?? Number.POSITIVE_INFINITY;
  }

  /** From now on a host stands still. */
  standsStill(nowUs: number, forUs: number): void {
    this.#quiet.push({ fromUs: nowUs, toUs: nowUs + forUs });
  }

  /** Microseconds since the beginning in which something was under way. */
  busyUs(nowUs: number): number {
    let busy = 0;
    let us = this.#plan.bornUs;
    for (const { fromUs, toUs } of this.#quiet.toSorted((a, b) => a.fromUs - b.fromUs)) {
      const quietUs = Math.min(fromUs + UNDER_WAY_US, toUs);
      if (quietUs > us) busy += Math.min(quietUs, nowUs) - us;
      us = Math.max(us, Math.min(toUs, nowUs));
    }
    return busy + nowUs - us;
  }
}

// What is seen of the packets of a link: their fates, for the trace and for the flight recorder.

import type { Link } from './network/index.ts';
import type { FlightRecorder } from './recorder.ts';
import type { SimulationTrace } from './trace.ts';

/** Tells both of each packet on a link. */
export function watchLink(link: Link, trace: SimulationTrace, recorder: FlightRecorder): void {
  const number = trace.watchLink(link);
  const place = recorder.watchLink(link);
  const { a, b } = link;
  link.wire.tap = {
    sent: (p) => {
      trace.sent(number, p, (p.direction === 'a->b' ? a : b).passesOn !== true);
      recorder.sent(place, p);
    },
    delivered: (p) => recorder.passed('delivered', place, p, null),
    duplicated: (p) => recorder.passed('duplicated', place, p, null),
    dropped: (p, reason) => {
      trace.dropped(number, p, reason);
      recorder.passed('dropped', place, p, reason);
    },
  };
}

// Where to look first in a run, and which segments a sentence about it speaks of.

import type { SentEvent, Trace, TraceEvent } from '../trace.ts';

/**
 * The event that decides what a run shows: the first that does not go as planned (a segment is lost, discarded, forged
 * or resets the connection; a host or the wire fails); if all goes as planned, the one that brings the last state.
 */
export function decidingEvent(trace: Trace): number {
  const { events } = trace;
  const unplanned = events.findIndex((event) => {
    if (event.kind === 'lost' || event.kind === 'fault') return true;
    if (event.kind === 'arrived') return event.discarded !== null;
    return event.kind === 'sent' && (event.injected === true || event.segment.flags.includes('RST'));
  });
  if (unplanned >= 0) return unplanned;
  const changed = (event: TraceEvent): boolean => event.kind === 'arrived' && event.changes.length > 0;
  const last = events.findLastIndex(changed);
  return last >= 0 ? last : events.length - 1;
}

/** Control bits as sentences name them: `SYN,ACK`, `SYN+ACK`, `FIN`. */
const NAMED = /\b(?:SYN|FIN|RST|PSH|ACK)(?:[,+](?:SYN|FIN|RST|PSH|ACK))*\b/g;

/** Whether a segment is what a sentence calls so: a FIN has the ACK bit, too, an ACK has nothing else. */
function isCalled(event: SentEvent, name: string): boolean {
  const flags = event.segment.flags.split(',');
  const bits = name.split(/[,+]/);
  if (bits.length > 1 || name === 'ACK')
    return flags.length === bits.length && bits.every((bit) => flags.includes(bit));
  if (name === 'SYN') return event.segment.flags === 'SYN';
  return flags.includes(name);
}

/** The numbers of the segments that a sentence speaks of, by the control bits that it names. */
export function segmentsMeant(trace: Trace, sentence: string): number[] {
  const names = new Set(sentence.match(NAMED) ?? []);
  const sent = trace.events.filter((event) => event.kind === 'sent');
  return sent.filter((event) => [...names].some((name) => isCalled(event, name))).map(({ id }) => id);
}

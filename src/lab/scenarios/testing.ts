// For tests: a trace as lines, one an event, short enough to be read and exact enough to be compared.

import { numbersOf, numbersText } from '../numbers.ts';
import type { StateChange, Trace, TraceEvent } from '../trace.ts';

/** Timers that a line is written for when they are set; all others only when they fire. */
const SET = new Set(['2msl', 'wait']);

function changesText(changes: readonly StateChange[]): string {
  return changes.map(({ end, from, to }) => ` | ${end} ${from} -> ${to}`).join('');
}

/** `80 left FIN,ACK seq=1 ack=1 | left ESTABLISHED -> FIN-WAIT-1`: milliseconds, what, and the state changes. */
export function traceLines(trace: Trace): string[] {
  const numbers = numbersOf(trace);
  const what = (e: TraceEvent): string | null => {
    switch (e.kind) {
      case 'sent': {
        const { from, segment, id, retransmission, injected } = e;
        const of = numbers[e.connection];
        const text = of === undefined ? '' : numbersText(of, from, segment);
        const marks = `${retransmission ? ' again' : ''}${injected ? ' forged' : ''}`;
        const window = segment.window === 0 && !segment.flags.includes('RST') ? ' win=0' : '';
        return `${from} #${id} ${segment.flags} ${text}${window}${marks}`;
      }
      case 'arrived':
        return `${e.to} gets #${e.id}${e.copy > 0 ? ' copy' : ''}${e.discarded === null ? '' : ` (${e.discarded})`}`;
      case 'lost':
        return `#${e.id} lost (${e.reason})`;
      case 'call':
        return `${e.end} ${e.call}${e.octets === null ? '' : ` ${e.octets}`}${e.call === 'error' ? ` ${e.text}` : ''}`;
      case 'timer':
        if (e.what === 'fired') return `${e.end} ${e.timer} fires`;
        return e.what === 'set' && SET.has(e.timer) ? `${e.end} ${e.timer} ${e.ms} ms` : null;
      case 'fault':
        return `${e.end ?? 'wire'} ${e.what}`;
      case 'change':
        return 'change';
    }
  };
  return trace.events.flatMap((e) => {
    const text = what(e);
    if (text === null && e.changes.length === 0) return [];
    const of = e.connection === 0 ? '' : `c${e.connection} `;
    return [`${e.t / 1000} ${of}${text ?? e.kind}${changesText(e.changes)}`];
  });
}

/** Only what was sent, in order: `left SYN seq=0`; × when it was lost. */
export function sentLines(trace: Trace, connection = 0): string[] {
  const numbers = numbersOf(trace)[connection];
  const lost = new Set(trace.events.flatMap((e) => (e.kind === 'lost' ? [e.id] : [])));
  return trace.events.flatMap((e) => {
    if (e.kind !== 'sent' || e.connection !== connection || numbers === undefined) return [];
    const marks = `${e.retransmission ? ' again' : ''}${e.injected ? ' forged' : ''}${lost.has(e.id) ? ' ×' : ''}`;
    return [`${e.from} ${e.segment.flags} ${numbersText(numbers, e.from, e.segment)}${marks}`];
  });
}

/**
 * How old the oldest packet of a trace gets, in microseconds: from when it was sent first until it, or the network's
 * copy of it, arrives or the trace ends.
 */
export function oldestPacketUs(trace: Trace): number {
  const firstSent = new Map<string, number>();
  const born = new Map<number, number>();
  let oldest = 0;
  const dies = (id: number, t: number): void => {
    oldest = Math.max(oldest, t - (born.get(id) ?? t));
  };
  for (const e of trace.events) {
    if (e.kind === 'sent') {
      const { packet = `#${e.id}`, t } = e;
      // Who sends the same octets once more sends a packet that is new; the network's copy is as old as what it copies.
      if (e.injected !== true) firstSent.set(packet, t);
      born.set(e.id, firstSent.get(packet) ?? t);
    } else if (e.kind === 'lost') born.delete(e.id);
    else if (e.kind === 'arrived') {
      dies(e.id, e.t);
      if (
        e.copy > 0 ||
        !trace.events.some((other) => other.kind === 'arrived' && other.id === e.id && other.t > e.t)
      )
        born.delete(e.id);
    }
  }
  const end = trace.events.at(-1)?.t ?? 0;
  for (const id of born.keys()) dies(id, end);
  return oldest;
}

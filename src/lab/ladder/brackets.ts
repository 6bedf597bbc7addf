// Which timers are worth a bracket: that of TIME-WAIT always, those that fired, and those that ran long.
// A retransmission timer that every acknowledgment stops says nothing.

import type { End, Trace, TraceEvent } from '../trace.ts';

/** A timer from its setting to its end. */
export interface TimerSpan {
  readonly end: End;
  readonly connection: number;
  readonly timer: string;
  readonly outcome: 'fired' | 'cancelled' | 'pending';
  readonly set: number | null;
  readonly over: number | null;
  /** Milliseconds that it was set to; null when nobody told. */
  readonly ms: number | null;
}

interface Running {
  readonly event: number;
  readonly t: number;
  readonly ms: number | null;
}

/** The spans of a trace's timers that are to be shown; `longUs`: from when on a timer that did not fire is. */
export function timerSpans(trace: Trace, longUs: number): TimerSpan[] {
  const spans: TimerSpan[] = [];
  const running = new Map<string, Running>();
  const finish = (
    key: string,
    over: number | null,
    t: number,
    outcome: TimerSpan['outcome'],
    named?: { end: End; connection: number; timer: string },
  ): void => {
    const was = running.get(key);
    running.delete(key);
    const [connection = '0', end = 'left', timer = ''] = key.split(' ');
    const who = named ?? { connection: Number(connection), end: end as End, timer };
    // The user timeout runs whenever something is unacknowledged: it is worth telling only when it fires.
    const long = was !== undefined && t - was.t >= longUs && who.timer !== 'user';
    const shown = outcome === 'fired' || who.timer === '2msl' || long;
    if (shown && (was !== undefined || outcome === 'fired'))
      spans.push({ ...who, outcome, set: was?.event ?? null, over, ms: was?.ms ?? null });
  };
  trace.events.forEach((event, i) => {
    const { connection, t } = event;
    if (event.kind === 'timer') {
      const { end, timer, what, ms } = event;
      const key = `${connection} ${end} ${timer}`;
      if (what === 'set') {
        if (running.has(key)) finish(key, i, t, 'cancelled');
        running.set(key, { event: i, t, ms });
      } else {
        // The engine has one timer for FIN-WAIT-2 and TIME-WAIT.
        const twoMsl = `${connection} ${end} 2msl`;
        const known = timer === 'wait' && !running.has(key) && running.has(twoMsl) ? twoMsl : key;
        if (what === 'fired') finish(known, i, t, 'fired', { end, connection, timer: nameOf(known) });
        else if (running.has(known)) finish(known, i, t, 'cancelled');
      }
    }
    leaveTimeWait(event, i, running, finish);
    if (event.kind === 'fault' && event.what === 'crash')
      for (const key of [...running.keys()])
        if (key.split(' ')[1] === event.end) finish(key, i, t, 'cancelled');
  });
  const last = trace.events.at(-1)?.t ?? 0;
  for (const key of [...running.keys()]) finish(key, null, last, 'pending');
  return spans.sort((a, b) => (a.set ?? a.over ?? 0) - (b.set ?? b.over ?? 0));
}

function nameOf(key: string): string {
  return key.split(' ')[2] ?? '';
}

/** TIME-WAIT is left: its timer has run out, or something ended it before. */
function leaveTimeWait(
  event: TraceEvent,
  i: number,
  running: ReadonlyMap<string, Running>,
  finish: (key: string, over: number, t: number, outcome: TimerSpan['outcome']) => void,
): void {
  for (const { end, from, rule } of event.changes) {
    const key = `${event.connection} ${end} 2msl`;
    if (from !== 'TIME-WAIT' || !running.has(key)) continue;
    finish(key, i, event.t, rule === 'time-wait-timeout' ? 'fired' : 'cancelled');
  }
}

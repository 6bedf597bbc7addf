// The TCBs of both ends at the cursor, and what changed in them with the event (RFC 9293 section 3.3.1).

import {
  type End,
  numbersOf,
  type RelativeNumbers,
  statesAt,
  type TcbView,
  type Trace,
  tcbAt,
} from '../../lab/index.ts';
import { t } from '../messages.ts';
import type { TuiModel } from './model.ts';
import { fitted, styled } from './paint.ts';
import { BESIDE, BOLD, ENDS, type PaneSize } from './pane-size.ts';

/** A field of a TCB. */
export type Named = readonly [name: string, value: string];

/**
 * Milliseconds since the trace told the TCB that an end has at an event: so much its timers have run down.
 * `before`: the last event to look at.
 */
export function sinceView(trace: Trace, at: number, end: End, connection: number, before = at): number {
  const now = trace.events[at]?.t ?? 0;
  for (let i = before; i >= 0; i--) {
    const event = trace.events[i];
    if (event?.connection === connection && event.tcbs?.[end] !== undefined) return (now - event.t) / 1000;
  }
  return 0;
}

/** What is left of a timer after so long. */
export function leftOf(ms: number, passedMs: number): number {
  return Math.max(0, Math.round(ms - passedMs));
}

/**
 * Every field of a TCB as a name and a value; sequence numbers counted from the ISS if `numbers` are given.
 * `passedMs`: since the view was taken.
 */
export function tcbFields(view: TcbView, end: End, numbers: RelativeNumbers | null, passedMs = 0): Named[] {
  const { snd, rcv, timers, options } = view;
  const peer: End = end === 'left' ? 'right' : 'left';
  const n = (of: End, value: number): string => numbers?.text(of, value) ?? String(value);
  // IRS and RCV.NXT mean nothing before the peer's SYN.
  const heard = view.state !== 'SYN-SENT' && view.state !== 'LISTEN' && view.state !== 'CLOSED';
  const running = Object.entries(timers).map(([name, ms]) => `${name} ${leftOf(ms, passedMs)}ms`);
  return [
    ['state', view.state],
    ['snd.iss', n(end, snd.iss)],
    ['snd.una', n(end, snd.una)],
    ['snd.nxt', n(end, snd.nxt)],
    ['snd.end', `${n(end, snd.end)}${snd.fin ? ' FIN' : ''}`],
    ['snd.wnd', String(snd.wnd)],
    ['snd.mss', String(snd.mss)],
    ['rcv.nxt', heard ? n(peer, rcv.nxt) : '-'],
    ['rcv.wnd', String(rcv.wnd)],
    ['rcv.unread', String(rcv.unread)],
    ['rcv.ranges', rcv.ranges.map(([a, b]) => `${n(peer, a)}..${n(peer, b)}`).join(' ') || '-'],
    ['rcv.fin', rcv.fin === null ? '-' : n(peer, rcv.fin)],
    ['timers', running.join(', ') || '-'],
    ['rto', `${view.rto} ms`],
    ['srtt', view.srtt === null ? '-' : `${view.srtt} ms`],
    ['backoff', String(view.backoff)],
    ['cwnd', String(view.cwnd)],
    ['ssthresh', view.ssthresh >= MOST_WINDOW ? 'max' : String(view.ssthresh)],
    ['pacing', view.pacing === 0 ? '-' : `${view.pacing}/s`],
    [
      'options',
      [options.windowScale && 'wscale', options.sack && 'sack', options.timestamps && 'ts']
        .filter(Boolean)
        .join(' ') || '-',
    ],
  ];
}

/** A field of a TCB, and what it was before if it was something else. */
export interface FieldChange {
  readonly name: string;
  readonly was: string | null;
  readonly is: string;
}

/** The fields of an end's TCB at an event, and what they were before it; null when there is no TCB. */
export function tcbChanges(
  trace: Trace,
  at: number,
  end: End,
  connection: number,
  absolute: boolean,
): readonly FieldChange[] | null {
  const now = tcbAt(trace, at, end, connection);
  if (now === null) return null;
  const before = at > 0 ? tcbAt(trace, at - 1, end, connection) : null;
  const numbers = absolute ? null : (numbersOf(trace)[connection] ?? null);
  // A timer that runs down has not changed.
  const earlier = sinceView(trace, at, end, connection, at - 1);
  const was = new Map(before === null ? [] : tcbFields(before, end, numbers, earlier));
  const passed = sinceView(trace, at, end, connection);
  return tcbFields(now, end, numbers, passed).map(([name, is]) => {
    const old = was.get(name);
    return { name, is, was: old === undefined || old === is ? null : old };
  });
}

/** The initial ssthresh: the largest window there is (RFC 7323 section 2.3). */
const MOST_WINDOW = 65_535 * 2 ** 14;

/** Both TCBs: beside each other, each with what changed in front; or, narrow, the changes and then a table. */
export function tcbLines(trace: Trace, at: number, model: TuiModel, size: PaneSize): string[] {
  const connection = trace.events[at]?.connection ?? 0;
  const states = statesAt(trace, at, connection);
  const of = ENDS.map((end) => tcbChanges(trace, at, end, connection, model.absolute));
  const names = ENDS.map((end) => trace.ends[end].name);
  const none = t(model.lang, 'tuiNoTcb');
  if (size.columns >= BESIDE) {
    const half = (size.columns - 1) >> 1;
    const [left = [], right = []] = ENDS.map((end, i) => {
      const changes = of[i] ?? null;
      const head = styled(`${names[i]} ${states[end]}`, BOLD, size.colour);
      if (changes === null) return [head, none];
      const sorted = [
        ...changes.filter(({ was }) => was !== null),
        ...changes.filter(({ was }) => was === null),
      ];
      return [head, ...sorted.map((change) => changeText(change, half, size))];
    });
    const rows = Math.max(left.length, right.length);
    return Array.from(
      { length: rows },
      (_, i) => `${fitted(left[i] ?? '', half, size.ascii)} ${right[i] ?? ''}`,
    );
  }
  // Narrow: what changed in whole lines, then all values in a table.
  const changed = of.flatMap((changes, i) =>
    (changes ?? [])
      .filter(({ was }) => was !== null)
      .map((change) => changeText({ ...change, name: `${names[i]} ${change.name}` }, size.columns, size)),
  );
  const cell = (size.columns - 13) >> 1;
  const line = (name: string, left: string, right: string): string =>
    `  ${fitted(name, 10, size.ascii)} ${fitted(left, cell, size.ascii)} ${fitted(right, cell - 1, size.ascii)}`;
  const fields = (of[0] ?? of[1] ?? []).map(({ name }, i) =>
    line(name, of[0]?.[i]?.is ?? '-', of[1]?.[i]?.is ?? '-'),
  );
  const [left = '', right = ''] = names;
  if (fields.length === 0) return [...ENDS.map((end, i) => `${names[i]} ${states[end]}`), none];
  return [...changed, styled(line('', left, right), BOLD, size.colour), ...fields];
}

function changeText({ name, was, is }: FieldChange, width: number, size: PaneSize): string {
  const arrow = size.ascii ? '->' : '→';
  if (was === null) return fitted(`  ${name.padEnd(10)} ${is}`, width, size.ascii);
  const text = fitted(`* ${name.padEnd(10)} ${was} ${arrow} ${is}`, width, size.ascii);
  return styled(text, '1;33', size.colour);
}

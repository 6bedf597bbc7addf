// The properties of the checker, decided once more on a trace of the ordinary simulator: with nothing but what the
// trace tells (segments, calls, states, TCBs), so that neither the model nor its ghosts are believed.

import { type End, otherEnd, type StateChange, type Trace, type TraceEvent } from '../../trace.ts';
import type { PropertyName } from '../model/index.ts';
import { Ghosts } from './ghosts.ts';

const ENDS: readonly End[] = ['left', 'right'];

type Decide = (g: Ghosts, event: TraceEvent, trace: Trace) => boolean;

/** Number of the event that breaks a property; null when none does. */
export function brokenAt(trace: Trace, property: PropertyName): number | null {
  const decide = DECIDE[property];
  return Ghosts.walk(trace, (ghosts, event) => decide(ghosts, event, trace));
}

function some(event: TraceEvent, test: (change: StateChange) => boolean): boolean {
  return event.connection === 0 && event.changes.some(test);
}

/** The last event, when nothing will happen any more and an end is in one of these states. */
function stuckIn(states: readonly string[]): Decide {
  return (g, event, trace) =>
    event === trace.events.at(-1) && g.still() && ENDS.some((end) => states.includes(event.states[end]));
}

const TAKES_FIN = /^(?:established-fin|fin-wait-1-fin|fin-wait-1-fin-ack|fin-wait-2-fin)$/;
const RESETS = /^(?:rst|syn-sent-rst|syn-received-rst-(?:passive|active))$/;

const DECIDE: Readonly<Record<PropertyName, Decide>> = {
  S1: (g, event) =>
    some(event, ({ end, to }) => {
      if (to !== 'ESTABLISHED') return false;
      const own = g.current[end];
      const peer = own?.peer ?? null;
      if (own === null || peer === null) return true;
      if (peer.peer === own) return false;
      const stillOpening = g.isCurrent(peer) && event.states[otherEnd(end)] === 'SYN-SENT';
      return !(own.passive && stillOpening);
    }),
  S2: (g, event) => {
    if (event.kind !== 'call' || event.call !== 'read') return false;
    const own = g.current[event.end];
    return own !== null && !(own.peer?.written ?? '').startsWith(own.read);
  },
  'S2-FIN': (g, event) =>
    some(event, ({ end, rule }) => {
      if (rule === null || !TAKES_FIN.test(rule)) return false;
      const from = g.arrived[end]?.from ?? null;
      return from === null || from !== g.current[end]?.peer;
    }),
  'S2-RST': (g, event) =>
    some(event, ({ end, rule, to }) => {
      if (rule === null || !RESETS.test(rule)) return false;
      const by = g.arrived[end];
      const own = g.current[end];
      if (by === null || own === null) return true;
      if (by.forged) return !isExact(g, end, rule);
      const mine =
        by.from === null
          ? by.cause === own
          : by.from === own.peer || (by.from.peer !== null && by.from.peer === own);
      const alone = own.peer !== null && !(own.peer.alive && g.isCurrent(own.peer));
      return !mine && !alone && to === 'CLOSED';
    }),
  S3: (g, event) => {
    if (event.kind === 'call' && event.call === 'error' && event.text === 'EPIPE') {
      const own = g.current[event.end];
      if (own !== null && !own.closed && !own.broken) return true;
    }
    return some(event, ({ end, rule }) => {
      const own = g.current[end];
      if (own === null || rule === null) return false;
      if (TAKES_FIN.test(rule)) return own.peer?.closed !== true;
      if (rule !== 'fin-wait-2-timeout' && rule !== 'last-ack-ack' && rule !== 'time-wait-timeout')
        return false;
      const last = g.before[end];
      return last !== null && (last.rcv.fin === null || ((last.rcv.nxt - last.rcv.fin) | 0) <= 0);
    });
  },
  S4: (g, event) =>
    some(event, ({ end, rule, to }) => {
      if (rule === null || !RESETS.test(rule) || to !== 'CLOSED') return false;
      const own = g.current[end];
      return own?.closed === true && own.peer?.closed === true && !own.peer.broken;
    }),
  S5: () => false, // the recorder of the simulator asserts the rows of the table itself
  S6: (g, event) =>
    some(event, ({ end, rule }) => rule !== null && RESETS.test(rule) && !isExact(g, end, rule)),
  S7: (_g, event, trace) => {
    if (some(event, ({ rule }) => rule === 'time-wait-rst')) return true;
    const most = 2 * (trace.scenario?.mslMs ?? 0);
    return event.kind === 'timer' && event.what === 'set' && event.timer === '2msl' && (event.ms ?? 0) < most;
  },
  S8: (g, event, trace) => {
    if (event !== trace.events.at(-1) || !g.still()) return false;
    const { left, right } = event.states;
    const unlike = (a: string, b: string): boolean => (left === a) !== (right === b);
    return (
      unlike('ESTABLISHED', 'ESTABLISHED') ||
      unlike('FIN-WAIT-2', 'CLOSE-WAIT') ||
      unlike('CLOSE-WAIT', 'FIN-WAIT-2')
    );
  },
  // The SYN of somebody who is there is turned away, although the SYN queue has room.
  S9: (g, event, trace) => {
    if (event.kind !== 'arrived' || event.discarded !== 'listen-refused') return false;
    const queues = trace.events.findLast((one) => one.t <= event.t && one.queues !== undefined)?.queues;
    const sender = g.arrived[event.to];
    return sender?.forged === false && queues != null && queues.syn < queues.synLimit;
  },
  L1: stuckIn(['SYN-SENT']),
  L2: stuckIn(['SYN-RECEIVED']),
  L3: stuckIn(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']),
  L4: stuckIn(['TIME-WAIT']),
  L5: (g, event, trace) =>
    event === trace.events.at(-1) &&
    g.still() &&
    ENDS.some((end) => {
      const tcb = g.tcbs[end];
      return tcb !== null && ((tcb.snd.end + Number(tcb.snd.fin) - tcb.snd.nxt) | 0) > 0;
    }),
  L6: (g, event) =>
    some(event, ({ end, rule }) => {
      if (rule !== 'user-timeout' || g.lost > 0) return false;
      const resetComes = [...g.underWay.values()].some(
        ({ event: sent }) => sent.from !== end && /\bRST\b/.test(sent.segment.flags),
      );
      return g.current[end]?.unheard === true && !resetComes;
    }),
};

/** Whether the RST that just arrived at `end` had exactly the number that it must have. */
function isExact(g: Ghosts, end: End, rule: string): boolean {
  const segment = g.arrived[end]?.event.segment;
  const tcb = g.before[end];
  if (segment === undefined || tcb === null) return false;
  if (rule === 'syn-sent-rst') return segment.ack === tcb.snd.nxt;
  return segment.seq === tcb.rcv.nxt;
}

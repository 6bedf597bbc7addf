// A TCB as the trace tells it: the engine's fields under the RFC's names, unsigned, without what nobody looks at.

import { rangesOf, rcvWnd, receivable, stateName, type Tcb } from '../tcp/index.ts';
import type { TcbView } from './trace.ts';

/** The timers of a TCB by the names that a trace has for them. */
const TIMERS = ['rexmt', 'persist', 'delack', 'keep', 'user', 'wait', 'reorder', 'pto', 'pace'] as const;

/** What a TCB looks like at `nowMs`, the engine's clock in milliseconds. */
export function tcbView(tcb: Tcb, nowMs: number): TcbView {
  const { snd, rcv, rto, cc } = tcb;
  const state = stateName(tcb.state);
  const timers: Record<string, number> = {};
  for (const name of TIMERS) {
    const at = tcb.timer[name];
    if (at !== 0) timers[timerName(name, state)] = Math.max(0, (at - nowMs) | 0);
  }
  return {
    state,
    snd: {
      iss: snd.iss >>> 0,
      una: snd.una >>> 0,
      nxt: snd.nxt >>> 0,
      wnd: snd.wnd,
      end: snd.end >>> 0,
      mss: snd.mss,
      wscale: snd.wscale,
      fin: snd.fin === 1,
    },
    rcv: {
      irs: rcv.irs >>> 0,
      nxt: rcv.nxt >>> 0,
      wnd: rcvWnd(tcb),
      wscale: rcv.wscale,
      unread: Math.max(0, receivable(tcb)),
      ranges: rangesOf(tcb).map(([left, right]) => [left >>> 0, right >>> 0]),
      fin: rcv.fin === 1 ? rcv.finSeq >>> 0 : null,
    },
    rto: rto.rtoMs,
    srtt: rto.measured === 1 ? Math.round(rto.srttUs / 10) / 100 : null,
    backoff: rto.timeouts,
    cwnd: cc.cwnd,
    ssthresh: cc.ssthresh,
    pacing: Math.max(0, cc.pacingRate),
    timers,
    passive: tcb.passive === 1,
    orphan: tcb.orphan === 1,
    options: { sack: tcb.sack === 1, timestamps: tcb.ts === 1, windowScale: tcb.ws === 1 },
  };
}

/** The wait of TIME-WAIT is 2MSL; that of FIN-WAIT-2 has no name in the RFC. */
export function timerName(timer: string, state: string): string {
  return timer === 'wait' && state === 'TIME-WAIT' ? '2msl' : timer;
}

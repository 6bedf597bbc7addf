// For tests: a trace made by hand, in which everything happens that a ladder can show.

import type { StateName } from '../../tcp/index.ts';
import type { End, States, Trace, TraceEvent, TraceSegment } from '../trace.ts';

/** A segment; what is not given is 0 or absent. */
export function segment(
  flags: string,
  seq: number,
  ack: number | null,
  more: Partial<TraceSegment> = {},
): TraceSegment {
  return { flags, seq, ack, length: 0, window: 65_535, options: {}, ...more };
}

type Bare<E> = E extends TraceEvent ? Omit<E, 't' | 'connection' | 'states' | 'changes'> : never;

/** Writes a trace down event by event. */
export class TraceBuilder {
  readonly events: TraceEvent[] = [];
  readonly #states: Record<End, StateName>;
  readonly #begin: States;

  constructor(begin: States) {
    this.#begin = begin;
    this.#states = { ...begin };
  }

  /** An event at `ms`; `to` names the new states of ends and the rules behind them. */
  at(
    ms: number,
    event: Bare<TraceEvent>,
    to: Partial<Record<End, readonly [StateName, string | null]>> = {},
  ): this {
    const changes = (['left', 'right'] as const).flatMap((end) => {
      const change = to[end];
      if (change === undefined) return [];
      const from = this.#states[end];
      this.#states[end] = change[0];
      return [{ end, from, to: change[0], rule: change[1], section: change[1] === null ? null : '3.10' }];
    });
    const seen = { connection: 0, states: { ...this.#states }, changes };
    this.events.push({ t: ms * 1000, ...event, ...seen } as TraceEvent);
    return this;
  }

  trace(): Trace {
    const left = { name: 'synfin', address: '10.0.0.2', port: 50_000, states: 'engine' } as const;
    const right = { name: 'Linux 6.18', address: '10.0.0.1', port: 8080, states: 'observed' } as const;
    return {
      format: 'synfin-trace',
      version: 2,
      ends: { left, right },
      connections: [
        {
          left: { address: left.address, port: left.port },
          right: { address: right.address, port: right.port },
          begin: this.#begin,
        },
      ],
      begin: this.#begin,
      events: this.events,
    };
  }
}

/** A SYN is lost and repeated, text is sent, both ends close at once, a copy of a FIN arrives. */
export function handMade(): Trace {
  const b = new TraceBuilder({ left: 'CLOSED', right: 'LISTEN' });
  const options = {
    mss: 1460,
    windowScale: 7,
    sackPermitted: true as const,
    timestamps: { value: 1, echo: 0 },
  };
  const iss = 4_294_967_295;
  b.at(0, { kind: 'call', end: 'left', call: 'connect', octets: null, text: null })
    .at(
      0,
      {
        kind: 'sent',
        id: 1,
        from: 'left',
        segment: segment('SYN', iss, null, { options }),
        retransmission: false,
      },
      { left: ['SYN-SENT', 'open-active'] },
    )
    .at(10, { kind: 'lost', id: 1, to: 'right', copy: 0, reason: 'loss' })
    .at(1000, { kind: 'timer', end: 'left', timer: 'rexmt', what: 'fired', ms: null })
    .at(1000, {
      kind: 'sent',
      id: 2,
      from: 'left',
      segment: segment('SYN', iss, null, { options }),
      retransmission: true,
    })
    .at(
      1020,
      { kind: 'arrived', id: 2, to: 'right', copy: 0, discarded: null },
      { right: ['SYN-RECEIVED', null] },
    )
    .at(1020, {
      kind: 'sent',
      id: 3,
      from: 'right',
      segment: segment('SYN,ACK', 100, 0, { options: { mss: 1460 } }),
      retransmission: false,
    })
    .at(
      1040,
      { kind: 'arrived', id: 3, to: 'left', copy: 0, discarded: null },
      { left: ['ESTABLISHED', 'syn-sent-syn-ack'] },
    )
    .at(1040, { kind: 'sent', id: 4, from: 'left', segment: segment('ACK', 0, 101), retransmission: false })
    .at(1040, { kind: 'call', end: 'left', call: 'write', octets: 9, text: 'you and 你' })
    .at(1040, {
      kind: 'sent',
      id: 5,
      from: 'left',
      segment: segment('PSH,ACK', 0, 101, { length: 11 }),
      retransmission: false,
    })
    .at(
      1060,
      { kind: 'arrived', id: 4, to: 'right', copy: 0, discarded: null },
      { right: ['ESTABLISHED', null] },
    )
    .at(1060, { kind: 'call', end: 'right', call: 'accept', octets: null, text: null })
    .at(1060, { kind: 'arrived', id: 5, to: 'right', copy: 0, discarded: null })
    .at(1060, { kind: 'call', end: 'right', call: 'read', octets: 11, text: 'you and 你' })
    .at(1100, { kind: 'call', end: 'left', call: 'close', octets: null, text: null })
    .at(
      1100,
      { kind: 'sent', id: 6, from: 'left', segment: segment('FIN,ACK', 11, 101), retransmission: false },
      { left: ['FIN-WAIT-1', 'established-close'] },
    )
    .at(
      1105,
      { kind: 'sent', id: 7, from: 'right', segment: segment('FIN,ACK', 101, 11), retransmission: false },
      { right: ['FIN-WAIT-1', null] },
    )
    .at(1120, { kind: 'arrived', id: 6, to: 'right', copy: 0, discarded: null }, { right: ['CLOSING', null] })
    .at(
      1125,
      { kind: 'arrived', id: 7, to: 'left', copy: 0, discarded: null },
      { left: ['CLOSING', 'fin-wait-1-fin'] },
    )
    .at(1125, { kind: 'sent', id: 8, from: 'left', segment: segment('ACK', 12, 102), retransmission: false })
    .at(1126, { kind: 'sent', id: 9, from: 'right', segment: segment('ACK', 102, 12), retransmission: false })
    .at(
      1145,
      { kind: 'arrived', id: 8, to: 'right', copy: 0, discarded: null },
      { right: ['TIME-WAIT', null] },
    )
    .at(
      1146,
      { kind: 'arrived', id: 9, to: 'left', copy: 0, discarded: null },
      { left: ['TIME-WAIT', 'closing-ack'] },
    )
    .at(1146, { kind: 'timer', end: 'left', timer: '2msl', what: 'set', ms: 1500 })
    .at(1150, { kind: 'arrived', id: 7, to: 'left', copy: 1, discarded: 'time-wait' })
    .at(1150, { kind: 'call', end: 'left', call: 'eof', octets: null, text: null })
    .at(2646, { kind: 'change' }, { left: ['CLOSED', 'time-wait-timeout'] });
  return b.trace();
}

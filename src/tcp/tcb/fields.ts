// What goes over all fields of a TCB, by its schema, so that none is forgotten.

import { kept, keptDeadline } from '../time.ts';
import { PARTS, PARTS_ON_DEMAND, SCHEMA, TCB } from './schema.ts';
import type { Tcb } from './tcb.ts';

type Part = Record<string, number>;

/** What stays when a TCB begins anew: whose it is, its sockets, and the packets that its links take. */
const PLACE = 'id family l0 l1 l2 l3 r0 r1 r2 r3 localPort remotePort mtu pmtu gso'.split(' ');
const RESET = Object.keys(TCB).filter((name) => !PLACE.includes(name));
const PARTS_RESET = Object.entries(PARTS).map(([part, rows]) => [part, Object.keys(rows)] as const);

/** The numbers of one part of `tcb`, or of the TCB itself; null: there is no such part now. */
function partOf(tcb: Tcb, part: string): Part | null {
  return (part === 'tcb' ? tcb : tcb[part as keyof Tcb]) as unknown as Part | null;
}

/** Calls `visit` for each number of `tcb` that the schema has a row for. */
export function eachField(tcb: Tcb, visit: (part: string, name: string, values: Part) => void): void {
  for (const [part, rows] of Object.entries(SCHEMA)) {
    const values = partOf(tcb, part);
    if (values !== null) for (const name of Object.keys(rows)) visit(part, name, values);
  }
}

/** The first number of `tcb` that is no int32, as `snd.una = 1.5`; null: all are. */
export function notInt32(tcb: Tcb): string | null {
  let found: string | null = null;
  eachField(tcb, (part, name, values) => {
    const value = values[name] as number;
    if (found === null && (value | 0) !== value)
      found = `${part === 'tcb' ? '' : `${part}.`}${name} = ${value}`;
  });
  return found;
}

/**
 * Makes `tcb` one that nothing has happened to, in CLOSED; its sockets and settings stay. `fresh` is such a one,
 * with the same settings.
 */
export function resetTcb(tcb: Tcb, fresh: Tcb): void {
  const self = tcb as unknown as Part;
  const asSelf = fresh as unknown as Part;
  for (const name of RESET) self[name] = asSelf[name] as number;
  for (const [part, names] of PARTS_RESET) {
    const to = partOf(tcb, part) as Part;
    const from = partOf(fresh, part) as Part;
    for (const name of names) to[name] = from[name] as number;
  }
  tcb.cc.own = null;
  for (const part of Object.keys(PARTS_ON_DEMAND)) tcb[part as 'sent'] = null;
}

/** Every time of `tcb`: see `Output.sweep` in engine.ts, and time.ts for what is kept. */
export function keepTimes(tcb: Tcb, fromMs: number, elapsedMs: number): void {
  for (const [part, names] of TIMES) {
    const values = partOf(tcb, part);
    if (values === null) continue;
    for (const name of names) values[name] = kept(values[name] as number, fromMs, elapsedMs);
  }
  for (const [part, names] of DEADLINES) {
    const values = partOf(tcb, part);
    if (values === null) continue;
    for (const name of names) values[name] = keptDeadline(values[name] as number, fromMs, elapsedMs);
  }
}

/** The fields of a kind, for each part that has some. */
function ofKind(kind: string): (readonly [part: string, names: readonly string[]])[] {
  return Object.entries(SCHEMA)
    .map(
      ([part, rows]) =>
        [part, Object.keys(rows).filter((name) => rows[name as keyof typeof rows]?.[0] === kind)] as const,
    )
    .filter(([, names]) => names.length > 0);
}

const TIMES = ofKind('ms');
const DEADLINES = ofKind('deadline');

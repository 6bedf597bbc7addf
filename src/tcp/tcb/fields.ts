// What goes over all fields of a TCB, by its schema, so that none is forgotten.

import { kept, keptDeadline } from '../time.ts';
import { SCHEMA } from './schema.ts';
import { Tcb } from './tcb.ts';

type Part = Record<string, number>;

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

/** A TCB that nothing has happened to, in CLOSED, in the place of `tcb`: its sockets, settings, and what its links take. */
export function freshTcb(tcb: Tcb): Tcb {
  const fresh = new Tcb(tcb.config);
  fresh.id = tcb.id;
  fresh.family = tcb.family;
  fresh.l0 = tcb.l0;
  fresh.l1 = tcb.l1;
  fresh.l2 = tcb.l2;
  fresh.l3 = tcb.l3;
  fresh.r0 = tcb.r0;
  fresh.r1 = tcb.r1;
  fresh.r2 = tcb.r2;
  fresh.r3 = tcb.r3;
  fresh.localPort = tcb.localPort;
  fresh.remotePort = tcb.remotePort;
  fresh.udpPort = tcb.udpPort;
  fresh.mtu = tcb.mtu;
  fresh.pmtu = tcb.pmtu;
  fresh.gso = tcb.gso;
  return fresh;
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

// What tests ask of a simulated network, as functions that throw; matchers.ts has the same for `expect`.

import { wrongKind } from '../options/index.ts';
import { formatControl, parseControl } from '../wire/index.ts';
import { SimulationError } from './errors.ts';
import type { SimulatedHost } from './machine.ts';
import type { NetstatRow } from './netstat.ts';
import type { Simulation } from './simulation.ts';

/** Whether something holds, and what to say of it. */
export interface Verdict {
  readonly pass: boolean;
  /** As it is: `2 connections are open: …`. */
  readonly message: string;
}

/** What can be asked of a simulation or of one of its hosts, and how it is judged. */
export const judgements = {
  /** No connection is open on any host; listeners and TIME-WAIT do not count. */
  noOpenConnections: (of: Simulation | SimulatedHost): Verdict => {
    const open = rowsOf(of).filter(({ row }) => row.state !== 'LISTEN' && row.state !== 'TIME-WAIT');
    return { pass: open.length === 0, message: `${open.length} connections are open:${listed(open)}` };
  },
  /** No connection waits in CLOSE-WAIT: a program that does not close what its peer has closed. */
  noCloseWait: (of: Simulation | SimulatedHost): Verdict => {
    const leaks = rowsOf(of).filter(({ row }) => row.state === 'CLOSE-WAIT');
    return {
      pass: leaks.length === 0,
      message: `${leaks.length} connections are in CLOSE-WAIT:${listed(leaks)}`,
    };
  },
  /** No connection is known to one side only: as after a power failure. */
  noHalfOpen: (sim: Simulation): Verdict => {
    const all = rowsOf(sim).filter(({ row }) => row.state === 'ESTABLISHED');
    const known = new Set(rowsOf(sim).map(({ row }) => `${row.local} ${row.remote}`));
    const half = all.filter(({ row }) => !known.has(`${row.remote} ${row.local}`));
    return { pass: half.length === 0, message: `${half.length} connections are half-open:${listed(half)}` };
  },
  /** A segment with these control bits (and maybe others) was sent: `'RST'`, `'SYN,ACK'`. */
  seen: (sim: Simulation, control: string): Verdict => {
    const wanted = namesOf(control);
    const first = linesOf(sim).find((line) => wanted.every((bit) => controlOf(line).includes(bit)));
    return {
      pass: first !== undefined,
      message: `${first === undefined ? 'no' : 'a'} segment with ${control} was sent${first === undefined ? '' : `: ${first}`}`,
    };
  },
  /** At most so many segments were sent again, over all connections so far. */
  retransmissionsAtMost: (sim: Simulation, most: number): Verdict => {
    // What a switch passes on has a line for each link: where a host sends it, it is counted.
    const hosts = new Set(sim.hosts.map(({ name }) => name));
    const n = retransmissions(linesOf(sim).filter((line) => hosts.has(senderOf(line))));
    return { pass: n <= most, message: `${n} segments were sent again, at most ${most} are wanted` };
  },
  /** Connections of a host are in these states, whatever their order. */
  states: (host: SimulatedHost, wanted: readonly string[]): Verdict => {
    const states = host.netstat().map(({ state }) => state);
    const [a, b] = [[...states].sort(), [...wanted].sort()];
    return {
      pass: a.length === b.length && a.every((state, i) => state === b[i]),
      message: `${host.name} is in ${states.join(', ') || 'no state'}, not in ${wanted.join(', ') || 'none'}`,
    };
  },
} as const;

interface RowOfHost {
  readonly host: string;
  readonly row: NetstatRow;
}

function rowsOf(of: Simulation | SimulatedHost): RowOfHost[] {
  if (typeof of !== 'object' || of === null || !('hosts' in of || 'netstat' in of))
    throw wrongKind('an assertion', 'subject', of, 'a simulation, or a host of it');
  const hosts = 'hosts' in of ? of.hosts : [of];
  return hosts.flatMap((host) =>
    host.isUp || host.stack.connections.length > 0
      ? host.netstat().map((row) => ({ host: host.name, row }))
      : [],
  );
}

function listed(rows: readonly RowOfHost[]): string {
  return rows
    .map(
      ({ host, row }) =>
        `\n  ${host}: ${row.state} ${row.local} - ${row.remote}${row.odd === null ? '' : `: ${row.odd}`}`,
    )
    .join('');
}

/**
 * The lines of what was sent.
 * @throws SimulationError for a trace that does not have all of them: it would say what is not so
 */
function linesOf({ trace }: Simulation): string[] {
  if (trace.isWhole) return trace.lines.filter((line) => !line.includes(' lost:'));
  throw new SimulationError(
    'ERR_SIM_ASSERTION',
    'the trace does not have all segments (trace: false, or more of them than it keeps): nothing can be said of what was sent',
  );
}

/** The control bits that are asked for. */
function namesOf(control: string): string[] {
  const ctl = typeof control === 'string' ? parseControl(control) : null;
  if (ctl === null) throw wrongKind('assertSeen', 'control', control, "control bits: 'RST', 'SYN,ACK'");
  return formatControl(ctl).split(',');
}

/** The end of the link that a line of the trace says it came from. */
function senderOf(line: string): string {
  return line.split(' ')[1]?.split('>')[0] ?? '';
}

/** The control bits of a line of the trace. */
function controlOf(line: string): string[] {
  return line.split(' ')[3]?.split(',') ?? [];
}

/** Segments with text, SYN or FIN whose sequence number was sent before. */
function retransmissions(lines: readonly string[]): number {
  const next = new Map<string, number>();
  let n = 0;
  for (const line of lines) {
    const [, hosts, ports, control = '', seq = '', , octets = '0'] = line.split(' ');
    const bits = control.split(',');
    const length = Number(octets) + (bits.includes('SYN') ? 1 : 0) + (bits.includes('FIN') ? 1 : 0);
    if (length === 0) continue;
    const way = `${hosts} ${ports}`;
    const begin = Number(seq) | 0;
    const known = bits.includes('SYN') && !next.has(`${way} ${seq}`) ? undefined : next.get(way);
    if (bits.includes('SYN')) next.set(`${way} ${seq}`, 0);
    const end = (begin + length) | 0;
    if (known !== undefined && ((known - begin) | 0) > 0) n++;
    if (known === undefined || ((end - known) | 0) > 0) next.set(way, end);
  }
  return n;
}

type Judgements = typeof judgements;
type Asserted<F> = F extends (...args: infer A) => Verdict ? (...args: A) => void : never;

function asserting<K extends keyof Judgements>(name: K): Asserted<Judgements[K]> {
  const judge = judgements[name] as (...args: unknown[]) => Verdict;
  return ((...args: unknown[]) => {
    const { pass, message } = judge(...args);
    if (!pass) throw new SimulationError('ERR_SIM_ASSERTION', message);
  }) as Asserted<Judgements[K]>;
}

/** Throws a SimulationError (ERR_SIM_ASSERTION) while a connection is open, of a simulation or of one host; TIME-WAIT does not count. */
export const assertNoOpenConnections: Asserted<Judgements['noOpenConnections']> =
  asserting('noOpenConnections');
/** Throws (ERR_SIM_ASSERTION) when a connection is in CLOSE-WAIT: its program does not close what its peer has closed. */
export const assertNoCloseWait: Asserted<Judgements['noCloseWait']> = asserting('noCloseWait');
/** Throws (ERR_SIM_ASSERTION) when a connection is established for one side only. */
export const assertNoHalfOpen: Asserted<Judgements['noHalfOpen']> = asserting('noHalfOpen');
/** Throws (ERR_SIM_ASSERTION) unless a segment with these control bits (`'RST'`) was sent. */
export const assertSeen: Asserted<Judgements['seen']> = asserting('seen');
/** Throws (ERR_SIM_ASSERTION) when more segments were sent again. */
export const assertRetransmissionsAtMost: Asserted<Judgements['retransmissionsAtMost']> =
  asserting('retransmissionsAtMost');
/** Throws (ERR_SIM_ASSERTION) unless the sockets of a host are in exactly these states: `['LISTEN', 'ESTABLISHED']`. */
export const assertStates: Asserted<Judgements['states']> = asserting('states');

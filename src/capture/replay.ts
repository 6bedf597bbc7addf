// A captured connection as a scenario of the lab: the engine at both ends, programs that write, read and close when those of
// the capture did, and the same losses. Times hang on what a program had read, so that without the losses nobody waits for
// what is no longer late. It is a model: the engine is neither of the two TCPs that were captured.

import {
  playScenario,
  type Scenario,
  type ScenarioRun,
  type Setup,
  type Step,
  type When,
} from '../lab/index.ts';
import { ACK, FIN, RST, SYN } from '../wire/index.ts';
import { type Connection, Mark, type Seen, type Way } from './follow/index.ts';
import { lostOf, wayTo } from './trace.ts';

/** A replay: what stands for the connection, and what befell it. */
export interface Replay {
  readonly scenario: Scenario;
  /** What the wire did to it, as changes of a scenario: `drop data#3 left->right`. */
  readonly faults: readonly string[];
  /** False when the connection was too long to be replayed whole. */
  readonly complete: boolean;
}

const ENDS = ['left', 'right'] as const;
/** Segments with text that are replayed. */
const MOST_TEXTS = 2000;
/** A program that was silent for so long, with nothing outstanding, wrote anew. */
const PAUSE_US = 100_000;
const LEAST_MTU = 576;
const MOST_MTU = 65_535;
const HEADERS = 40;

/** What one end's program did, as far as segments tell. */
interface Program {
  readonly end: 'left' | 'right';
  /** Half of the round trip from the point of capture to it, microseconds. */
  readonly wayUs: number;
  /** Octets that it has from its peer, and that wait behind a loss. */
  read: number;
  held: number;
  /** When it had the last of these; -1: nothing yet. */
  readUs: number;
  /** The write that goes on. */
  last: { readonly step: number; octets: number; until: number } | null;
  ended: boolean;
  sawEnd: number;
}

/** The scenario of a connection. */
export function replayOf(connection: Connection): Replay {
  const { sides, segments, opened } = connection;
  const [client, server] = sides;
  const first = connection.first.us;
  const refused = server.rst !== null && connection.synAck === null;
  const toClient = wayTo(connection, 0);
  const toServer = wayTo(connection, 1);
  const programs = ENDS.map((end): Program => {
    const wayUs = end === 'left' ? toClient : toServer;
    return { end, wayUs, read: 0, held: 0, readUs: -1, last: null, ended: false, sawEnd: -1 };
  }) as [Program, Program];
  const steps: Step[] = [{ do: 'connect', end: 'left', when: 0 }];
  const openUs = connection.thirdAck?.us ?? connection.synAck?.us ?? first;
  let texts = 0;

  const whenOf = ({ end, wayUs, read, readUs, sawEnd }: Program, us: number): When => {
    // What it sent left it before it was captured, and what it got came later.
    const after = (since: number): number => Math.max(0, us - since - 2 * wayUs) / 1000;
    if (sawEnd >= 0) return { end, sees: 'eof', after: after(sawEnd) };
    if (read > 0) return { end, read, after: after(readUs) };
    return { end, state: 'ESTABLISHED', after: after(openUs) };
  };
  const write = (me: Program, seen: Seen, idle: boolean): void => {
    if (++texts > MOST_TEXTS) return;
    const goesOn = me.last !== null && me.last.until === me.read && !idle;
    if (goesOn && me.last !== null) me.last.octets += seen.length;
    else {
      steps.push({ do: 'write', end: me.end, what: 0, when: whenOf(me, seen.us) });
      me.last = { step: steps.length - 1, octets: seen.length, until: me.read };
    }
    const { step, octets } = me.last as NonNullable<Program['last']>;
    steps[step] = { ...(steps[step] as Step), what: octets } as Step;
  };

  const missing: [Set<number>, Set<number>] = [new Set(), new Set()];
  const lost = lostOf(connection);
  /** What the program of the other end has by it: nothing, as long as something before it is lost. */
  const arrives = (seen: Seen, again: boolean): void => {
    const peer = programs[seen.way === 0 ? 1 : 0];
    const gone = missing[seen.way];
    if (lost.has(seen)) gone.add(seen.seq);
    else if (again && !gone.delete(seen.seq)) return;
    if (!again) peer.held += seen.length;
    if (gone.size > 0) return;
    if (peer.held > 0) {
      peer.read += peer.held;
      peer.held = 0;
      peer.readUs = seen.us;
    }
    const { fin } = sides[seen.way];
    if (fin !== null && seen.us >= fin.us && peer.sawEnd < 0) peer.sawEnd = seen.us;
  };
  const before: [number, number] = [first, first];
  /** Behind the last octet that each end sent, and what its peer acknowledged. */
  const nxt: [number, number] = [0, 0];
  const una: [number, number] = [0, 0];
  for (const seen of segments) {
    const me = programs[seen.way];
    if ((seen.marks & (Mark.COPY | Mark.STRAY | Mark.BAD_SUM | Mark.WINDOW_PROBE | Mark.KEEP_ALIVE)) !== 0)
      continue;
    if (seen.is(SYN)) continue;
    if (me.ended) {
      arrives(seen, true);
      continue;
    }
    const again = (seen.marks & Mark.RETRANSMITTED) !== 0 && (seen.marks & Mark.FIRST_UNSEEN) === 0;
    if (seen.length > 0 && !again) {
      const idle = seen.us - before[seen.way] > PAUSE_US && nxt[seen.way] === una[seen.way];
      write(me, seen, idle);
      before[seen.way] = seen.us;
      nxt[seen.way] = seen.end;
    }
    if (seen.is(ACK)) una[seen.way === 0 ? 1 : 0] = seen.ack;
    arrives(seen, again);
    if (seen.is(RST) && opened) {
      steps.push({ do: 'abort', end: me.end, when: whenOf(me, seen.us) });
      me.ended = true;
    } else if (seen.is(FIN) && !again) {
      const more = segments.some((other) => other.way !== seen.way && other.us > seen.us && other.length > 0);
      steps.push({ do: more ? 'shutdown' : 'close', end: me.end, when: whenOf(me, seen.us) });
      me.ended = true;
    }
  }
  for (const way of [0, 1] as const) steps.push(...readingSteps(connection, way, first));
  const mss = Math.min(client.mss || Number.POSITIVE_INFINITY, server.mss || Number.POSITIVE_INFINITY);
  const setup: Setup = {
    delayMs: Math.max(0.01, (toClient + toServer) / 1000),
    listen: refused ? null : {},
    wire: { mtu: Number.isFinite(mss) ? Math.min(MOST_MTU, Math.max(LEAST_MTU, mss + HEADERS)) : 1500 },
    tcp: {
      sack: client.sackPermitted && (server.sackPermitted || server.syn === null),
      timestamps: client.timestamps && (server.timestamps || server.syn === null),
      windowScale: client.wscale >= 0,
    },
  };
  const title = { en: `Connection ${connection.number}`, zh: `连接 ${connection.number}` };
  return {
    scenario: {
      ...{ id: `connection-${connection.number}`, group: 'data', title, question: title, explanation: title },
      notice: [],
      setup,
      steps,
    },
    faults: faultsOf(connection, first),
    complete: connection.complete && texts <= MOST_TEXTS,
  };
}

/** A program that let its window close did not read, until it opened. */
function readingSteps({ segments, sides }: Connection, way: Way, first: number): Step[] {
  if (sides[way].zeroWindows === 0) return [];
  const end = ENDS[way] as 'left' | 'right';
  const closed = segments.find((seen) => seen.way === way && (seen.marks & Mark.ZERO_WINDOW) !== 0);
  if (closed === undefined) return [];
  const opened = segments.find(
    (seen) => seen.way === way && seen.us > closed.us && seen.wnd > 0 && !seen.is(RST),
  );
  const stops: Step = { do: 'read', end, reads: 'none', when: 0 };
  if (opened === undefined) return [stops];
  return [stops, { do: 'read', end, reads: 'all', when: (opened.us - first) / 1000 }];
}

/** The losses, as rules of the wire: of each direction, the n-th segment of its kind. */
function faultsOf(connection: Connection, first: number): string[] {
  const { segments } = connection;
  const lost = lostOf(connection);
  const counts = new Map<string, number>();
  const faults: string[] = [];
  for (const seen of segments) {
    if ((seen.marks & (Mark.COPY | Mark.STRAY)) !== 0) continue;
    const kind = kindOf(seen);
    const way = seen.way === 0 ? 'left->right' : 'right->left';
    const nth = (counts.get(`${kind} ${way}`) ?? 0) + 1;
    counts.set(`${kind} ${way}`, nth);
    // Its first sending was lost before the point of capture: the rule counts it, too.
    const unseen = (seen.marks & Mark.FIRST_UNSEEN) !== 0;
    if (unseen) counts.set(`${kind} ${way}`, nth + 1);
    if (kind !== null && (lost.has(seen) || unseen)) faults.push(`drop ${kind}#${nth} ${way}`);
  }
  const silent = silenceOf(connection);
  if (silent !== null) faults.push(`cut ${Math.max(0, (silent - first) / 1000)}ms`);
  return faults;
}

/** The selector of a segment in a rule; null: only an ACK. */
function kindOf(seen: Seen): string | null {
  if (seen.is(SYN)) return seen.is(ACK) ? 'SYN+ACK' : 'SYN';
  if (seen.length > 0) return 'data';
  return seen.is(FIN) ? 'FIN' : null;
}

/** When the other end, or the way to it, was gone: nothing comes back, however often something is sent again. */
function silenceOf({ segments, sides }: Connection): number | null {
  for (const way of [0, 1] as const) {
    const peerLast = segments.findLast((seen) => seen.way !== way);
    const since = peerLast?.us ?? Number.NEGATIVE_INFINITY;
    const again = segments.filter(
      (seen) =>
        seen.way === way && seen.us > since && (seen.marks & (Mark.RETRANSMITTED | Mark.KEEP_ALIVE)) !== 0,
    );
    if (again.length >= 2 && sides[way].flight > 0)
      return (peerLast ?? (segments[0] as Seen)).us + (peerLast === undefined ? 0 : 1);
  }
  return null;
}

/** Plays a replay with what befell the connection, and without. */
export function playReplay({ scenario, faults }: Replay): { with: ScenarioRun; without: ScenarioRun } {
  return { with: playScenario(scenario, { edits: faults }), without: playScenario(scenario) };
}

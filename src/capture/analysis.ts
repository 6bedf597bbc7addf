// A capture from its first octet to its verdicts: frames are read, connections followed, each is judged, and the findings
// are put in order. Connections beyond a bound are counted, and their verdicts too, but not listed.

import { func, Schema, whole } from '../options/index.ts';
import type { StateName } from '../tcp/index.ts';
import { Around } from './around.ts';
import {
  type Connection,
  Follower,
  type FollowerCounts,
  type Stage,
  statesOf,
  type Vantage,
  vantageOf,
  type Way,
} from './follow/index.ts';
import {
  addInfo,
  type CaptureInfo,
  CaptureReader,
  emptyInfo,
  type FrameSink,
  type Problem,
} from './read/index.ts';
import { bySeverity, judge, Many, type Severity, type Verdict, verdictOf } from './verdicts/index.ts';
import { type ZeekSummary, zeekOf } from './zeek.ts';

/** What is told of one side of a connection. */
export interface SideReport {
  readonly address: string;
  readonly port: number;
  readonly packets: number;
  /** Octets of text, retransmissions not counted twice. */
  readonly octets: number;
  readonly retransmissions: number;
  /** The states that it may be in at the end, in the order in which they are passed: "at least" first, "at most" last. */
  readonly states: readonly StateName[];
}

/** What is told of a connection. */
export interface ConnectionReport {
  /** From 0, as Wireshark counts streams. */
  readonly number: number;
  readonly client: SideReport;
  readonly server: SideReport;
  /** The client is known by its SYN, not only guessed by its port. */
  readonly clientKnown: boolean;
  /** Microseconds since the first frame of the capture. */
  readonly startUs: number;
  readonly endUs: number;
  /** Who sent the first FIN; null: nobody. */
  readonly closedBy: 'client' | 'server' | null;
  readonly ending: 'reset' | 'closed' | 'closing' | 'open';
  readonly stage: Stage;
  readonly vantage: Vantage;
  /** Octets that were acknowledged although the capture does not have them. */
  readonly unseen: number;
  readonly zeek: ZeekSummary;
  /** The worst first; at least one. */
  readonly verdicts: readonly Verdict[];
}

/** One verdict, and all connections that it is about. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly count: number;
  /** Numbers of the first three connections; none for a verdict about the capture as a whole. */
  readonly connections: readonly number[];
  /** The verdict of the first of them. */
  readonly verdict: Verdict;
}

/** Something wrong with one of the files. */
export interface FileProblem extends Problem {
  /** Which file, from 0. */
  readonly file: number;
}

/** All that is known of a capture. */
export interface Analysis {
  /** What its files say of themselves, together. */
  readonly info: CaptureInfo;
  readonly problems: readonly FileProblem[];
  readonly counts: FollowerCounts;
  /** Link types that were not understood. */
  readonly unknownLinks: readonly number[];
  /** In the order of their numbers. */
  readonly connections: readonly ConnectionReport[];
  /** Connections that are not listed. */
  readonly more: number;
  /** Faults and warnings first. Verdicts that only say that all is well come last. */
  readonly findings: readonly Finding[];
  /** Connections with their segments: the one that was asked for, and examples of each fault and warning. */
  readonly kept: ReadonlyMap<number, Connection>;
}

/** Options of {@link CaptureAnalyser}. */
export interface AnalyserOptions {
  /** The number of a connection whose every segment is kept, for a ladder. */
  readonly keep?: number;
  /** Gets every frame before it is judged; it, and its octets, are the reader's. */
  readonly onFrame?: FrameSink;
  /**
   * Gets every connection that is judged, listed or not, with its segments. What is said of many connections together (a
   * flood, a scan) is known only at the end, and is not in it.
   */
  readonly onConnection?: (report: ConnectionReport, connection: Connection) => void;
  /** Connections that are listed. Default 20,000. */
  readonly mostListed?: number;
}

const analyserOptions = new Schema<AnalyserOptions>('CaptureAnalyser', {
  keep: whole(0),
  onFrame: func,
  onConnection: func,
  mostListed: whole(0, 10_000_000),
});

const MOST_LISTED = 20_000;
/** Connections that are over and wait to be judged: until their server's other connections are known. */
const MOST_WAITING = 2_000;
/** Segments of these together. */
const MOST_WAITING_SEGMENTS = 50_000;
const EXAMPLES = 3;

interface Group {
  severity: Severity;
  count: number;
  readonly connections: number[];
  readonly verdict: Verdict;
}

/** Reads and judges one capture, or several that follow each other. */
export class CaptureAnalyser {
  readonly #options: AnalyserOptions;
  readonly #follower: Follower;
  readonly #many = new Many();
  readonly #around = new Around();
  readonly #groups = new Map<string, Group>();
  readonly #reports: ConnectionReport[] = [];
  readonly #problems: FileProblem[] = [];
  #reader: CaptureReader;
  #file = 0;
  /** Of the files that are over. */
  readonly #info = emptyInfo();
  #waiting: Connection[] = [];
  #waitingSegments = 0;
  #more = 0;
  readonly #kept = new Map<number, Connection>();

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(options: AnalyserOptions = {}) {
    analyserOptions.check(options);
    this.#options = options;
    this.#follower = new Follower({
      onConnection: (connection) => this.#over(connection),
      ...(options.keep === undefined ? {} : { keep: options.keep }),
    });
    this.#reader = this.#newReader();
  }

  /** What the present file says of itself. */
  get info(): CaptureInfo {
    return this.#reader.info;
  }

  /** What was counted so far. */
  get counts(): Readonly<FollowerCounts> {
    return this.#follower.counts;
  }

  /** True when the rest of the present file cannot be understood. */
  get stopped(): boolean {
    return this.#reader.stopped;
  }

  /** The next octets of the present file. */
  push(octets: Uint8Array): void {
    this.#reader.push(octets);
  }

  /** The present file is over, and the next one goes on with the same connections: a rotated capture. */
  nextFile(): void {
    this.#endFile();
    this.#file++;
    this.#follower.nextFile();
    this.#reader = this.#newReader();
  }

  /** Something else was wrong with the present file. */
  report(key: Problem['key'], params: Problem['params'] = {}): void {
    this.#reader.report(key, params);
  }

  /** The last file is over: everything is judged. */
  end(): Analysis {
    this.#endFile();
    this.#follower.end();
    this.#judgeWaiting(0);
    const many = this.#many.found();
    const verdicts = many.map((found) => verdictOf(found.texts, found, null));
    const reports =
      many.length === 0
        ? this.#reports
        : this.#reports.map((report) => this.#covered(report, many, verdicts));
    reports.sort((a, b) => a.number - b.number);
    const { counts, unknownLinks } = this.#follower;
    return {
      info: this.#info,
      problems: this.#problems,
      counts,
      unknownLinks: [...unknownLinks],
      connections: reports,
      more: this.#more,
      findings: this.#findings(verdicts),
      kept: this.#kept,
    };
  }

  #newReader(): CaptureReader {
    const { onFrame } = this.#options;
    return new CaptureReader((frame) => {
      onFrame?.(frame);
      this.#follower.frame(frame);
    });
  }

  #endFile(): void {
    const reader = this.#reader;
    reader.end();
    addInfo(this.#info, reader.info);
    const file = this.#file;
    for (const problem of reader.problems) this.#problems.push({ ...problem, file });
    for (const type of this.#follower.unknownLinks) {
      const told = this.#problems.some(({ key, params }) => key === 'linkType' && params['type'] === type);
      if (!told) this.#problems.push({ key: 'linkType', params: { type }, file });
    }
  }

  #over(connection: Connection): void {
    this.#many.add(connection);
    this.#around.add(connection);
    this.#waiting.push(connection);
    this.#waitingSegments += connection.segments.length;
    if (this.#waiting.length > MOST_WAITING || this.#waitingSegments > MOST_WAITING_SEGMENTS)
      this.#judgeWaiting(this.#waiting.length >> 1);
  }

  #judgeWaiting(left: number): void {
    const now = this.#waiting.splice(0, this.#waiting.length - left);
    now.sort((a, b) => a.number - b.number);
    for (const connection of now) {
      this.#waitingSegments -= connection.segments.length;
      this.#judge(connection);
    }
  }

  #judge(connection: Connection): void {
    const { number, sides, clientKnown, first, last, closedBy, ending, stage, states } = connection;
    const vantage = vantageOf(connection);
    const context = {
      ...{ vantage, endUs: this.#follower.counts.lastUs },
      ...{ service: this.#around.service(sides[1]), path: this.#around.path(sides) },
    };
    const verdicts = judge(connection, context);
    for (const verdict of verdicts) this.#count(verdict);
    if (number === this.#options.keep || number < EXAMPLES || this.#isExample(number, verdicts))
      this.#kept.set(number, connection);
    const listed = this.#reports.length < (this.#options.mostListed ?? MOST_LISTED);
    if (!listed) this.#more++;
    const { onConnection } = this.#options;
    if (!listed && onConnection === undefined) return;
    const side = (way: Way): SideReport => {
      const { address, port, packets, newOctets, retransmitted } = sides[way];
      const octets = Math.max(0, newOctets);
      return {
        address,
        port,
        packets,
        octets,
        retransmissions: retransmitted.all + retransmitted.handshake,
        states: statesOf(states[way]),
      };
    };
    const report: ConnectionReport = {
      ...{ number, clientKnown, ending, stage, vantage, verdicts },
      client: side(0),
      server: side(1),
      startUs: first.us,
      endUs: last.us,
      unseen: sides[0].unseen + sides[1].unseen,
      zeek: zeekOf(connection),
      closedBy: closedBy === null ? null : closedBy === 0 ? 'client' : 'server',
    };
    if (listed) this.#reports.push(report);
    onConnection?.(report, connection);
  }

  /** A finding of something wrong points to this connection. */
  #isExample(number: number, verdicts: readonly Verdict[]): boolean {
    return verdicts.some(
      ({ id, severity }) =>
        bySeverity(severity, 'note') < 0 && this.#groups.get(id)?.connections.includes(number) === true,
    );
  }

  #count(verdict: Verdict, by = 1): void {
    const group = this.#groups.get(verdict.id);
    if (group === undefined) {
      const connections = verdict.connection === null ? [] : [verdict.connection];
      this.#groups.set(verdict.id, { severity: verdict.severity, count: by, connections, verdict });
      return;
    }
    group.count += by;
    if (bySeverity(verdict.severity, group.severity) < 0) group.severity = verdict.severity;
    if (by > 0 && verdict.connection !== null && group.connections.length < EXAMPLES)
      group.connections.push(verdict.connection);
  }

  /** The verdicts of a connection that a verdict about many explains give way to it. */
  #covered(
    report: ConnectionReport,
    many: readonly ReturnType<Many['found']>[number][],
    verdicts: readonly Verdict[],
  ): ConnectionReport {
    const { client, server, stage, ending } = report;
    const at = many.findIndex((found) => found.covers(client.address, server.address, server.port));
    const by = verdicts[at];
    if (by === undefined || (stage !== 'post-syn' && ending !== 'reset')) return report;
    for (const verdict of report.verdicts) this.#count(verdict, -1);
    return { ...report, verdicts: [{ ...by, connection: report.number }] };
  }

  #findings(verdicts: readonly Verdict[]): Finding[] {
    const whole = verdicts.map((verdict) => ({
      ...{ id: verdict.id, severity: verdict.severity, count: 1, connections: [], verdict },
    }));
    const groups = [...this.#groups].flatMap(([id, { severity, count, connections, verdict }]) =>
      count > 0 ? [{ id, severity, count, connections, verdict }] : [],
    );
    return [...whole, ...groups].sort((a, b) => bySeverity(a.severity, b.severity) || b.count - a.count);
  }
}

/**
 * Judges a capture that is all there: the octets of a pcap or pcapng file, not compressed. A file that makes no sense gives
 * `problems`. Throws OptionTypeError, OptionRangeError.
 *
 * ```ts
 * const { findings, connections } = analyseCapture(await readFile('a.pcapng'));
 * ```
 */
export function analyseCapture(octets: Uint8Array, options: AnalyserOptions = {}): Analysis {
  const analyser = new CaptureAnalyser(options);
  analyser.push(octets);
  return analyser.end();
}

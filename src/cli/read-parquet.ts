// The connections of captures as tables: flows (a row for each), evidence (the frames of their verdicts) and, where asked for,
// segments. Parquet files in folders by the hour at which a connection began (`flows/date=2026-11-30/hour=08/`), so that
// many machines write into one place and one query reads it. No column is ever null, and none is nested. docs/scale.md
// describes every column.

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Connection,
  type ConnectionReport,
  type FollowerCounts,
  namesOfMarks,
  type Seen,
  statesOf,
  type Verdict,
} from '../capture/index.ts';
import { formatControl } from '../wire/index.ts';
import { type ParquetColumns, ParquetFile, type ParquetRow } from './parquet.ts';
import { communityId, uidOf } from './read-zeek.ts';

/** The version of the columns; it stands in every file, as `schema_version`. */
export const TABLES_VERSION = 1;

/** The columns of each table. Names are Zeek's where Zeek has the same. */
export const TABLES = {
  flows: {
    uid: 'text',
    flow: 'whole',
    ts: 'time',
    duration: 'number',
    orig_h: 'text',
    orig_p: 'whole',
    resp_h: 'text',
    resp_p: 'whole',
    community_id: 'text',
    conn_state: 'text',
    history: 'text',
    orig_bytes: 'whole',
    resp_bytes: 'whole',
    orig_pkts: 'whole',
    resp_pkts: 'whole',
    missed_bytes: 'whole',
    orig_retransmissions: 'whole',
    resp_retransmissions: 'whole',
    orig_state: 'text',
    orig_state_at_most: 'text',
    resp_state: 'text',
    resp_state_at_most: 'text',
    orig_known: 'flag',
    closed_by: 'text',
    ending: 'text',
    stage: 'text',
    vantage: 'text',
    vantage_by: 'text',
    verdict: 'text',
    severity: 'text',
    verdicts: 'text',
    complete: 'flag',
    capture: 'text',
  },
  evidence: {
    uid: 'text',
    flow: 'whole',
    ts: 'time',
    verdict: 'text',
    severity: 'text',
    confidence: 'text',
    culprit: 'text',
    kind: 'text',
    frame: 'whole',
    other: 'text',
    text: 'text',
  },
  segments: {
    uid: 'text',
    flow: 'whole',
    frame: 'whole',
    ts: 'time',
    from_orig: 'flag',
    flags: 'text',
    seq: 'whole',
    ack: 'whole',
    window: 'whole',
    length: 'whole',
    mss: 'whole',
    window_scale: 'whole',
    ts_val: 'whole',
    ts_ecr: 'whole',
    sack: 'text',
    ttl: 'whole',
    ip_id: 'whole',
    marks: 'text',
    orig_states: 'text',
    resp_states: 'text',
  },
} as const satisfies Record<string, ParquetColumns>;

/** The names of the tables. */
export type TableName = keyof typeof TABLES;

/** Files that are open at a time: of more hours than that, the one that was written to longest ago is finished. */
const MOST_OPEN = 12;

type Row<N extends TableName> = ParquetRow<(typeof TABLES)[N]>;

/** Writes the tables below a folder. After the first refusal of the file system nothing more is written; `finish` has it. */
export class Tables {
  readonly dir: string;
  readonly #name: string;
  readonly #capture: string;
  readonly #withSegments: boolean;
  /** By folder; the one written to last comes last. */
  readonly #open = new Map<string, ParquetFile<ParquetColumns>>();
  readonly #parts = new Map<string, number>();
  /** Rows of all tables. */
  rows = 0;
  #error: Error | null = null;

  /** `captures` are the names of the files that are read: the same ones give the same file names again. */
  constructor(dir: string, captures: readonly string[], withSegments: boolean) {
    this.dir = dir;
    const [first = '', last = ''] = [captures[0], captures.at(-1)];
    this.#capture = captures.length > 1 ? `${first} … ${last}` : first;
    this.#name = createHash('sha256').update(captures.join('\n')).digest('hex').slice(0, 16);
    this.#withSegments = withSegments;
  }

  /** The rows of a connection. */
  add(report: ConnectionReport, connection: Connection, counts: Readonly<FollowerCounts>): void {
    const { number: flow, startUs, endUs, client, server, verdicts, zeek, vantage } = report;
    const epoch = counts.firstSeconds * 1e6 + counts.firstUs;
    const uid = uidOf(report, counts.firstSeconds, this.#name);
    const ts = epoch + startUs;
    const [worst] = verdicts;
    this.#add('flows', ts, {
      ...{ uid, flow, ts, duration: Math.max(0, endUs - startUs) / 1e6 },
      ...{ orig_h: client.address, orig_p: client.port, resp_h: server.address, resp_p: server.port },
      community_id: communityId(client, server),
      conn_state: zeek.state,
      history: zeek.history,
      ...{ orig_bytes: client.octets, resp_bytes: server.octets },
      ...{ orig_pkts: client.packets, resp_pkts: server.packets },
      missed_bytes: report.unseen,
      ...{ orig_retransmissions: client.retransmissions, resp_retransmissions: server.retransmissions },
      ...{ orig_state: client.states[0] ?? '', orig_state_at_most: client.states.at(-1) ?? '' },
      ...{ resp_state: server.states[0] ?? '', resp_state_at_most: server.states.at(-1) ?? '' },
      orig_known: report.clientKnown,
      closed_by: report.closedBy ?? '',
      ...{ ending: report.ending, stage: report.stage, vantage: vantage.at, vantage_by: vantage.by },
      ...{ verdict: worst?.id ?? '', severity: worst?.severity ?? '' },
      verdicts: verdicts.map(({ id }) => id).join(' '),
      complete: connection.complete,
      capture: this.#capture,
    });
    for (const verdict of verdicts) this.#verdict(verdict, uid, ts);
    if (this.#withSegments) for (const seen of connection.segments) this.#segment(seen, uid, flow, epoch, ts);
  }

  /** The rows of a verdict about many connections: it has no uid, and flow -1. */
  addWhole(verdict: Verdict, { firstSeconds, firstUs }: Readonly<FollowerCounts>): void {
    this.#verdict(verdict, '', firstSeconds * 1e6 + firstUs);
  }

  #verdict(verdict: Verdict, uid: string, ts: number): void {
    const { id, severity, confidence, culprit, connection } = verdict;
    const row = (kind: string, more: Partial<Row<'evidence'>>): void =>
      this.#add('evidence', ts, {
        ...{ uid, flow: connection ?? -1, ts, verdict: id, severity, confidence, culprit, kind },
        ...{ frame: 0, other: '', text: '' },
        ...more,
      });
    row('verdict', {});
    for (const { frame, role } of verdict.evidence) row('shows', { frame: frame ?? 0, text: role.en });
    for (const { verdict: other, because } of verdict.excluded) row('excluded', { other, text: because.en });
    for (const other of verdict.orElse) row('or-else', { other });
  }

  #segment(seen: Seen, uid: string, flow: number, epoch: number, begin: number): void {
    const sack: string[] = [];
    for (let n = 0; n + 1 < (seen.sack?.length ?? 0); n += 2)
      sack.push(`${(seen.sack?.[n] as number) >>> 0}-${(seen.sack?.[n + 1] as number) >>> 0}`);
    this.#add('segments', begin, {
      ...{ uid, flow, frame: seen.frame, ts: epoch + seen.us, from_orig: seen.way === 0 },
      ...{ flags: formatControl(seen.ctl), seq: seen.seq >>> 0, ack: seen.ack >>> 0, window: seen.wnd },
      ...{ length: seen.length, mss: seen.mss, window_scale: seen.wscale },
      ...{ ts_val: seen.tsVal >>> 0, ts_ecr: seen.tsEcr >>> 0, sack: sack.join(' ') },
      ...{ ttl: seen.ttl, ip_id: seen.ipId, marks: namesOfMarks(seen.marks).join(' ') },
      orig_states: statesOf(seen.states & 0xffff).join(' '),
      resp_states: statesOf(seen.states >>> 16).join(' '),
    });
  }

  #add<N extends TableName>(table: N, ts: number, row: Row<N>): void {
    if (this.#error !== null) return;
    try {
      this.#write(table, ts, row);
    } catch (error) {
      this.#error = error as Error;
    }
  }

  #write<N extends TableName>(table: N, ts: number, row: Row<N>): void {
    const [date, time] = new Date(ts / 1000).toISOString().split('T') as [string, string];
    const folder = join(this.dir, table, `date=${date}`, `hour=${time.slice(0, 2)}`);
    let file = this.#open.get(folder);
    if (file === undefined) {
      if (this.#open.size >= MOST_OPEN) this.#finishOldest();
      file = this.#create(table, folder);
    }
    // The last of the map is the one written to last.
    this.#open.delete(folder);
    this.#open.set(folder, file);
    file.add(row as ParquetRow<ParquetColumns>);
    this.rows++;
  }

  #create(table: TableName, folder: string): ParquetFile<ParquetColumns> {
    mkdirSync(folder, { recursive: true });
    const part = this.#parts.get(folder) ?? 0;
    this.#parts.set(folder, part + 1);
    const about = { schema: `synfin-${table}`, schema_version: `${TABLES_VERSION}` };
    return new ParquetFile(join(folder, `${this.#name}-${part}.parquet`), TABLES[table], about);
  }

  #finishOldest(): void {
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    this.#open.delete(oldest[0]);
    oldest[1].finish();
  }

  /** All was given: the files get their names; else of what has none nothing stays, and the first error is returned. */
  finish(): Error | null {
    try {
      if (this.#error === null) while (this.#open.size > 0) this.#finishOldest();
    } catch (error) {
      this.#error = error as Error;
    }
    for (const file of this.#open.values()) file.abandon();
    return this.#error;
  }
}

// A small DNS server on a host, for tests and labs: a zone that stands in a table, and what servers do wrong.

import type { Connection, Host, UdpMessage } from '../../../host/index.ts';
import { func, like, needed, Schema, whole } from '../../../options/index.ts';
import { TcpError } from '../../../tcp/index.ts';
import {
  decodeQuery,
  framed,
  octetsOf,
  RECORD_TYPES,
  type RecordType,
  readMessage,
  sameName,
} from '../../dns/index.ts';
import { DNS_PORT } from './servers.ts';

/** A record: `data` as a zone has it, `'10.0.0.5'`, `{ preference: 10, exchange: 'mx.example' }`, `['text']`… */
export interface ZoneRecord {
  readonly type: Exclude<RecordType, 'ANY'>;
  /** Of A, AAAA, CNAME, NS, PTR a string, of TXT strings, of others an object with the names that RFCs give the fields. */
  readonly data: unknown;
  /** Seconds. Default 300. */
  readonly ttl?: number;
}

/** What a name has instead of records: an answer that says so, or silence. */
export type ZoneFailure = 'SERVFAIL' | 'REFUSED' | 'NOTIMP' | 'FORMERR' | 'silent';

/** Names, and what is known of them. A name that is not here does not exist (NXDOMAIN). */
export type Zone = Readonly<Record<string, readonly ZoneRecord[] | ZoneFailure>>;

/** Options of {@link serveDns}. */
export interface DnsServerOptions {
  /** Looked at anew for each question: a record may change in the middle of a run. */
  zone: Zone;
  /** Default 53. */
  port?: number;
  /** Octets of the largest answer by UDP; a larger one is truncated, and is to be asked for by TCP. Default: what is asked. */
  maxUdp?: number;
  /** Milliseconds, of the host's time, before a question is answered. Default: none. */
  delayMs?: (name: string, type: string) => number;
}

const serverOptions = new Schema<DnsServerOptions>('serveDns', {
  zone: needed(like('names and their records')),
  port: whole(1, 0xffff),
  maxUdp: whole(12, 0xffff),
  delayMs: func,
});

/** A DNS server that runs. */
export interface DnsServer {
  /** Questions that were answered, or met with silence. */
  readonly questions: number;
  close(): void;
}

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
const AUTHORITATIVE = 1 << 10;
const TRUNCATED = 1 << 9;
const RECURSION_DESIRED = 1 << 8;
const RECURSION_AVAILABLE = 1 << 7;
const TTL = 300;
/** A connection without a question for so long is ended (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;
const MOST_ALIASES = 16;

/** A question that could be read, and its answer. */
export interface Answered {
  readonly name: string;
  readonly type: string;
  /** null: silence. */
  readonly octets: Uint8Array | null;
}

/** The answer to a message; null: it is no question. `maxUdp`: by UDP, with what it may be at most. */
export function answerFrom(zone: Zone, octets: Uint8Array, maxUdp: number | null): Answered | null {
  const query = decodeQuery(octets);
  if (query === null || query.question === null) return null;
  const { id, question, recursionDesired } = query;
  const { name, type } = question;
  const found = find(zone, name, type);
  if (found === 'silent') return { name, type, octets: null };
  const rcode = typeof found === 'string' ? found : found === null ? 'NXDOMAIN' : 'NOERROR';
  const flags =
    AUTHORITATIVE | RECURSION_AVAILABLE | (recursionDesired ? RECURSION_DESIRED : 0) | RCODES[rcode];
  const response = { type: 'response' as const, id, questions: [{ ...question, class: 'IN' }] };
  const answers = (Array.isArray(found) ? found : []) as never[];
  const whole = octetsOf({ ...response, flags, answers });
  const most = maxUdp === null ? 0xffff : Math.min(maxUdp, query.maxUdp);
  return {
    name,
    type,
    octets: whole.length <= most ? whole : octetsOf({ ...response, flags: flags | TRUNCATED }),
  };
}

interface NamedRecord extends ZoneRecord {
  readonly name: string;
  readonly class: 'IN';
}

/** Records, aliases before what they lead to; null: no such name. */
function find(zone: Zone, asked: string, type: string): NamedRecord[] | ZoneFailure | null {
  const found: NamedRecord[] = [];
  let name = asked;
  for (let n = 0; n < MOST_ALIASES; n++) {
    const there = entryOf(zone, name);
    if (typeof there === 'string') return there;
    if (there === null) return n === 0 ? null : found;
    const named = there.map((record) => ({ ttl: TTL, ...record, name, class: 'IN' as const }));
    const right = named.filter((record) => record.type === type || type === 'ANY');
    found.push(...right);
    const alias = right.length > 0 ? undefined : named.find((record) => record.type === 'CNAME');
    if (alias === undefined) return found;
    found.push(alias);
    name = alias.data as string;
  }
  return found;
}

function entryOf(zone: Zone, name: string): readonly ZoneRecord[] | ZoneFailure | null {
  const entry = Object.entries(zone).find(([each]) => sameName(each, name))?.[1];
  if (entry === undefined) return null;
  if (typeof entry !== 'string')
    for (const { type } of entry)
      if (!RECORD_TYPES.includes(type)) throw new TypeError(`serveDns: ${name}: a record of type '${type}'`);
  return entry;
}

/**
 * Answers questions about a zone, by UDP and by TCP (RFC 1035 section 4.2, RFC 7766).
 *
 * ```ts
 * const zone = { 'db.example': [{ type: 'A', data: '10.0.0.5' }] };
 * const server = serveDns(host, { zone });
 * namesOf(other, { servers: ['10.0.0.53'] });
 * ```
 *
 * Throws TypeError, RangeError, EADDRINUSE.
 */
export function serveDns(host: Host, options: DnsServerOptions): DnsServer {
  serverOptions.check(options);
  const { port = DNS_PORT, maxUdp = 0xffff, delayMs } = options;
  let questions = 0;
  const answer = async (octets: Uint8Array, most: number | null): Promise<Uint8Array | null> => {
    const answered = answerFrom(options.zone, octets, most);
    if (answered === null) return null;
    questions++;
    const delay = delayMs?.(answered.name, answered.type) ?? 0;
    if (delay > 0) await pause(host, delay);
    return answered.octets;
  };
  const byUdp = async (message: UdpMessage): Promise<void> => {
    const octets = await answer(message.data, maxUdp);
    try {
      if (octets !== null) socket.reply(message, octets);
    } catch (error) {
      if (!(error instanceof TcpError)) throw error; // who asked cannot be reached any more
    }
  };
  /** False: the connection is over. */
  const oneByTcp = async (connection: Connection): Promise<boolean> => {
    const question = await readMessage(connection, () => ({ timeout: IDLE_MS })).catch(() => null);
    const octets = question === null ? null : await answer(question, null);
    if (octets === null) return false;
    return connection.write(framed(octets)).then(
      () => true,
      () => false,
    );
  };
  const byTcp = async (connection: Connection): Promise<void> => {
    while (await oneByTcp(connection));
    connection.close();
  };
  const socket = host.udp({ port, onMessage: (message) => void byUdp(message), fragment: true });
  const listener = host.listen({ port, handler: { open: (connection) => void byTcp(connection) } });
  return {
    get questions() {
      return questions;
    },
    close() {
      socket.close();
      listener.close();
    },
  };
}

/** Milliseconds of the host's time. */
async function pause(host: Host, ms: number): Promise<void> {
  const socket = host.udp({ queue: 0 });
  await socket.receive({ timeout: ms }).catch(() => {});
  socket.close();
}

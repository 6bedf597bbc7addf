// DNS messages (RFC 1035 section 4) as a resolver sends and takes them. The octets are dns-packet's matter; what it reads
// is looked at before anybody uses it: whether it answers the question, and whether names and addresses are such.
// The library reads its own kind of octets, which Node has and a page gets with it: of what it writes their class is taken.

import { decode, encode, type OptAnswer, type Packet } from 'dns-packet';
import { parseAddress } from '../../wire/index.ts';

/** Types of records that can be asked for. */
export const RECORD_TYPES = [
  'A',
  'AAAA',
  'ANY',
  'CAA',
  'CNAME',
  'MX',
  'NAPTR',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TLSA',
  'TXT',
] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** A question of class IN. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** A record of class IN; what `data` is depends on `type`. */
export interface AnswerRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly data: unknown;
}

/** A response. */
export interface Response {
  readonly id: number;
  /** The question that it says it answers; null: none, or several. */
  readonly question: { readonly name: string; readonly type: string } | null;
  /** NOERROR, NXDOMAIN, SERVFAIL… */
  readonly rcode: string;
  /** It did not fit a datagram. */
  readonly truncated: boolean;
  readonly answers: readonly AnswerRecord[];
}

/** What a server may answer by UDP (RFC 6891 section 6.2.5: what passes without fragments). */
const UDP_PAYLOAD = 1232;
const RECURSION_DESIRED = 1 << 8;

/** A name as messages have it: no dot at its end. */
export function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** Whether a name can be asked for: labels of 1 to 63 octets, 253 in all (RFC 1035 section 2.3.4). */
export function isAskable(name: string): boolean {
  const plain = withoutDot(name);
  if (plain === '') return true;
  if (plain.length > 253) return false;
  return plain.split('.').every((label) => /^[!-~]{1,63}$/.test(label));
}

/** Whether a name is one that hosts have (RFC 1123 section 2.1), or a service (an underscore: RFC 8552). */
export function isHostName(name: string): boolean {
  const plain = withoutDot(name);
  if (plain === '' || plain.length > 253) return false;
  return plain.split('.').every((label) => /^[a-z0-9_-]{1,63}$/i.test(label));
}

/** The octets of a question. `edns`: that larger datagrams can be answered (RFC 6891). */
export function encodeQuestion(id: number, { name, type }: Question, edns: boolean): Uint8Array {
  return octetsOf({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name: withoutDot(name), type: type as 'A', class: 'IN' }],
    ...(edns ? { additionals: [EDNS] } : {}),
  });
}

const EDNS = {
  type: 'OPT' as const,
  name: '.' as const,
  udpPayloadSize: UDP_PAYLOAD,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} satisfies OptAnswer;

/** The octets of a message: not a Buffer, whose `slice` is no copy. */
export function octetsOf(message: object): Uint8Array {
  const { buffer, byteOffset, byteLength } = encode(message as Packet);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

type Read = ReturnType<typeof decode>;

/** The library's own octets. */
const Readable = encode({ type: 'query', id: 0, questions: [] }).constructor as unknown as {
  from(buffer: ArrayBufferLike, offset: number, length: number): Parameters<typeof decode>[0];
};

/** Throws for what is no message. */
function decoded({ buffer, byteOffset, byteLength }: Uint8Array): Read {
  return decode(Readable.from(buffer, byteOffset, byteLength));
}

/** A query, as a server takes it. */
export interface Query {
  readonly id: number;
  /** null: none, several, or not of class IN. */
  readonly question: { readonly name: string; readonly type: string } | null;
  readonly opcode: string;
  readonly recursionDesired: boolean;
  /** Octets that the answer may have by UDP (RFC 6891 section 6.2.3; RFC 1035 section 4.2.1). */
  readonly maxUdp: number;
  /** It has the option of RFC 6891, and so does the answer. */
  readonly edns: boolean;
}

/** Without EDNS (RFC 1035 section 4.2.1). */
const PLAIN_UDP = 512;

/** What came; null: no query that could be read. */
export function decodeQuery(octets: Uint8Array): Query | null {
  let read: Read;
  try {
    read = decoded(octets);
  } catch {
    return null;
  }
  if (read.type !== 'query') return null;
  const { id = 0, questions = [], additionals = [] } = read;
  const [question] = questions;
  const opt = additionals.find((each) => each.type === 'OPT') as { udpPayloadSize?: number } | undefined;
  const isOne = questions.length === 1 && question !== undefined && (question.class ?? 'IN') === 'IN';
  return {
    id,
    question: isOne ? { name: question.name, type: question.type } : null,
    opcode: (read as unknown as { opcode: string }).opcode,
    recursionDesired: ((read.flags ?? 0) & RECURSION_DESIRED) !== 0,
    maxUdp: Math.max(PLAIN_UDP, opt?.udpPayloadSize ?? PLAIN_UDP),
    edns: opt !== undefined,
  };
}

/** What came; null: no response that could be read. */
export function decodeResponse(octets: Uint8Array): Response | null {
  let read: Read;
  try {
    read = decoded(octets);
  } catch {
    return null;
  }
  const { id = 0, questions = [], answers = [] } = read;
  const { rcode, opcode } = read as unknown as { rcode: string; opcode: string };
  if (read.type !== 'response' || opcode !== 'QUERY') return null;
  const [question] = questions;
  return {
    id,
    question: questions.length === 1 && question !== undefined ? question : null,
    rcode,
    truncated: (read as unknown as { flag_tc: boolean }).flag_tc,
    answers: answers
      .filter((answer) => (answer as { class?: string }).class === 'IN')
      .map((answer) => {
        const {
          name,
          type,
          ttl = 0,
          data,
        } = answer as { name: string; type: string; ttl?: number; data: unknown };
        return { name, type, ttl, data };
      }),
  };
}

/** What two ways to write one name have in common: names are compared without regard to case (RFC 4343). */
export function nameKey(name: string): string {
  return withoutDot(name).toLowerCase();
}

/** Whether two names are one. */
export function sameName(a: string, b: string): boolean {
  return nameKey(a) === nameKey(b);
}

/** Whether a response is one to this question (RFC 5452 section 9.1). */
export function answers({ question }: Response, asked: Question): boolean {
  return question !== null && question.type === asked.type && sameName(question.name, asked.name);
}

/** How many CNAME records are followed. */
const MOST_ALIASES = 16;

/**
 * The records of a type for a name, by way of its aliases (RFC 1034 section 3.6.2), in their order; null: what is there is
 * no answer to anything.
 */
export function recordsFor(response: Response, { name, type }: Question): readonly AnswerRecord[] | null {
  if (!response.answers.every(isSound)) return null;
  if (type === 'ANY') return response.answers.filter((record) => sameName(record.name, name));
  let owner = name;
  for (let n = 0; n < MOST_ALIASES; n++) {
    const own = response.answers.filter((record) => sameName(record.name, owner));
    const found = own.filter((record) => record.type === type);
    if (found.length > 0) return found;
    const alias = own.find((record) => record.type === 'CNAME');
    if (alias === undefined) return [];
    owner = alias.data as string;
  }
  return null;
}

/** What can be shown; a name of anything else could mislead who prints it or takes it on. */
const NAME = /^[ -~]*$/;

function isSound({ name, type, data }: AnswerRecord): boolean {
  if (!NAME.test(name)) return false;
  switch (type) {
    case 'A':
      return parseAddress(data as string)?.family === 4;
    case 'AAAA':
      return parseAddress(data as string) !== null && (data as string).includes(':');
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return typeof data === 'string' && NAME.test(data);
    case 'MX':
      return NAME.test((data as { exchange: string }).exchange);
    case 'SRV':
      return NAME.test((data as { target: string }).target);
    case 'SOA': {
      const { mname, rname } = data as { mname: string; rname: string };
      return NAME.test(mname) && NAME.test(rname);
    }
    case 'NAPTR':
      return NAME.test((data as { replacement: string }).replacement);
    default:
      return true;
  }
}

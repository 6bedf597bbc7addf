// Records in the shapes in which Node's dns.resolve* give them.

import type { AnswerRecord } from '../../dns/index.ts';

/** Of a domain: the root is ''. */
function domain(name: string): string {
  return name === '.' ? '' : name;
}

interface Mx {
  readonly preference: number;
  readonly exchange: string;
}
interface Soa {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}
interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}
interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly regexp: string;
  readonly replacement: string;
}
interface Caa {
  readonly flags: number;
  readonly tag: string;
  readonly value: string;
}
interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Buffer;
}

/** Since 24 Node names the type of some records, as of those of `queryAny`. */
const NAMES_TYPES = Number.parseInt(process.versions.node, 10) >= 24;

function typed(type: string, fields: object): object {
  return NAMES_TYPES ? { ...fields, type } : fields;
}

/** What one record of a type is to a program. */
const SHAPES: Readonly<Record<string, (data: unknown) => unknown>> = {
  A: (data) => data,
  AAAA: (data) => data,
  CNAME: (data) => domain(data as string),
  NS: (data) => domain(data as string),
  PTR: (data) => domain(data as string),
  MX: (data) => {
    const { exchange, preference } = data as Mx;
    return typed('MX', { exchange: domain(exchange), priority: preference });
  },
  TXT: (data) => (data as readonly Buffer[]).map((text) => text.toString('latin1')),
  SRV: (data) => {
    const { target, port, priority, weight } = data as Srv;
    return typed('SRV', { name: domain(target), port, priority, weight });
  },
  SOA: (data) => {
    const { mname, rname, serial, refresh, retry, expire, minimum } = data as Soa;
    return {
      nsname: domain(mname),
      hostmaster: domain(rname),
      serial,
      refresh,
      retry,
      expire,
      minttl: minimum,
    };
  },
  NAPTR: (data) => {
    const { flags, services, regexp, replacement, order, preference } = data as Naptr;
    return { flags, service: services, regexp, replacement: domain(replacement), order, preference };
  },
  CAA: (data) => {
    const { flags, tag, value } = data as Caa;
    return typed('CAA', { critical: flags, [tag]: value });
  },
  TLSA: (data) => {
    const { usage, selector, matchingType, certificate } = data as Tlsa;
    return { certUsage: usage, selector, match: matchingType, data: Uint8Array.from(certificate).buffer };
  },
};

/** Of `queryA`, `queryMx`…; null: a type of which nobody knows the shape. */
export function resultOf({ type, data }: AnswerRecord): unknown {
  return SHAPES[type]?.(data) ?? null;
}

/** The order of the types in what `queryAny` gives. */
const IN_ANY = ['A', 'AAAA', 'MX', 'NS', 'TXT', 'SRV', 'PTR', 'NAPTR', 'SOA', 'CAA', 'TLSA', 'CNAME'];

/** Of `queryAny`: each record names its type. */
export function anyResults(records: readonly AnswerRecord[]): unknown[] {
  return IN_ANY.flatMap((type) =>
    records.filter((record) => record.type === type).map((record) => anyResult(record)),
  );
}

function anyResult(record: AnswerRecord): unknown {
  const { type, ttl } = record;
  const result = resultOf(record);
  switch (type) {
    case 'A':
    case 'AAAA':
      return { address: result, ttl, type };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { value: result, type };
    case 'TXT':
      return { entries: result, type };
    default:
      return { ...(result as object), type };
  }
}

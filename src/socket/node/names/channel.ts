// What Node's Resolver asks of its handle, the `ChannelWrap` of cares_wrap, over the questions of a host.

import type { AnswerRecord, RecordType } from '../../dns/index.ts';
import { uvError } from '../internals.ts';
import { tellProgram } from '../places.ts';
import { QueryError } from './errors.ts';
import { asciiName, type Names, reverseName } from './names.ts';
import { anyResults, resultOf } from './results.ts';
import { isIpAddress, type ServerAddress } from './servers.ts';

/** A request of dns.js: `error` is a code of c-ares; `ttls` beside addresses. */
export interface QueryReq {
  oncomplete(error: string | null, result?: unknown, ttls?: readonly number[]): void;
}

/** What dns.js calls of a channel: a kernel's, too. Numbers other than 0 are errors. */
export interface ChannelHandle extends Record<QueryMethod, (req: QueryReq, name: string) => number> {
  getServers(): [address: string, port: number][];
  setServers(servers: readonly (readonly [family: number, address: string, port: number])[]): number;
  setLocalAddress(ipv4: string, ipv6?: string | undefined): void;
  cancel(): void;
}

/** The methods that ask. */
export type QueryMethod =
  | 'queryAny'
  | 'queryA'
  | 'queryAaaa'
  | 'queryCaa'
  | 'queryCname'
  | 'queryMx'
  | 'queryNs'
  | 'queryTlsa'
  | 'queryTxt'
  | 'querySrv'
  | 'queryPtr'
  | 'queryNaptr'
  | 'querySoa'
  | 'getHostByAddr';

/** What c-ares says where an alias leads to nothing; of other types there are no records. */
const WITHOUT_RECORDS: Partial<Record<RecordType, string>> = {
  NS: 'ENODATA',
  PTR: 'ENODATA',
  SOA: 'EBADRESP',
};

/** node_internals: what setServers says while questions are asked. */
const PENDING = -1000;

/** A {@link ChannelHandle} of a host. */
export class Channel implements ChannelHandle {
  readonly #names: Names;
  readonly #timeout: number;
  readonly #tries: number;
  readonly #maxTimeout: number;
  /** null: those of the host. */
  #servers: readonly ServerAddress[] | null = null;
  #from4: string | undefined;
  #from6: string | undefined;
  readonly #asking = new Set<AbortController>();

  /** `timeout` -1: as the host's names say. */
  constructor(names: Names, timeout: number, tries: number, maxTimeout: number) {
    this.#names = names;
    this.#timeout = timeout;
    this.#tries = tries;
    this.#maxTimeout = maxTimeout;
  }

  queryAny(req: QueryReq, name: string): number {
    return this.#query(req, name, 'ANY');
  }
  queryA(req: QueryReq, name: string): number {
    return this.#query(req, name, 'A');
  }
  queryAaaa(req: QueryReq, name: string): number {
    return this.#query(req, name, 'AAAA');
  }
  queryCaa(req: QueryReq, name: string): number {
    return this.#query(req, name, 'CAA');
  }
  queryCname(req: QueryReq, name: string): number {
    return this.#query(req, name, 'CNAME');
  }
  queryMx(req: QueryReq, name: string): number {
    return this.#query(req, name, 'MX');
  }
  queryNs(req: QueryReq, name: string): number {
    return this.#query(req, name, 'NS');
  }
  queryTlsa(req: QueryReq, name: string): number {
    return this.#query(req, name, 'TLSA');
  }
  queryTxt(req: QueryReq, name: string): number {
    return this.#query(req, name, 'TXT');
  }
  querySrv(req: QueryReq, name: string): number {
    return this.#query(req, name, 'SRV');
  }
  queryPtr(req: QueryReq, name: string): number {
    return this.#query(req, name, 'PTR');
  }
  queryNaptr(req: QueryReq, name: string): number {
    return this.#query(req, name, 'NAPTR');
  }
  querySoa(req: QueryReq, name: string): number {
    return this.#query(req, name, 'SOA');
  }

  getHostByAddr(req: QueryReq, address: string): number {
    if (!isIpAddress(address)) return uvError('EINVAL');
    const known = this.#names.nameOf(address);
    if (known !== null) tellProgram(() => req.oncomplete(null, [known]));
    else this.#query(req, reverseName(address), 'PTR');
    return 0;
  }

  #query(req: QueryReq, name: string, type: RecordType): number {
    const controller = new AbortController();
    this.#asking.add(controller);
    const { timeoutMs } = this.#names.queryTiming;
    const options = {
      servers: this.#servers ?? this.#names.servers,
      timeoutMs: this.#timeout > 0 ? this.#timeout : timeoutMs,
      tries: this.#tries,
      maxTimeoutMs: this.#maxTimeout,
      signal: controller.signal,
      from4: this.#from4,
      from6: this.#from6,
    };
    // Told outside of the promises, where what a program throws is its own.
    const told = (tell: () => void): void => {
      this.#asking.delete(controller);
      tellProgram(tell);
    };
    this.#names.questions.ask({ name: asciiName(name), type }, options).then(
      (records) => {
        const code = records.length === 0 ? WITHOUT_RECORDS[type] : undefined;
        told(() =>
          code === undefined ? req.oncomplete(null, ...resultsOf(type, records)) : req.oncomplete(code),
        );
      },
      (error: unknown) =>
        told(() => {
          if (!(error instanceof QueryError)) throw error;
          req.oncomplete(error.code);
        }),
    );
    return 0;
  }

  getServers(): [address: string, port: number][] {
    return (this.#servers ?? this.#names.servers).map(({ address, port }) => [address, port]);
  }

  setServers(servers: readonly (readonly [family: number, address: string, port: number])[]): number {
    if (this.#asking.size > 0) return PENDING;
    this.#servers = servers.map(([, address, port]) => ({ address, port }));
    return 0;
  }

  /** Throws TypeError for what is no address of its family. */
  setLocalAddress(ipv4: string, ipv6?: string | undefined): void {
    const addresses = ipv6 === undefined ? [ipv4] : [ipv4, ipv6];
    let from4: string | undefined;
    let from6: string | undefined;
    for (const address of addresses) {
      if (!isIpAddress(address)) throw invalidAddress('Invalid IP address.');
      if (address.includes(':')) {
        if (from6 !== undefined) throw invalidAddress('Cannot specify two IPv6 addresses.');
        from6 = address;
      } else {
        if (from4 !== undefined) throw invalidAddress('Cannot specify two IPv4 addresses.');
        from4 = address;
      }
    }
    this.#from4 = from4;
    this.#from6 = from6;
  }

  cancel(): void {
    for (const controller of this.#asking) controller.abort(new QueryError('ECANCELLED'));
  }
}

function invalidAddress(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
}

function resultsOf(type: RecordType, records: readonly AnswerRecord[]): [unknown, (readonly number[])?] {
  if (type === 'ANY') return [anyResults(records)];
  const results = records.map(resultOf);
  if (type === 'SOA') return [results[0]];
  return type === 'A' || type === 'AAAA' ? [results, records.map(({ ttl }) => ttl)] : [results];
}

// The DNS of the guests, by UDP and TCP (RFC 1035, RFC 7766): zones of the gateway's own, and what outside knows. A name
// that a guest may not reach is not asked for; an address that it may not reach is not told; what is told is remembered, for
// as long as it was said to hold.

import type { Connection, Listener, UdpMessage, UdpSocket } from '../../host/index.ts';
import { flag, func, like, OptionTypeError, Schema, whole } from '../../options/index.ts';
import {
  type AnswerRecord,
  decodeQuery,
  framed,
  isHostName,
  nameKey,
  octetsOf,
  type Query,
  readMessage,
} from '../../socket/dns/index.ts';
import { parseAddress } from '../../wire/index.ts';
import type { GatewayCore } from '../core.ts';
import type { Guest } from '../lan/index.ts';
import type { DnsAnswer, DnsUpstream } from './answers.ts';

/** What guests are told of names. */
export interface DnsOptions {
  /**
   * Names of the gateway's own and their addresses, `'*.test'` for all below one. They come before outside, and need no
   * rule. `gateway.internal` is the gateway.
   */
  hosts?: Readonly<Record<string, string | readonly string[]>>;
  /** Who knows all others: `nodeUpstream()` of `synfin/gateway/node`, `dohUpstream(url)`. Default: nobody. */
  upstream?: DnsUpstream;
  /** Seconds: what an answer says is brought between these. Default 10 and 3600. */
  minTtl?: number;
  maxTtl?: number;
  /** Questions to other servers (port 53 anywhere) are answered here. Default false: they are judged as all else. */
  intercept?: boolean;
  /** Questions of one guest that may wait for outside. Default 128; more are refused. */
  pending?: number;
}

export const dnsOptions = new Schema<DnsOptions>('dns', {
  hosts: like('names and their addresses'),
  upstream: func,
  minTtl: whole(0, 2 ** 31 - 1),
  maxTtl: whole(0, 2 ** 31 - 1),
  intercept: flag,
  pending: whole(1, 65_536),
});

/** What is counted. */
export interface DnsCounters {
  questions: number;
  /** What was no question. */
  malformed: number;
  /** Names that the policy denies, and addresses that were left out of answers. */
  denied: number;
  withheld: number;
  /** Questions that outside did not answer. */
  failed: number;
  /** Questions beyond a guest's bound. */
  refused: number;
}

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
type Rcode = keyof typeof RCODES;

const RECURSION_AVAILABLE = 1 << 7;
const RECURSION_DESIRED = 1 << 8;
const TRUNCATED = 1 << 9;
const PORT = 53;
/** Octets of the largest answer by UDP: what passes without fragments (RFC 6891 section 6.2.5). */
const MOST_UDP = 1232;
/** A connection without a question for so long is ended (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;
const CONNECTIONS = 64;
const QUESTIONS_AT_ONCE = 128;
const OWN_TTL = 60;
const ANSWER_TIMEOUT_MS = 10_000;
/** A browser that gets no such name leaves its own resolver alone. */
const CANARY = 'use-application-dns.net';
/** Types that tell how to hide the name of a connection (RFC 9460, RFC 9849): there are none. */
const WITHHELD_TYPES = new Set(['HTTPS', 'SVCB', 'UNKNOWN_64', 'UNKNOWN_65', 'ANY']);

interface Reply {
  readonly rcode: Rcode;
  readonly answers: readonly AnswerRecord[];
}

/** The DNS of a gateway. */
export class DnsService {
  readonly counters: DnsCounters = {
    questions: 0,
    malformed: 0,
    denied: 0,
    withheld: 0,
    failed: 0,
    refused: 0,
  };
  readonly #core: GatewayCore;
  readonly #options: DnsOptions;
  readonly #hosts = new Map<string, readonly string[]>();
  readonly #sockets: UdpSocket[] = [];
  readonly #listeners: Listener[] = [];
  readonly #learn: (guest: Guest, address: string, names: readonly string[], ttl: number) => void;
  readonly #asking = new Map<Guest, number>();
  #connections = 0;

  /** Throws TypeError for what is no name or no address. */
  constructor(
    core: GatewayCore,
    options: DnsOptions,
    own: readonly string[],
    learn: (guest: Guest, address: string, names: readonly string[], ttl: number) => void,
  ) {
    this.#core = core;
    this.#options = options;
    this.#learn = learn;
    this.#hosts.set('gateway.internal', own);
    for (const [name, given] of Object.entries(options.hosts ?? {}))
      this.setHost(name, typeof given === 'string' ? [given] : given);
    const { host } = core;
    const onMessage = (message: UdpMessage, socket: UdpSocket): void => void this.#byUdp(message, socket);
    const handler = { open: (c: Connection) => void this.#byTcp(c) };
    this.#sockets.push(host.udp({ port: PORT, onMessage }));
    this.#listeners.push(host.listen({ port: PORT, handler }));
    if (options.intercept !== true) return;
    this.#sockets.push(host.udp({ port: PORT, any: true, onMessage }));
    this.#listeners.push(host.listen({ port: PORT, any: true, handler }));
  }

  /** A name of the gateway's own, from now on; null: none any more. Throws TypeError. */
  setHost(name: string, addresses: readonly string[] | null): void {
    const key = nameKey(name);
    if (!isHostName(key.replace(/^\*\./, '')))
      throw new OptionTypeError('ERR_INVALID_ARG_VALUE', 'dns.hosts', `dns.hosts: '${name}' is no name`);
    const wrong = addresses?.find((address) => parseAddress(address) === null);
    if (wrong !== undefined)
      throw new OptionTypeError(
        'ERR_INVALID_ARG_VALUE',
        'dns.hosts',
        `dns.hosts: '${wrong}' of ${name} is no address`,
      );
    if (addresses === null) this.#hosts.delete(key);
    else this.#hosts.set(key, addresses);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
    for (const listener of this.#listeners) listener.close();
  }

  // How questions come.

  async #byUdp(message: UdpMessage, socket: UdpSocket): Promise<void> {
    const guest = this.#core.lan.guestAt(message.address);
    if (guest === undefined) return;
    const octets = await this.#answer(guest, message.data, true);
    try {
      if (octets !== null) socket.reply(message, octets);
    } catch {
      // The guest cannot be reached any more, or the gateway has closed.
    }
  }

  async #byTcp(connection: Connection): Promise<void> {
    const guest = this.#core.lan.guestAt(connection.remoteAddress);
    if (guest === undefined || this.#connections >= CONNECTIONS) {
      connection.abort();
      return;
    }
    this.#connections++;
    try {
      for (;;) {
        const question = await readMessage(connection, () => ({ timeout: IDLE_MS }));
        const octets = question === null ? null : await this.#answer(guest, question, false);
        if (octets === null) break;
        await connection.write(framed(octets), { timeout: IDLE_MS });
      }
      connection.close();
    } catch {
      connection.abort();
    } finally {
      this.#connections--;
    }
  }

  /** The answer to a message; null: silence. */
  async #answer(guest: Guest, octets: Uint8Array, byUdp: boolean): Promise<Uint8Array | null> {
    const query = decodeQuery(octets);
    if (query === null) {
      this.counters.malformed++;
      return null;
    }
    this.counters.questions++;
    const reply = await this.#replyTo(guest, query);
    const whole = encoded(query, reply, 0);
    if (!byUdp || whole.length <= Math.min(query.maxUdp, MOST_UDP)) return whole;
    return encoded(query, { ...reply, answers: [] }, TRUNCATED);
  }

  async #replyTo(guest: Guest, query: Query): Promise<Reply> {
    if (query.opcode !== 'QUERY') return { rcode: 'NOTIMP', answers: [] };
    if (query.question === null) return { rcode: 'FORMERR', answers: [] };
    const { type } = query.question;
    const name = nameKey(query.question.name);
    const own = this.#ownAddresses(name);
    if (own !== null) return this.#ownReply(guest, query.question.name, type, own);
    if (WITHHELD_TYPES.has(type)) return { rcode: 'NOERROR', answers: [] };
    const verdict = this.#judge(guest, name, type);
    this.#core.audit({
      event: 'name',
      guest: guest.name,
      name,
      verdict: verdict.allowed ? 'allow' : 'deny',
      rule: verdict.rule,
    });
    if (!verdict.allowed) {
      this.counters.denied++;
      return { rcode: 'NXDOMAIN', answers: [] };
    }
    return this.#ask(guest, query.question.name, name, type);
  }

  #judge(guest: Guest, name: string, type: string): { readonly allowed: boolean; readonly rule: string } {
    const { policy } = this.#core;
    if (name === CANARY && (policy.isClosed || this.#options.intercept === true))
      return { allowed: false, rule: 'canary' };
    // What cannot be written in a rule cannot be meant by one; and a number is no name (RFC 6943 section 3.1.1).
    if (!isHostName(name) || /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(name))
      return { allowed: false, rule: 'no host name' };
    if (type === 'PTR' && /\.(?:in-addr|ip6)\.arpa$/.test(name) && !policy.isClosed)
      return { allowed: true, rule: 'otherwise allow' };
    return policy.judgeName(guest.name, name);
  }

  // Names of the gateway's own.

  #ownAddresses(name: string): readonly string[] | null {
    const exact = this.#hosts.get(name);
    if (exact !== undefined) return exact;
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const below = this.#hosts.get(`*${name.slice(dot)}`);
      if (below !== undefined) return below;
    }
    return null;
  }

  #ownReply(guest: Guest, name: string, type: string, own: readonly string[]): Reply {
    const right = own.filter((address) => type === (address.includes(':') ? 'AAAA' : 'A'));
    for (const address of right) this.#learn(guest, address, [nameKey(name)], OWN_TTL);
    return {
      rcode: 'NOERROR',
      answers: right.map((data) => ({ name, type, ttl: OWN_TTL, data })),
    };
  }

  // Names outside.

  async #ask(guest: Guest, asked: string, name: string, type: string): Promise<Reply> {
    const { upstream, pending = QUESTIONS_AT_ONCE } = this.#options;
    if (upstream === undefined) return { rcode: 'REFUSED', answers: [] };
    const waiting = this.#asking.get(guest) ?? 0;
    if (waiting >= pending) {
      this.counters.refused++;
      return { rcode: 'REFUSED', answers: [] };
    }
    this.#asking.set(guest, waiting + 1);
    try {
      const { rcode, answers } = await this.#within(upstream(name, type));
      return { rcode, answers: this.#filtered(guest, asked, answers) };
    } catch {
      this.counters.failed++;
      return { rcode: 'SERVFAIL', answers: [] };
    } finally {
      const left = (this.#asking.get(guest) ?? 1) - 1;
      if (left > 0) this.#asking.set(guest, left);
      else this.#asking.delete(guest);
    }
  }

  /** What outside does not say in time is not said. */
  #within(answer: PromiseLike<DnsAnswer>): Promise<DnsAnswer> {
    return new Promise((resolve, reject) => {
      const disarm = this.#core.after(ANSWER_TIMEOUT_MS, () => reject(new Error('timeout')));
      answer.then(
        (value) => {
          disarm();
          resolve(value);
        },
        (error) => {
          disarm();
          reject(error);
        },
      );
    });
  }

  /** What a guest may know of an answer, with times to live that hold. Nothing at all, when one of its aliases is denied. */
  #filtered(guest: Guest, asked: string, answers: readonly AnswerRecord[]): AnswerRecord[] {
    const { minTtl = 10, maxTtl = 3600 } = this.#options;
    const ttlOf = (ttl: number): number => Math.min(Math.max(ttl, minTtl), maxTtl);
    const ttl = ttlOf(Math.min(maxTtl, ...answers.map((record) => record.ttl)));
    const names = [nameKey(asked)];
    const told: AnswerRecord[] = [];
    for (const record of answers) {
      if (record.type === 'CNAME' && typeof record.data === 'string') names.push(nameKey(record.data));
      if (record.type === 'A' || record.type === 'AAAA') {
        const address = parseAddress(String(record.data));
        if (address === null) continue;
        const verdict = this.#core.policy.judgeAnswer(guest.name, names, address);
        if (!verdict.allowed) {
          this.counters.withheld++;
          this.#core.audit({
            event: 'name',
            guest: guest.name,
            name: names[0] as string,
            to: address.toString(),
            verdict: 'deny',
            rule: verdict.rule,
          });
          continue;
        }
        this.#learn(guest, address.toString(), names, ttl);
      }
      told.push({ ...record, ttl });
    }
    const isAlias = told.length > 0 && told.every(({ type }) => type === 'CNAME');
    return isAlias && answers.some(({ type }) => type === 'A' || type === 'AAAA') ? [] : told;
  }
}

function encoded(query: Query, { rcode, answers }: Reply, flags: number): Uint8Array {
  const { id, question, recursionDesired, edns } = query;
  const message = (records: readonly AnswerRecord[], code: Rcode): object => ({
    type: 'response',
    id,
    flags: RECURSION_AVAILABLE | (recursionDesired ? RECURSION_DESIRED : 0) | flags | RCODES[code],
    questions: question === null ? [] : [{ ...question, class: 'IN' }],
    answers: records.map((record) => ({ ...record, class: 'IN' })),
    additionals: edns ? [OPT] : [],
  });
  try {
    return octetsOf(message(answers, rcode));
  } catch {
    return octetsOf(message([], 'SERVFAIL')); // records of outside that cannot be written
  }
}

const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: MOST_UDP,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  options: [],
};

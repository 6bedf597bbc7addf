// Questions to servers: which is asked when, how often, and what of the answers counts (RFC 1034 section 5.3.1, RFC 1123
// section 6.1.3.3). Nothing is remembered from one to the next.

import type { AbortSignalLike, Host } from '../../../host/index.ts';
import { type AnswerRecord, isAskable, type Question, recordsFor } from '../../dns/index.ts';
import { keepAlive } from '../liveness.ts';
import { currentTurns } from '../places.ts';
import { codeOfResponse, QueryError } from './errors.ts';
import { type ExchangeOptions, exchange } from './exchange.ts';
import type { ServerAddress } from './servers.ts';

/** Whom to ask, and how long. */
export interface AskOptions {
  readonly servers: readonly ServerAddress[];
  /** For the first round; each round waits twice as long as the one before. */
  readonly timeoutMs: number;
  /** Rounds: how often a server that does not answer is asked. */
  readonly tries: number;
  /** The longest that one is waited for; 0: no bound. */
  readonly maxTimeoutMs: number;
  readonly signal: AbortSignalLike;
  readonly from4?: string | undefined;
  readonly from6?: string | undefined;
}

/** Questions at a time; others wait for their turn, so many at most. */
const MOST_AT_ONCE = 256;
const MOST_WAITING = 131_072;
const MOST_TIMEOUT_MS = 2 ** 30;

/** The questions of one host. */
export class Questions {
  readonly #host: Host;
  #asking = 0;
  /** Who waits for a turn, the first first. */
  readonly #line = new Set<() => void>();

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * The records that answer a question; none, when the name is an alias that leads to none. Rejects with a
   * {@link QueryError}, with code ENODATA when the name has none of the type, ENOMEM when 131,072 questions wait already;
   * with the reason of `signal`.
   */
  async ask(question: Question, options: AskOptions): Promise<readonly AnswerRecord[]> {
    if (!isAskable(question.name)) throw new QueryError('EBADNAME');
    await this.#turn();
    const counts = currentTurns().keepAlive;
    if (counts) keepAlive(1);
    try {
      if (options.signal.aborted) throw options.signal.reason;
      return await this.#ask(question, options);
    } finally {
      if (counts) keepAlive(-1);
      this.#next();
    }
  }

  /** Takes a place among those that are asked, within the call where there is one. */
  async #turn(): Promise<void> {
    if (this.#asking < MOST_AT_ONCE) {
      this.#asking++;
      return;
    }
    if (this.#line.size >= MOST_WAITING) throw new QueryError('ENOMEM');
    await new Promise<void>((resolve) => this.#line.add(resolve));
  }

  /** A place goes from one that is done to the first in the line; nobody comes between. */
  #next(): void {
    const [first] = this.#line;
    if (first === undefined) this.#asking--;
    else {
      this.#line.delete(first);
      first();
    }
  }

  async #ask(question: Question, options: AskOptions): Promise<readonly AnswerRecord[]> {
    let code = 'ECONNREFUSED';
    let servers = options.servers;
    for (let round = 0; round < options.tries && servers.length > 0; round++) {
      const timeoutMs = roundTimeout(options, round);
      const silent: ServerAddress[] = [];
      for (const server of servers) {
        const result = await this.#askOne(server, question, { ...options, timeoutMs, edns: true });
        if (typeof result !== 'string') return result;
        if (isFinal(result)) throw new QueryError(result);
        code = result;
        if (result === 'ETIMEOUT') silent.push(server);
      }
      // Who has answered that it cannot will say so again.
      servers = silent;
    }
    throw new QueryError(code);
  }

  /** Records, or the code of what came instead. */
  async #askOne(
    server: ServerAddress,
    question: Question,
    options: ExchangeOptions,
  ): Promise<readonly AnswerRecord[] | string> {
    const outcome = await exchange(this.#host, server, question, options);
    if (outcome === 'timeout') return 'ETIMEOUT';
    if (outcome === 'unreachable') return 'ECONNREFUSED';
    if (outcome === 'bad') return 'EBADRESP';
    const code = codeOfResponse(outcome.rcode);
    // RFC 6891 section 7: a server that does not know EDNS.
    if ((code === 'EFORMERR' || code === 'ENOTIMP') && options.edns)
      return this.#askOne(server, question, { ...options, edns: false });
    if (code !== null) return code;
    const records = recordsFor(outcome, question);
    if (records === null) return 'EBADRESP';
    return outcome.answers.length === 0 ? 'ENODATA' : records;
  }
}

/** Whether another server would say the same. */
function isFinal(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EFORMERR';
}

function roundTimeout({ timeoutMs, maxTimeoutMs }: AskOptions, round: number): number {
  const doubled = timeoutMs * 2 ** Math.min(round, 20);
  return Math.min(doubled, maxTimeoutMs > 0 ? maxTimeoutMs : MOST_TIMEOUT_MS, MOST_TIMEOUT_MS);
}

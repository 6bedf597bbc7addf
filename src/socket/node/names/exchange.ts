// One question to one server: by UDP, by TCP when the answer did not fit (RFC 1035 section 4.2, RFC 7766). The socket is
// new and connected, so that the port is one that nobody can know, and datagrams of others are never seen (RFC 5452).

import type { AbortSignalLike, Host, WaitOptions } from '../../../host/index.ts';
import { TcpError } from '../../../tcp/index.ts';
import {
  answers,
  decodeResponse,
  encodeQuestion,
  framed,
  type Question,
  type Response,
  readMessage,
} from '../../dns/index.ts';
import type { ServerAddress } from './servers.ts';

/** How a question is asked. */
export interface ExchangeOptions {
  readonly timeoutMs: number;
  /** RFC 6891; servers that do not know it are asked again without. */
  readonly edns: boolean;
  readonly signal: AbortSignalLike;
  /** Local addresses to ask from, for each family. */
  readonly from4?: string | undefined;
  readonly from6?: string | undefined;
}

/** What came of it: a response, or why there is none. `bad`: what came could not be read. */
export type Outcome = Response | 'timeout' | 'unreachable' | 'bad';

/** Datagrams that are no answers and are still looked past: who sends more has time to guess (RFC 5452 section 9.2). */
const MOST_STRANGE = 32;

/** Rejects with the reason of `signal` alone. */
export async function exchange(
  host: Host,
  server: ServerAddress,
  question: Question,
  options: ExchangeOptions,
): Promise<Outcome> {
  try {
    const answer = await byUdp(host, server, question, options);
    return typeof answer === 'object' && answer.truncated
      ? await byTcp(host, server, question, options)
      : answer;
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (!(error instanceof TcpError)) throw error;
    return error.code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
  }
}

function localOf(server: ServerAddress, { from4, from6 }: ExchangeOptions): string | undefined {
  return server.address.includes(':') ? from6 : from4;
}

/** A number that nobody can guess. */
function newId(host: Host): number {
  return host.random() & 0xffff;
}

async function byUdp(
  host: Host,
  server: ServerAddress,
  question: Question,
  options: ExchangeOptions,
): Promise<Outcome> {
  const address = localOf(server, options);
  const socket = host.udp(address === undefined ? {} : { address });
  try {
    const id = newId(host);
    socket.connect(server.address, server.port);
    socket.send(encodeQuestion(id, question, options.edns));
    const until = host.clock.now() + options.timeoutMs * 1000;
    for (let n = 0; n < MOST_STRANGE; n++) {
      const timeout = Math.max(0, (until - host.clock.now()) / 1000);
      const message = await socket.receive({ timeout, signal: options.signal });
      if (message === null) return 'unreachable';
      const response = decodeResponse(message.data);
      if (response === null && isResponse(message.data, id)) return 'bad';
      if (response?.id === id && (answers(response, question) || isBare(response))) return response;
    }
    return 'timeout';
  } finally {
    socket.close();
  }
}

/** Whether octets that could not be read begin as the response to a question (RFC 1035 section 4.1.1: ID, QR). */
function isResponse(octets: Uint8Array, id: number): boolean {
  const [high = 0, low = 0, flags = 0] = octets;
  return octets.length > 2 && ((high << 8) | low) === id && (flags & 0x80) !== 0;
}

/** A server that could not read the question may answer without repeating it (RFC 1035 section 4.1.1: FORMERR). */
function isBare({ question, rcode, answers: records }: Response): boolean {
  return question === null && rcode !== 'NOERROR' && records.length === 0;
}

async function byTcp(
  host: Host,
  server: ServerAddress,
  question: Question,
  options: ExchangeOptions,
): Promise<Outcome> {
  const { timeoutMs: timeout, signal } = options;
  const localAddress = localOf(server, options);
  const until = host.clock.now() + timeout * 1000;
  const connection = await host.connect({
    ...server,
    timeout,
    signal,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  let isDone = false;
  try {
    const id = newId(host);
    const wait = (): WaitOptions => ({ timeout: Math.max(0, (until - host.clock.now()) / 1000), signal });
    await connection.write(framed(encodeQuestion(id, question, options.edns)), wait());
    const body = await readMessage(connection, wait);
    if (body === null) return 'unreachable';
    isDone = true;
    const response = decodeResponse(body);
    return response?.id === id && (answers(response, question) || isBare(response)) ? response : 'bad';
  } finally {
    if (isDone) connection.close();
    else connection.abort();
  }
}

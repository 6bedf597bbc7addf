// One connection of a server: heads in, Requests to the handler, Responses out (RFC 9112; RFC 9110).

import type { Connection } from '../../host/index.ts';
import {
  BodyReader,
  chunk,
  Inbox,
  LAST_CHUNK,
  octetsOfText,
  parseRequestHead,
  REASONS,
  type RequestHead,
} from '../http/index.ts';
import { bodyStream, Writing } from './messages.ts';
import type { PlatformRequest, PlatformResponse } from './platform.ts';
import type { RequestHandler } from './serve.ts';

/** The bounds of a server's connections. */
export interface ServeLimits {
  readonly maxHead: number;
  readonly headTimeout: number;
  readonly idleTimeout: number;
  readonly onError: (error: unknown) => void;
}

/** Octets of a request body that are read and thrown away, when the handler did not want them. */
const MAX_UNREAD = 1024 * 1024;
/** Milliseconds that we listen after our FIN to what the client still has to say. */
const LINGER_MS = 2000;
/** RFC 9112 section 9: these are about one connection, and ours to say. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'content-length',
]);
/** RFC 3986 section 3.2: a name or an address, and a port. */
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::\d{0,5})?$/;
const CONTINUE = octetsOfText('HTTP/1.1 100 Continue\r\n\r\n');

/** Answers the requests of one connection until it ends. Never rejects. */
export async function serveConnection(
  c: Connection,
  handler: RequestHandler,
  limits: ServeLimits,
  closing: AbortSignal,
): Promise<void> {
  try {
    c.setNoDelay();
    await new Served(c, handler, limits, closing).run();
    await finish(c, limits.idleTimeout);
  } catch {
    // The connection broke, or a body did: what the client gets must not look whole.
    c.abort();
  }
}

class Served {
  readonly #c: Connection;
  readonly #handler: RequestHandler;
  readonly #limits: ServeLimits;
  readonly #closing: AbortSignal;
  readonly #inbox: Inbox;
  readonly #writing: Writing;
  /** What ends the wait for a head. */
  #waiting: AbortController | null = null;
  readonly #gone = new AbortController();

  constructor(c: Connection, handler: RequestHandler, limits: ServeLimits, closing: AbortSignal) {
    this.#c = c;
    this.#handler = handler;
    this.#limits = limits;
    this.#closing = closing;
    const { idleTimeout } = limits;
    const read = (max?: number): Promise<Uint8Array | null> =>
      c.read({
        ...(max === undefined ? {} : { max }),
        ...(this.#waiting === null ? { timeout: idleTimeout } : { signal: this.#waiting.signal }),
      });
    this.#inbox = new Inbox({ read }, limits.maxHead);
    this.#writing = new Writing(c, idleTimeout);
    c.closed.catch((error) => this.#gone.abort(error));
  }

  async run(): Promise<void> {
    for (let goesOn = true; goesOn; ) {
      const text = await this.#head();
      if (text === null) return;
      const head = typeof text === 'number' ? text : parseRequestHead(text);
      if (typeof head === 'number') {
        await this.#writing.write(plain(head, false));
        return;
      }
      goesOn = await this.#answer(head);
    }
  }

  /** The next head; null when there is none and the connection is to end, a status code when it is refused. */
  async #head(): Promise<string | null | number> {
    const waiting = new AbortController();
    const stop = (): void => waiting.abort();
    const disarm = this.#c.after(this.#limits.headTimeout, stop);
    this.#closing.addEventListener('abort', stop);
    if (this.#closing.aborted) stop();
    this.#waiting = waiting;
    try {
      return await this.#inbox.head();
    } catch (error) {
      if (!waiting.signal.aborted) throw error;
      return this.#inbox.length === 0 ? null : 408;
    } finally {
      this.#waiting = null;
      this.#closing.removeEventListener('abort', stop);
      disarm();
    }
  }

  /** Answers one request; false when the connection is to end. */
  async #answer(head: RequestHead): Promise<boolean> {
    const reader = new BodyReader(this.#inbox, head.body);
    let continues = head.expectsContinue;
    const body = bodyStream(reader, async () => {
      // RFC 9110 section 10.1.1: the client is told to send when somebody wants it.
      const asks = continues;
      continues = false;
      if (asks) await this.#writing.write(CONTINUE);
    });
    const request = requestOf(head, reader.done ? null : body.stream, this.#gone.signal);
    if (typeof request === 'number') {
      await this.#writing.write(plain(request, head.method === 'HEAD'));
      return false;
    }
    const response = await this.#handle(request, reader);
    // A client that waits for 100 need not send what nobody wants; then it is not known whether it will.
    const stays = head.keepAlive && !continues && !reader.malformed && !this.#closing.aborted;
    continues = false;
    const stayed = await this.#respond(head, response, stays);
    await body.detach();
    return stayed && (await this.#skipRest(reader));
  }

  async #handle(request: PlatformRequest, reader: BodyReader): Promise<PlatformResponse> {
    const { remoteAddress, remotePort, localAddress, localPort } = this.#c;
    try {
      const info = { remoteAddress, remotePort, localAddress, localPort };
      const response = await this.#handler(request, info);
      const { status, bodyUsed } = response;
      if (typeof status !== 'number' || status < 200 || bodyUsed || response.body?.locked === true)
        throw new TypeError('serve: the handler must return a Response that nobody has read');
      return response;
    } catch (error) {
      if (reader.malformed) return new Response('400 Bad Request\n', { status: 400 });
      this.#limits.onError(error);
      return new Response('500 Internal Server Error\n', { status: 500 });
    }
  }

  /** Sends a response; false when the connection has to end after it. */
  async #respond(head: RequestHead, response: PlatformResponse, stays: boolean): Promise<boolean> {
    const { status, statusText, headers, body } = response;
    const given = headers.get('content-length');
    const length = given !== null && /^\d{1,15}$/.test(given) ? Number(given) : body === null ? 0 : null;
    const none = head.method === 'HEAD' || status === 204 || status === 304;
    const chunked = !none && length === null && head.minor >= 1;
    const keepAlive = stays && (none || length !== null || chunked);
    const lines = [`HTTP/1.1 ${status} ${statusText === '' ? (REASONS[status] ?? '') : statusText}`];
    for (const [name, value] of headers) if (!HOP_BY_HOP.has(name)) lines.push(`${name}: ${value}`);
    if (!headers.has('date')) lines.push(`date: ${new Date().toUTCString()}`); // RFC 9110 section 6.6.1
    if (chunked) lines.push('transfer-encoding: chunked');
    else if (length !== null && status !== 204 && !(none && given === null))
      lines.push(`content-length: ${length}`);
    if (!keepAlive) lines.push('connection: close');
    else if (head.minor === 0) lines.push('connection: keep-alive');
    const reader = body?.getReader();
    try {
      await this.#writing.write(octetsOfText(`${lines.join('\r\n')}\r\n\r\n`));
      if (none || reader === undefined) {
        void reader?.cancel().catch(() => {});
        if (!none && length !== 0)
          throw new TypeError('serve: a response without a body has a content-length');
        return keepAlive;
      }
      let sent = 0;
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const piece = next.value as Uint8Array;
        sent += piece.length;
        if (length !== null && sent > length)
          throw new TypeError('serve: a body is longer than its content-length');
        if (piece.length > 0) await this.#writing.write(chunked ? chunk(piece) : piece);
      }
      if (chunked) await this.#writing.write(LAST_CHUNK);
      if (length !== null && sent < length)
        throw new TypeError('serve: a body is shorter than its content-length');
      return keepAlive;
    } catch (error) {
      void reader?.cancel(error).catch(() => {});
      if (!this.#gone.signal.aborted) this.#limits.onError(error);
      throw error;
    }
  }

  /** Throws away what the handler has left of a body; false when that is too much. */
  async #skipRest(reader: BodyReader): Promise<boolean> {
    for (let octets = 0; !reader.done; ) {
      octets += (await reader.read())?.length ?? 0;
      if (octets > MAX_UNREAD) return false;
    }
    return true;
  }
}

/** A head and a body as a Request; or the status code that refuses it. */
function requestOf(
  head: RequestHead,
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): PlatformRequest | number {
  const { method, target, host = 'localhost' } = head;
  if (method === 'CONNECT' || method === 'TRACE' || method === 'TRACK') return 501;
  const absolute = /^https?:\/\//i.test(target);
  if (!HOST.test(host) || !(absolute || target.startsWith('/') || (target === '*' && method === 'OPTIONS')))
    return 400;
  const path = target === '*' ? '/*' : target;
  try {
    const has = body !== null && method !== 'GET' && method !== 'HEAD';
    const init = { method, signal, ...(has ? { body, duplex: 'half' } : {}) };
    const request = new Request(absolute ? target : `http://${host}${path}`, init as RequestInit);
    // A browser's Request leaves fields out that a page may not send (`cookie`, `host`); a server reads them.
    const headers = new Headers(head.fields as [string, string][]);
    return Object.defineProperty(request, 'headers', { value: headers, configurable: true });
  } catch {
    return 400;
  }
}

/** A whole response whose body is its own status line, after which the connection ends. */
function plain(status: number, noBody: boolean): Uint8Array {
  const body = `${status} ${REASONS[status] ?? ''}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`,
    `date: ${new Date().toUTCString()}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return octetsOfText(`${lines.join('\r\n')}\r\n\r\n${noBody ? '' : body}`);
}

/**
 * Our FIN, and then whatever the client still sends is thrown away: a RST could destroy our answer. What the client has
 * not taken of that answer yet has the time that it needs.
 */
async function finish(c: Connection, idleMs: number): Promise<void> {
  const ended = readToEnd(c).catch(() => {}); // that it broke `end` tells
  await new Writing(c, idleMs).end();
  const disarm = c.after(LINGER_MS, () => c.close());
  await ended;
  disarm();
}

async function readToEnd(c: Connection): Promise<void> {
  while ((await c.read()) !== null);
}

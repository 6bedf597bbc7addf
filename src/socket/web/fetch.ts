// `fetch` over a host (Fetch Standard section 5.6, as far as a network of one's own has it): http only, no cache, no
// cookies, no CORS; redirects are followed as asked, connections are kept for the next request.

import type { Connection, Host } from '../../host/index.ts';
import { Schema, whole } from '../../options/index.ts';
import {
  BodyReader,
  chunk,
  Inbox,
  LAST_CHUNK,
  octetsOfText,
  parseResponseHead,
  type ResponseHead,
} from '../http/index.ts';
import { bodyStream, Writing } from './messages.ts';
import { addressOf, type NameOptions, nameKinds } from './names.ts';
import type { PlatformRequest, PlatformRequestInit, PlatformResponse } from './platform.ts';

/** Options of {@link fetchOn}. */
export interface FetchOptions extends NameOptions {
  /** Octets of a response's status line and fields. Default 65,536. */
  maxHead?: number;
  /** Milliseconds in which the server has to send, or take, something. Default 300,000. */
  idleTimeout?: number;
  /** Milliseconds that a connection without a request is kept. Default 4000. */
  keepAlive?: number;
  /** Connections without a request that are kept for each origin. Default 8. */
  maxIdle?: number;
}

const fetchOptions = new Schema<FetchOptions>('fetchOn', {
  ...nameKinds,
  maxHead: whole(256, 2 ** 20),
  idleTimeout: whole(1, 2 ** 30),
  keepAlive: whole(1, 2 ** 30),
  maxIdle: whole(0, 65_536),
});

/** `fetch`, bound to a host. */
export type FetchOnHost = (
  input: string | { readonly href: string } | PlatformRequest,
  init?: PlatformRequestInit,
) => Promise<PlatformResponse>;

/** Fetch Standard, "fetch" step for redirects. */
const MAX_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What we say of the connection and the body ourselves. */
const OURS = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);
/** RFC 9110 section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** What goes out: a Request in parts, as redirects change it. */
interface Ask {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array | ReadableStream<Uint8Array> | null;
  /** Its signal follows the program's only as long as it lives: it has to until the body has ended. */
  readonly request: Request;
}

/** A connection to a server, with what it has sent. */
interface Line {
  readonly c: Connection;
  readonly inbox: Inbox;
  /** It has carried a request before. */
  used: boolean;
}

/**
 * A `fetch` whose network is a host: `await fetchOn(host)('http://10.0.0.2/')`. It rejects as fetch does: a TypeError
 * (`cause` says why) when there is no answer, the signal's reason when it is aborted. Bodies stream both ways. Throws
 * TypeError, RangeError.
 */
export function fetchOn(host: Host, options: FetchOptions = {}): FetchOnHost {
  fetchOptions.check(options);
  const client = new Client(host, options);
  return (input, init) => client.fetch(input, init);
}

class Client {
  readonly #host: Host;
  readonly #names: NameOptions;
  readonly #maxHead: number;
  readonly #idleTimeout: number;
  readonly #keepAlive: number;
  readonly #maxIdle: number;
  /** Connections without a request, by origin. */
  readonly #idle = new Map<string, Line[]>();

  constructor(host: Host, options: FetchOptions) {
    const { maxHead = 65_536, idleTimeout = 300_000, keepAlive = 4000, maxIdle = 8 } = options;
    this.#host = host;
    this.#names = options;
    this.#maxHead = maxHead;
    this.#idleTimeout = idleTimeout;
    this.#keepAlive = keepAlive;
    this.#maxIdle = maxIdle;
  }

  async fetch(input: unknown, init?: unknown): Promise<PlatformResponse> {
    const request = new Request(input as string, init as RequestInit);
    const ask: Ask = {
      url: new URL(request.url),
      method: request.method,
      headers: new Headers(request.headers),
      body: await bodyOf(request, input, init),
      request,
    };
    for (let redirects = 0; ; redirects++) {
      const response = await this.#ask(ask);
      const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
      if (location === null || request.redirect === 'manual')
        return describe(response, ask.url.href, redirects > 0);
      await response.body?.cancel();
      if (request.redirect === 'error' || redirects === MAX_REDIRECTS)
        throw new TypeError(`fetch failed: ${ask.url.href} redirects to ${location}`);
      redirect(ask, response.status, location);
    }
  }

  async #ask(ask: Ask): Promise<Response> {
    const { url } = ask;
    const { signal } = ask.request;
    signal.throwIfAborted();
    if (url.protocol !== 'http:')
      throw new TypeError(`fetch failed: there is only http: here, not ${url.protocol} (there is no TLS)`);
    for (;;) {
      const line = this.#take(url.host) ?? (await this.#connect(url, signal));
      try {
        return await this.#exchange(line, ask);
      } catch (error) {
        line.c.abort();
        if (signal.aborted) throw signal.reason;
        // RFC 9112 section 9.3.1: the server may have closed it just then.
        const again = line.used && line.inbox.length === 0 && IDEMPOTENT.has(ask.method);
        if (!again || !(ask.body === null || ask.body instanceof Uint8Array)) throw failed(error);
      }
    }
  }

  async #connect(url: URL, signal: AbortSignal): Promise<Line> {
    try {
      const address = await addressOf(url.hostname, this.#names);
      const port = url.port === '' ? 80 : Number(url.port);
      const c = await this.#host.connect({ address, port, signal });
      c.setNoDelay();
      const read = (max?: number): Promise<Uint8Array | null> =>
        c.read({ timeout: this.#idleTimeout, ...(max === undefined ? {} : { max }) });
      return { c, inbox: new Inbox({ read }, this.#maxHead), used: false };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw failed(error);
    }
  }

  async #exchange(line: Line, ask: Ask): Promise<Response> {
    const { c, inbox } = line;
    const onAbort = (): void => c.abort();
    ask.request.signal.addEventListener('abort', onAbort);
    const done = (): void => ask.request.signal.removeEventListener('abort', onAbort);
    try {
      let sent = false;
      const sending = this.#send(c, ask).then(() => {
        sent = true;
      });
      // A server may answer before it has read everything, or close the connection with the answer.
      let sendError: unknown = null;
      sending.catch((error) => {
        sendError = error;
        if (!(error as { code?: string }).code) c.abort(); // the program's own body broke
      });
      const head = await this.#head(inbox, ask.method).catch((error) => {
        throw sendError ?? error;
      });
      const reader = new BodyReader(inbox, head.body);
      const release = (): void => {
        done();
        if (head.keepAlive && sent && inbox.length === 0) this.#give(ask.url.host, line);
        else c.close();
      };
      const gone = (): void => {
        done();
        c.abort();
      };
      if (reader.done) {
        if (ask.body === null || ask.body instanceof Uint8Array) await sending.catch(() => {});
        release();
      }
      const { stream } = bodyStream(reader, undefined, release, gone);
      return responseOf(head, reader.done ? null : abortable(stream, ask));
    } catch (error) {
      done();
      throw error;
    }
  }

  /** The head of the answer; those before it (100, 103) are not asked for. */
  async #head(inbox: Inbox, method: string): Promise<ResponseHead> {
    for (;;) {
      const text = await inbox.head();
      if (text === null) throw new Error('the server closed the connection without an answer');
      const head = typeof text === 'number' ? null : parseResponseHead(text, method);
      if (head === null) throw new Error('the answer is no HTTP/1.1, or its head is too long');
      if (head.status >= 200) return head;
      if (head.status === 101) throw new Error('the server changes to a protocol that nobody asked for');
    }
  }

  async #send(c: Connection, { url, method, headers, body }: Ask): Promise<void> {
    const writing = new Writing(c, this.#idleTimeout);
    const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`];
    for (const [name, value] of headers) if (!OURS.has(name)) lines.push(`${name}: ${value}`);
    if (!headers.has('accept')) lines.push('accept: */*');
    const streams = body !== null && !(body instanceof Uint8Array);
    if (streams) lines.push('transfer-encoding: chunked');
    else if (body !== null || method === 'POST' || method === 'PUT')
      lines.push(`content-length: ${body?.length ?? 0}`);
    await writing.write(octetsOfText(`${lines.join('\r\n')}\r\n\r\n`));
    if (body === null) return;
    if (!streams) return writing.write(body);
    const reader = body.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read())
        if (next.value.length > 0) await writing.write(chunk(next.value));
      await writing.write(LAST_CHUNK);
    } catch (error) {
      void reader.cancel(error).catch(() => {});
      throw error;
    }
  }

  #take(origin: string): Line | null {
    const lines = this.#idle.get(origin) ?? [];
    for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
      if (line.c.state === 'ESTABLISHED' && line.c.readableLength === 0) return line;
      line.c.close();
    }
    this.#idle.delete(origin);
    return null;
  }

  #give(origin: string, line: Line): void {
    const lines = this.#idle.get(origin) ?? [];
    if (lines.length >= this.#maxIdle) {
      line.c.close();
      return;
    }
    line.used = true;
    lines.push(line);
    this.#idle.set(origin, lines);
    line.c.after(this.#keepAlive, () => {
      const at = lines.indexOf(line);
      if (at < 0) return;
      lines.splice(at, 1);
      line.c.close();
    });
  }
}

function failed(cause: unknown): TypeError {
  return new TypeError(`fetch failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/** A body that can be sent again as octets, one that the program makes as a stream. */
async function bodyOf(request: Request, input: unknown, init: unknown): Promise<Ask['body']> {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  const given = (init as { body?: unknown } | undefined)?.body;
  const isStream =
    given instanceof ReadableStream ||
    (given === undefined && input instanceof Request && request.body !== null);
  if (isStream && request.body) return request.body as ReadableStream<Uint8Array>;
  const octets = new Uint8Array(await request.arrayBuffer());
  return octets.length === 0 && given == null ? null : octets;
}

/** Fetch Standard, "HTTP-redirect fetch". */
function redirect(ask: Ask, status: number, location: string): void {
  const to = URL.canParse(location, ask.url.href) ? new URL(location, ask.url) : null;
  if (to === null) throw new TypeError(`fetch failed: '${location}' is no URL to be redirected to`);
  if (to.hash === '') to.hash = ask.url.hash;
  if (status !== 303 && ask.body !== null && !(ask.body instanceof Uint8Array))
    throw new TypeError('fetch failed: a redirect asks for a body again that was a stream');
  const toGet =
    status === 303 ? ask.method !== 'GET' && ask.method !== 'HEAD' : ask.method === 'POST' && status <= 302;
  if (toGet) {
    ask.method = 'GET';
    ask.body = null;
    for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type'])
      ask.headers.delete(name);
  }
  if (to.origin !== ask.url.origin) ask.headers.delete('authorization');
  ask.url = to;
}

function responseOf(head: ResponseHead, body: ReadableStream<Uint8Array> | null): Response {
  const { status, reason, fields } = head;
  const empty = status === 204 || status === 205 || status === 304;
  if (status > 599) throw new Error(`the answer has the status ${status}`);
  // RFC 9110 section 15.3.6: a 205 has none, so nobody reads what comes all the same.
  if (empty) body?.cancel().catch(() => {});
  const response = new Response(empty ? null : body, { status, statusText: reason });
  // A browser's Response leaves `set-cookie` out.
  const headers = new Headers(fields as [string, string][]);
  return Object.defineProperty(response, 'headers', { value: headers, configurable: true });
}

function describe(response: Response, url: string, redirected: boolean): PlatformResponse {
  return Object.defineProperties(response, {
    url: { value: url.replace(/#.*$/, ''), configurable: true },
    redirected: { value: redirected, configurable: true },
  });
}

/** A body that ends with the reason of the signal, when that ends it. It holds what is asked. */
function abortable(stream: ReadableStream<Uint8Array>, ask: Ask): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((error) => {
          const { signal } = ask.request;
          throw signal.aborted ? signal.reason : failed(error);
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

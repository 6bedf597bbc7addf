// Handlers of Requests on a listener: `serve(host, { port }, (request) => new Response('hello'))`. HTTP/1.1 (RFC 9112) with
// persistent connections; what is one request is answered before the next one is read.

/// <reference lib="esnext.disposable" preserve="true" />

import type { Connection, Host, Listener } from '../../host/index.ts';
import { func, needed, Schema, text, whole } from '../../options/index.ts';
import type { PlatformRequest, PlatformResponse } from './platform.ts';
import { type ServeLimits, serveConnection } from './serve-connection.ts';

/** Who asks, and whom. */
export interface RequestInfo {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Answers a request. Hono's `app.fetch` and its like are such functions. */
export type RequestHandler = (
  request: PlatformRequest,
  info: RequestInfo,
) => PlatformResponse | Promise<PlatformResponse>;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** 0 chooses a free one. */
  port: number;
  /** A local address; default: every address of the host. */
  address?: string;
  /** Octets of a request line and its fields: more are answered by 431. Default 16,384. */
  maxHead?: number;
  /** Milliseconds for a whole head, counted from the answer before it. Default 60,000. */
  headTimeout?: number;
  /** Milliseconds in which the client has to send, or take, something more of a body. Default 60,000. */
  idleTimeout?: number;
  /** What a handler threw; the client gets 500. Default: it is written to the console. */
  onError?: (error: unknown) => void;
}

const serveOptions = new Schema<ServeOptions>('serve', {
  port: needed(whole(0, 0xffff)),
  address: text,
  maxHead: whole(256, 2 ** 20),
  headTimeout: whole(1, 2 ** 30),
  idleTimeout: whole(1, 2 ** 30),
  onError: func,
});

/** A server that runs. */
export class HttpServer {
  readonly port: number;
  readonly #listener: Listener;
  /** What ends connections that wait for a request. */
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  /** @internal */
  constructor(listener: Listener, handler: RequestHandler, limits: ServeLimits) {
    this.#listener = listener;
    this.port = listener.port;
    this.#accepting = this.#accept(handler, limits);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#running.size;
  }

  /** Takes no more connections; requests under way are answered first. Resolves when all connections have ended. */
  async close(): Promise<void> {
    this.#listener.close();
    this.#closing.abort();
    await this.#accepting;
    await Promise.all(this.#running);
  }

  /** The end of `await using`: `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accept(handler: RequestHandler, limits: ServeLimits): Promise<void> {
    for await (const c of this.#listener) this.#serve(c, handler, limits);
  }

  #serve(c: Connection, handler: RequestHandler, limits: ServeLimits): void {
    const running = serveConnection(c, handler, limits, this.#closing.signal);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }
}

/**
 * Serves requests at a port of a host, in any runtime:
 *
 * ```ts
 * const server = serve(host, { port: 80 }, (request) => new Response(`you asked for ${request.url}`));
 * ```
 *
 * Bodies stream both ways, at the pace of who reads them. Throws TypeError or RangeError for wrong options, EADDRINUSE,
 * EADDRNOTAVAIL.
 */
export function serve(host: Host, options: ServeOptions, handler: RequestHandler): HttpServer {
  serveOptions.check(options);
  if (typeof handler !== 'function') throw new TypeError('serve: the handler must be a function');
  const { port, address, maxHead = 16_384, headTimeout = 60_000, idleTimeout = 60_000 } = options;
  const { onError = (error: unknown) => console.error(error) } = options;
  const listener = host.listen({ port, ...(address === undefined ? {} : { address }) });
  return new HttpServer(listener, handler, { maxHead, headTimeout, idleTimeout, onError });
}

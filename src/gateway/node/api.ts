// Port forwards by HTTP, as clients of gvisor-tap-vsock's gvproxy ask for them (podman machine among them): what they send to
// /services/forwarder/expose, unexpose and all.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Forward, type Gateway, GatewayError } from '../index.ts';

/** Octets of a request. */
const MOST_BODY = 16_384;

/** The API, listening. */
export interface GatewayApi {
  /** `unix:PATH`, or `HOST:PORT`. */
  readonly at: string;
  close(): Promise<void>;
}

/**
 * Answers at `at`, `unix:PATH` or `[HOST:]PORT`; HOST is 127.0.0.1 unless told. Who can reach it can open ports of this
 * machine that lead to guests. Requests of pages (with an Origin, or for another Host than an address or localhost) are
 * refused. Rejects with EADDRINUSE, EACCES; TypeError for what is no place.
 *
 * - `POST /services/forwarder/expose {"local":":8080","remote":"10.0.2.15:80","protocol":"tcp"}`
 * - `POST /services/forwarder/unexpose {"local":":8080","protocol":"tcp"}`
 * - `GET /services/forwarder/all`: a list of such.
 */
export async function serveApi(gateway: Gateway, at: string): Promise<GatewayApi> {
  const place = /^unix:(.+)$/.exec(at)?.[1];
  const ends = /^(?:(.+):)?(\d{1,5})$/.exec(at);
  if (place === undefined && ends === null)
    throw new TypeError(`serveApi: '${at}' is no place: write unix:PATH or [HOST:]PORT`);
  const exposed = new Map<string, Exposure>();
  const server = createServer((request, response) => {
    answer(gateway, exposed, request, response).catch((error: Error) => {
      response.writeHead(statusOf(error), { 'content-type': 'text/plain' });
      response.end(`${error.message}\n`);
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  if (place !== undefined) server.listen(place);
  else server.listen({ host: ends?.[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', port: Number(ends?.[2]) });
  await once(server, 'listening');
  return { at: whereIs(server), close: () => closed(server) };
}

function whereIs(server: Server): string {
  const address = server.address() as AddressInfo | string;
  return typeof address === 'string' ? `unix:${address}` : `${address.address}:${address.port}`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** A request that cannot be meant. */
class BadRequest extends Error {}

function statusOf(error: Error): number {
  if (error instanceof BadRequest) return 400;
  return error instanceof GatewayError ? 409 : 500;
}

/** A forward, and how it was asked for. */
interface Exposure {
  readonly forward: Forward;
  readonly local: string;
  readonly remote: string;
}

/** By protocol and place. */
type Exposed = Map<string, Exposure>;

async function answer(
  gateway: Gateway,
  exposed: Exposed,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url, headers } = request;
  const isLocal = /^(?:localhost|[\d.]+|\[[\da-f:.]+\]|unix|)(?::\d+)?$/i.test(headers.host ?? '');
  if (headers.origin !== undefined || !isLocal) {
    response.writeHead(403).end('not from a page\n');
    return;
  }
  if (method === 'GET' && url === '/services/forwarder/all') {
    const all = [...exposed.values()].map(({ local, remote, forward: { protocol } }) => ({
      local,
      remote,
      protocol,
    }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(all)}\n`);
    return;
  }
  if (method !== 'POST' || (url !== '/services/forwarder/expose' && url !== '/services/forwarder/unexpose')) {
    response.writeHead(404).end('no such service\n');
    return;
  }
  const { local = '', remote = '', protocol = 'tcp' } = await bodyOf(request);
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw new BadRequest(`protocol '${protocol}' is not forwarded: tcp or udp`);
  const key = `${protocol} ${local}`;
  const [address, port] = endpoint(local, 'local');
  if (url === '/services/forwarder/unexpose') {
    const found = exposed.get(key);
    if (found === undefined) throw new GatewayError('ENOENT', `${local} is not exposed`);
    exposed.delete(key);
    found.forward.close();
  } else {
    if (exposed.has(key)) throw new GatewayError('EEXIST', `${local} is exposed already`);
    const [guestAddress, guestPort] = endpoint(remote, 'remote');
    const to = guestAddress === '' ? {} : { guestAddress };
    const where = address === '' ? '0.0.0.0' : address;
    const forward = await gateway.forward({ protocol, address: where, port, guestPort, ...to });
    exposed.set(key, { forward, local, remote });
  }
  response.writeHead(200).end();
}

interface Body {
  readonly local?: string;
  readonly remote?: string;
  readonly protocol?: string;
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > MOST_BODY) throw new BadRequest('the request is too long');
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new BadRequest('the request is no JSON');
  }
  const fields = typeof body === 'object' && body !== null ? Object.values(body) : [0];
  if (!fields.every((value) => typeof value === 'string'))
    throw new BadRequest('the request is no object of strings: local, remote, protocol');
  return body as Body;
}

/** `127.0.0.1:80`, `:80`, `[::1]:80`. */
function endpoint(text: string | undefined, what: string): [address: string, port: number] {
  const ends = /^(\[[\da-f:.]+\]|[\d.]*|localhost):(\d{1,5})$/i.exec(text ?? '');
  const port = Number(ends?.[2]);
  if (ends === null || port < 1 || port > 0xffff)
    throw new BadRequest(`${what} '${text ?? ''}' is no endpoint: write ADDRESS:PORT or :PORT`);
  return [(ends[1] as string).replace(/^\[|\]$/g, ''), port];
}

// Guests on WebSockets: v86's `relay_url`, one frame in each binary message both ways; at /wisp/ clients of Wisp. A page of any origin can ask to
// be let in (browsers ask nobody before they connect): only those on the list, and programs, which name none.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type QueueOptions, type WebSocketDevice, webSocketDevice } from '../../../link/index.ts';
import type { FramePort } from '../../port.ts';
import { acceptUpgrade, refuseUpgrade, ServerWebSocket } from '../websocket/index.ts';
import { hostPortText } from './address.ts';
import { type Frames, type PortArrived, Ports } from './frames.ts';
import { type WispPort, wispPort } from './wisp-guest.ts';

/** An Ethernet header with a tag. */
const FRAME_OCTETS = 18;

/**
 * Where clients of Wisp come ("Choosing a Websocket URL": it ends with a slash, and what is before it is the server's to
 * choose), and the longest message that they send.
 */
const WISP_PATH = /\/wisp\/$/;
const WISP_OCTETS = 5 + 65_536;

type WebSocketPort = (WebSocketDevice & FramePort) | WispPort;

/** Whether pages of this origin may come; '*' on the list stands for all. */
function allowed(origin: string | undefined, origins: readonly string[]): boolean {
  return origin === undefined || origins.includes('*') || origins.includes(origin);
}

/** What is asked for, without a query. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] as string;
}

class WebSocketFrames implements Frames {
  readonly at: string;
  readonly #server: Server;
  readonly #options: QueueOptions;
  readonly #origins: readonly string[];
  readonly #ports: Ports<WebSocketPort>;
  readonly #sockets = new Set<Socket>();

  constructor(
    server: Server,
    at: string,
    options: QueueOptions,
    origins: readonly string[],
    ports: Ports<WebSocketPort>,
  ) {
    this.#server = server;
    this.at = at;
    this.#options = options;
    this.#origins = origins;
    this.#ports = ports;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    server.on('request', (_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' });
      response.end('a relay of Ethernet frames, at /wisp/ of streams: connect by WebSocket\n');
    });
  }

  get guests(): number {
    return this.#ports.size;
  }
  get refused(): number {
    return this.#ports.refused;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
    const { origin } = request.headers;
    if (!allowed(origin, this.#origins)) {
      this.#ports.refused++;
      refuseUpgrade(socket, 403, `pages of ${origin} may not come here\n`);
      return;
    }
    if (!this.#ports.admit()) {
      refuseUpgrade(socket, 503, 'as many guests as there may be\n');
      return;
    }
    if (!acceptUpgrade(request, socket)) return;
    const { mtu = 1500 } = this.#options;
    const isWisp = WISP_PATH.test(pathOf(request));
    const webSocket = new ServerWebSocket(socket, isWisp ? WISP_OCTETS : mtu + FRAME_OCTETS);
    const port = isWisp
      ? wispPort(webSocket, mtu)
      : (webSocketDevice(webSocket, { ...this.#options, kind: 'ethernet' }) as WebSocketPort);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#ports.delete(port);
    });
    const who = hostPortText(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    const by = isWisp ? `${this.at}/wisp/` : this.at;
    this.#ports.add(port, `${by} from ${who}${origin === undefined ? '' : ` (${origin})`}`);
    webSocket.receive(head);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#ports.close();
    for (const socket of this.#sockets) socket.destroySoon();
    await closed;
  }
}

/** Serves guests by WebSocket. Rejects with what node:net says. */
export async function serveWebSockets(
  host: string,
  port: number,
  options: QueueOptions,
  origins: readonly string[],
  mostGuests: number,
  arrived: PortArrived,
): Promise<Frames> {
  const server = createServer();
  server.listen({ host, port });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  const at = `ws:${hostPortText(address.address, address.port)}`;
  return new WebSocketFrames(server, at, options, origins, new Ports<WebSocketPort>(mostGuests, arrived));
}

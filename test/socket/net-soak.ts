// http on synfin, hour after hour, in real time: keep-alive, requests given up at both ends, resets, servers that close
// and come back. After every round everything rests, and nothing is left: no handle, connection, timer or octet.

import { once } from 'node:events';
import type { Agent, ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Host } from '../../src/host/index.ts';
import { httpOf } from '../../src/node/index.ts';
import { Random } from '../../src/sim/index.ts';
import { reasonsToLive } from '../../src/socket/node/liveness.ts';

/** How a request ended, and how often. */
export type Tally = Record<string, number>;

export interface Round {
  readonly tally: Tally;
  readonly requests: number;
  /** After the garbage was collected, if that can be asked for. */
  readonly heapBytes: number;
}

/** What is left of a round that is over; all of it 0 when nothing leaks. */
export interface Left {
  readonly connections: number;
  readonly listeners: number;
  /** Octets of the host's Memory beyond what it had before. */
  readonly octets: number;
  /** Reasons for the process to live. */
  readonly reasons: number;
  /** Resources of Node's event loop beyond those before. */
  readonly resources: readonly string[];
}

/** None that a client may get: with nobody there it would connect to itself (RFC 9293 section 3.5, figure 8). */
const PORT = 80;
const CLIENTS = 8;
const LARGEST = 200_000;
/** What may become of a request whose connection or server was ended on purpose. */
const EXPECTED = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE']);

const ACTIONS = [
  'echo',
  'echo',
  'echo',
  'echo',
  'abort early',
  'abort late',
  'reset',
  'cut',
  'close',
] as const;
type Action = (typeof ACTIONS)[number];

/** The resources of the event loop, by kind; those of timers come and go with Node's own. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export class NetSoak {
  readonly host = new Host({ name: 'soak' });
  readonly #http = httpOf(this.host);
  readonly #random: Random;
  readonly #octetsBefore = this.host.memory.used;
  readonly #resourcesBefore = resources();

  /** `seed` chooses what the clients do; when things happen is the machine's. */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  #below(n: number): number {
    return this.#random.int(n);
  }

  /** Load for `ms`, then rest. Throws when a request ends as none should, or an answer is another. */
  async round(ms: number): Promise<Round> {
    const tally: Tally = {};
    const agent = new this.#http.Agent({ keepAlive: true, maxSockets: CLIENTS, keepAliveMsecs: 1000 });
    let server = await this.#serve();
    const untilMs = performance.now() + ms;
    let requests = 0;
    const client = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        requests++;
        const outcome = await this.#request(agent, ACTIONS[this.#below(ACTIONS.length)] as Action);
        tally[outcome] = (tally[outcome] ?? 0) + 1;
        if (outcome === 'ECONNREFUSED') await pause(5);
      }
    };
    const restarts = async (): Promise<void> => {
      while (performance.now() + 500 < untilMs) {
        await pause(300 + this.#below(700));
        await stop(server);
        server = await this.#serve();
        tally['restart'] = (tally['restart'] ?? 0) + 1;
      }
    };
    await Promise.all([restarts(), ...Array.from({ length: CLIENTS }, client)]);
    agent.destroy();
    await stop(server);
    await this.#rest();
    globalThis.gc?.();
    return { tally, requests, heapBytes: process.memoryUsage().heapUsed };
  }

  async #serve(): Promise<Server> {
    const server = this.#http.createServer({ keepAliveTimeout: 50 }, (request, response) =>
      this.#answer(request, response),
    );
    server.listen(PORT, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    request.on('error', () => {});
    if (request.url === '/cut') {
      response.write('the first half');
      setImmediate(() => request.socket.destroy());
    } else if (request.url === '/close') {
      response.setHeader('connection', 'close');
      request.pipe(response);
    } else request.pipe(response);
  }

  /** What became of it: 'whole', or the code of an error. */
  async #request(agent: Agent, action: Action): Promise<string> {
    const body = Buffer.alloc(this.#below(LARGEST), this.#below(256));
    const request = this.#http.request({
      port: PORT,
      host: '127.0.0.1',
      agent,
      method: 'POST',
      path: action === 'cut' ? '/cut' : action === 'close' ? '/close' : '/',
    });
    request.end(body);
    if (action === 'abort early') setTimeout(() => request.destroy(), this.#below(3));
    if (action === 'reset')
      request.once('socket', (socket: Socket) => setImmediate(() => socket.resetAndDestroy()));
    try {
      const answer = await answerTo(request, action);
      if (action === 'cut') throw new Error('an answer that was cut has come whole');
      if (!answer.equals(body))
        throw new Error(`${answer.length} octets came back of ${body.length}, or others`);
      return 'whole';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || !EXPECTED.has(code)) throw error;
      return code;
    }
  }

  /** Until both ends of everything have ended, at most ten seconds. */
  async #rest(): Promise<void> {
    for (let turns = 0; turns < 1000; turns++) {
      const { connections, octets, reasons } = this.left();
      if (connections === 0 && octets === 0 && reasons === 0) return;
      await pause(10);
    }
  }

  left(): Left {
    const now = resources();
    for (const kind of this.#resourcesBefore) {
      const at = now.indexOf(kind);
      if (at >= 0) now.splice(at, 1);
    }
    return {
      connections: this.host.connections.length,
      listeners: this.host.listeners.length,
      octets: this.host.memory.used - this.#octetsBefore,
      reasons: reasonsToLive(),
      resources: now,
    };
  }
}

export const NOTHING_LEFT: Left = { connections: 0, listeners: 0, octets: 0, reasons: 0, resources: [] };

async function answerTo(request: ClientRequest, action: Action): Promise<Buffer> {
  const got: Buffer[] = [];
  return await new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    request.on('response', (response: IncomingMessage) => {
      response.on('error', reject);
      response.on('data', (octets: Buffer) => {
        got.push(octets);
        if (action === 'abort late') request.destroy();
      });
      response.on('end', () => resolve(Buffer.concat(got)));
    });
  });
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

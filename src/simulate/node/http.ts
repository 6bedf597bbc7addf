// What http and http2 keep for the whole process or ask of the machine's clock: the agent, the Date header, and the
// timeouts of requests, which Node looks at in C++.

import { duplexPair } from 'node:stream';
import { currentLife, type Life } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** From now on hosts have agents of their own, and http has their time. */
export function installHttp(changes: Changes): void {
  const http = nodeModule('http');
  const https = nodeModule('https');
  const options = { keepAlive: true, scheduling: 'lifo', timeout: 5000 } as const;
  for (const module of [http, https]) {
    const { Agent, globalAgent } = module;
    // By its setter, where it has one: http.request asks what is behind it.
    Object.assign(module, { globalAgent: perHost(Agent, options, globalAgent) });
    changes.also(() => void Object.assign(module, { globalAgent }));
  }
  sharedAgents(changes);
  dateHeader(changes);
  const prototype = listPrototype();
  if (prototype === null) return;
  orderConnections(prototype, changes);
  requestTimeouts(prototype, changes);
}

type AgentClass = new (options: object) => object;
interface AgentInside extends Record<string, unknown> {
  addRequest: Method;
  destroy: Method;
}

/** What programs set of an agent, and look at. */
const OF_AGENT = [
  'maxSockets',
  'maxFreeSockets',
  'maxTotalSockets',
  'requests',
  'sockets',
  'freeSockets',
  'totalSocketCount',
] as const;

/** An agent that hands on to one of the host that asks; outside of hosts to the one that was there. */
function perHost(Agent: unknown, options: object, before: object): object {
  const Class = Agent as AgentClass;
  const own = (): AgentInside => {
    const life = currentLife();
    return (life === null ? before : life.own(Class, () => new Class(options))) as AgentInside;
  };
  const agent = new Class(options) as AgentInside;
  agent.addRequest = (...args) => own().addRequest(...args);
  agent.destroy = () => own().destroy();
  for (const name of OF_AGENT)
    Object.defineProperty(agent, name, {
      get: () => own()[name],
      set(value: unknown) {
        own()[name] = value;
      },
    });
  return agent;
}

/** Who has asked by an agent that is no host's own: the test file's, or that of a module which it imports. */
interface Users {
  readonly all: Set<Life>;
  last: Life;
}

/** Kept from one simulation to the next. */
const usersOf = new WeakMap<object, Users>();

/** Agents that are shared know nothing of the connections of programs that have ended, of which nobody tells them. */
function sharedAgents(changes: Changes): void {
  const prototype = nodeModule('http').Agent.prototype as unknown as AgentInside;
  const { addRequest } = prototype;
  changes.put(prototype, 'addRequest', function (this: AgentInside, ...args: unknown[]) {
    const life = currentLife();
    if (life !== null && usersOf.get(this)?.last !== life) begins(this, life);
    return addRequest.apply(this, args);
  });
}

/** A life asks by an agent that another has used before. */
function begins(agent: AgentInside, life: Life): void {
  const before = usersOf.get(agent);
  if (before === undefined || [...before.all].some(({ isDead }) => !isDead)) {
    usersOf.set(agent, { all: (before?.all ?? new Set()).add(life), last: life });
    return;
  }
  for (const name of ['requests', 'sockets', 'freeSockets']) agent[name] = Object.create(null);
  agent['totalSocketCount'] = 0;
  usersOf.set(agent, { all: new Set([life]), last: life });
}

/** The Date header comes from a clock that cannot be replaced; it has the same length at any time. */
function dateHeader(changes: Changes): void {
  const prototype = nodeModule('http').OutgoingMessage.prototype as unknown as OutgoingInside;
  const { _storeHeader: store } = prototype;
  changes.put(prototype, '_storeHeader', function (this: OutgoingInside, line: string, headers: unknown) {
    const isOurs = currentLife() !== null && this.sendDate && !this.hasHeader('date') && !hasDate(headers);
    store.call(this, line, headers);
    if (isOurs) this._header = withDate(this._header);
  });
}

const DATE = '\r\nDate: ';
/** All have one length: `Tue, 01 Jan 2030 00:00:00 GMT` (RFC 9110 section 5.6.7). */
const DATE_LENGTH = 29;
/** The last one that was made. */
let shown = { second: -1, text: '' };

/** The date of this second on the clock of this host. */
function httpDate(): string {
  const ms = Date.now();
  const second = Math.floor(ms / 1000);
  if (second !== shown.second) shown = { second, text: new Date(ms).toUTCString() };
  return shown.text;
}

function withDate(header: string): string {
  const at = header.indexOf(DATE) + DATE.length;
  return at < DATE.length ? header : `${header.slice(0, at)}${httpDate()}${header.slice(at + DATE_LENGTH)}`;
}

interface OutgoingInside {
  _storeHeader: (this: OutgoingInside, line: string, headers: unknown) => void;
  _header: string;
  readonly sendDate: boolean;
  hasHeader(name: string): boolean;
}

/** Whether headers, as `writeHead` takes them (an object, pairs, or names and values), have a date of the program's. */
function hasDate(headers: unknown): boolean {
  const names = Array.isArray(headers) ? headers.flat() : Object.keys((headers as object | null) ?? {});
  return names.some((name) => String(name).toLowerCase() === 'date');
}

interface ParserInside {
  incoming?: object | null;
  getAsyncId?(): number;
}
interface ConnectionsList {
  expired(headersTimeout: number, requestTimeout: number): ParserInside[];
  all(): ParserInside[];
  idle(): ParserInside[];
  active(): ParserInside[];
}

/** The prototype of what a server has of its connections, which has no name to the outside; null: there is none. */
function listPrototype(): ConnectionsList | null {
  const server = nodeModule('http').createServer();
  server.emit('listening'); // makes its list
  const inside = server as unknown as Record<symbol, unknown>;
  const list = Object.getOwnPropertySymbols(server)
    .map((symbol) => inside[symbol])
    .find((each) => typeof (each as Partial<ConnectionsList> | null)?.expired === 'function');
  server.close();
  return list === undefined ? null : (Object.getPrototypeOf(list) as ConnectionsList);
}

/** Connections of a server in the order in which they came: Node has them by where they lie in memory, and closes them so. */
function orderConnections(prototype: ConnectionsList, changes: Changes): void {
  // A parser that is used again has another number.
  const number = (parser: ParserInside): number => parser.getAsyncId?.() ?? 0;
  for (const name of ['all', 'idle', 'active'] as const) {
    const original = prototype[name];
    changes.put(prototype, name, function (this: ConnectionsList) {
      const found = original.call(this);
      return currentLife() === null ? found : found.sort((a, b) => number(a) - number(b));
    });
  }
}

/** headersTimeout and requestTimeout by our time, to the grain of connectionsCheckingInterval as in Node. */
function requestTimeouts(prototype: ConnectionsList, changes: Changes): void {
  const { expired } = prototype;
  const since = new WeakMap<ParserInside, { fromMs: number; incoming: object | null }>();
  changes.put(
    prototype,
    'expired',
    function (this: ConnectionsList, headersTimeout: number, requestTimeout: number) {
      if (currentLife() === null) return expired.call(this, headersTimeout, requestTimeout);
      const nowMs = performance.now();
      return this.active().filter((parser) => {
        const before = since.get(parser);
        const incoming = parser.incoming ?? null;
        if (before === undefined || (incoming !== before.incoming && before.incoming !== null)) {
          since.set(parser, { fromMs: nowMs, incoming });
          return false;
        }
        before.incoming = incoming;
        const limitMs = incoming === null && headersTimeout > 0 ? headersTimeout : requestTimeout;
        return limitMs > 0 && nowMs - before.fromMs >= limitMs;
      });
    },
  );
}

/** The prototype of http2's server streams, which has no name to the outside: of one exchange in memory. */
let streams: Promise<object> | null = null;

function streamPrototype(): Promise<object> {
  streams ??= new Promise((resolve) => {
    const http2 = nodeModule('http2');
    const quiet = (): void => {};
    const [a, b] = duplexPair();
    const server = http2.createServer().on('error', quiet);
    const session = http2.connect('http://probe', { createConnection: () => a as never }).on('error', quiet);
    session.request().on('error', quiet);
    server.on('stream', (stream) => {
      stream.on('error', quiet);
      session.destroy();
      resolve(Object.getPrototypeOf(stream) as object);
    });
    server.emit('connection', b);
  });
  return streams;
}

/** HPACK's Huffman code gives dates of different lengths: http2's are the host's, too. */
export async function installHttp2(changes: Changes): Promise<void> {
  const prototype = (await streamPrototype()) as Record<string, Method>;
  if (changes.isOver) return;
  for (const [name, at] of [
    ['respond', 0],
    ['respondWithFD', 1],
    ['respondWithFile', 1],
  ] as const) {
    const original = prototype[name] as Method;
    changes.put(prototype, name, function (this: unknown, ...args: unknown[]) {
      if (currentLife() !== null) args[at] = dated(args[at], args[at + 1]);
      return original.apply(this, args);
    });
  }
}

/** Headers with the host's date, unless they have one or want none. */
function dated(headers: unknown, options: unknown): unknown {
  if ((options as { sendDate?: boolean } | undefined)?.sendDate === false) return headers;
  const date = httpDate();
  if (!Array.isArray(headers)) return { date, ...(headers as object | undefined) };
  return hasDate(headers) ? headers : [...headers, 'date', date];
}

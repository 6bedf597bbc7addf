// What the kernel and the simulation are compared by: a server and a client as they are, with all that may go wrong between
// them. The client writes down what it sees, in order, by name and code.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as http from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is done to the server and the way to it. */
export interface Stage {
  /** Its name or address. */
  readonly server: string;
  /** Nothing passes between the two any more, and again. */
  cut(): Promise<void>;
  heal(): Promise<void>;
  /** The server's process is killed; starts again. */
  crash(): Promise<void>;
  restart(): Promise<void>;
}

/** One thing that was seen, and when: milliseconds from the beginning of its case. */
export interface Line {
  readonly ms: number;
  readonly text: string;
}

/** Where it serves; nobody listens at the next port. */
export const PORT = 8080;

/** More than both ends' buffers have room for. */
const MUCH = 14_000_000;
/** Long enough for a machine that does much else. */
const SOON_MS = 300;
const LATE_MS = 1000;
/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Listens; tells when it does. */
export async function serve(): Promise<void> {
  const answers: Record<string, (request: http.IncomingMessage, response: http.ServerResponse) => void> = {
    '/': (_request, response) => response.end('ok'),
    '/silent': () => {},
    '/late': (_request, response) => void setTimeout(() => response.end('late'), LATE_MS),
    '/reset': ({ socket }) => socket.resetAndDestroy(),
    '/half': (_request, response) => response.write('half'),
    '/half-reset': ({ socket }, response) => {
      response.write('half');
      setTimeout(() => socket.resetAndDestroy(), SOON_MS);
    },
    '/much': (_request, response) => {
      const seen: string[] = [];
      if (!response.write(Buffer.alloc(MUCH))) seen.push('blocked');
      response.once('drain', () => {
        seen.push('drained');
        response.end(seen.join(' '));
      });
    },
  };
  const server = http.createServer((request, response) => answers[request.url ?? '']?.(request, response));
  // RFC 6455 section 4.2.2; what comes is not looked at.
  server.on('upgrade', ({ url, headers }, socket) => {
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
    socket.on('error', () => {});
    socket.resume();
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.from([0x81, 2, 0x68, 0x69])); // a text: hi
    if (url === '/reset') setTimeout(() => (socket as Socket).resetAndDestroy(), SOON_MS);
  });
  server.listen(PORT);
  await once(server, 'listening');
}

type Note = (text: string) => void;

/** The code of an error, or of what has caused it, or its name. */
function codeOf(error: unknown): string {
  const { code, name, cause } = error as { code?: unknown; name: string; cause?: { code?: string } };
  return cause?.code ?? (typeof code === 'string' ? code : name);
}

async function fetched(note: Note, url: string, init: RequestInit = {}): Promise<void> {
  try {
    const response = await fetch(url, init);
    note(`fetch ${response.status}`);
    note(`fetch ${(await response.text()).length} octets`);
  } catch (error) {
    note(`fetch ${codeOf(error)}`);
  }
}

/** A request by an agent: each event that it and its answer have, until both are closed. */
function asked(note: Note, url: string, options: http.RequestOptions = {}): Promise<void> {
  return new Promise((resolve) => {
    const request = http.get(url, options);
    request.on('error', (error) => note(`agent error ${codeOf(error)}`));
    request.on('timeout', () => {
      note('agent timeout');
      request.destroy();
    });
    request.on('response', (response) => {
      note(`agent ${response.statusCode}`);
      let octets = 0;
      response.on('data', (data) => {
        octets += data.length;
      });
      response.on('aborted', () => note('agent aborted'));
      response.on('error', (error) => note(`agent answer ${codeOf(error)}`));
      response.on('end', () => note(`agent ${octets} octets`));
    });
    request.on('close', () => {
      note('agent close');
      resolve();
    });
  });
}

function socketed(note: Note, url: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.onopen = () => note('ws open');
    socket.onmessage = ({ data }) => note(`ws ${data}`);
    socket.onerror = () => note('ws error');
    socket.onclose = ({ code }) => {
      note(`ws close ${code}`);
      resolve();
    };
  });
}

type Case = (stage: Stage, note: Note, strand: (what: string) => Note) => Promise<void>;
type Cases = Readonly<Record<string, Case>>;

/** At most 5 s each: what the suite runs. */
const SHORT: Cases = {
  refused: async ({ server }, note) => {
    const at = `${server}:${PORT + 1}/`;
    await fetched(note, `http://${at}`);
    await asked(note, `http://${at}`);
    await socketed(note, `ws://${at}`);
  },
  reset: async ({ server }, note) => {
    for (const path of ['reset', 'half-reset']) {
      await fetched(note, `http://${server}:${PORT}/${path}`);
      await asked(note, `http://${server}:${PORT}/${path}`);
    }
    await socketed(note, `ws://${server}:${PORT}/reset`);
  },
  'kept alive and reset': async ({ server }, note) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    await asked(note, `http://${server}:${PORT}/`, { agent });
    await asked(note, `http://${server}:${PORT}/reset`, { agent });
    await asked(note, `http://${server}:${PORT}/`, { agent });
    agent.destroy();
  },
  crash: async ({ server, crash, restart }, note) => {
    const at = `${server}:${PORT}`;
    for (const way of ['fetch', 'agent', 'ws']) {
      const crashed = sleep(SOON_MS).then(crash);
      if (way === 'ws') await socketed(note, `ws://${at}/`);
      else await (way === 'fetch' ? fetched : asked)(note, `http://${at}/half`);
      // A kernel closes the sockets of a process one after the other: for a moment its listener may still be there.
      await crashed;
      await asked(note, `http://${at}/`);
      await restart();
    }
    await fetched(note, `http://${at}/`);
  },
  'crash before the answer': async ({ server, crash, restart }, note) => {
    const at = `http://${server}:${PORT}`;
    for (const way of [fetched, asked]) {
      const crashed = sleep(SOON_MS).then(crash);
      await way(note, `${at}/silent`);
      await crashed;
      await restart();
    }
  },
  'slow reader': async ({ server }, note) => {
    const response = await fetch(`http://${server}:${PORT}/much`);
    note(`fetch ${response.status}`);
    await sleep(700);
    note('reads');
    const text = await response.text();
    note(`fetch ${text.length} octets, the server was ${text.slice(MUCH)}`);
    const request = http.get(`http://${server}:${PORT}/much`);
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    await sleep(700);
    note('reads');
    let [octets, last] = [0, ''];
    for await (const data of answer as AsyncIterable<Buffer>) {
      octets += data.length;
      last = String(data.subarray(-15));
    }
    note(`agent ${octets} octets, the server was ${last}`);
  },
  partition: async ({ server, cut, heal }, note) => {
    const at = `http://${server}:${PORT}`;
    const agent = new http.Agent({ keepAlive: true });
    await asked(note, `${at}/`, { agent });
    // The answer comes into the cut; it is there when that is healed.
    const underWay = asked((text) => note(`under way: ${text}`), `${at}/late`, { agent });
    await sleep(150);
    await cut();
    await fetched(note, `${at}/`, { signal: AbortSignal.timeout(500) });
    await asked(note, `${at}/`, { timeout: 500 });
    note('is healed');
    await heal();
    await underWay;
    await asked(note, `${at}/`, { agent });
    agent.destroy();
  },
};

/** Those that take minutes, with the timers of the kernel as they come: a command runs them. */
const LONG: Cases = {
  'partition of 120 s': async ({ server, cut, heal }, note, strand) => {
    const at = `http://${server}:${PORT}`;
    const kept = new http.Agent({ keepAlive: true });
    await asked(note, `${at}/`, { agent: kept });
    // Nobody waits for the ACK of the answer but the kernel: the server has closed what was idle for 5 s, and an orphan is
    // given up before the partition is healed.
    const lost = asked(strand('the answer is lost'), `${at}/late`, {
      agent: new http.Agent(),
      timeout: 150_000,
    });
    await sleep(150);
    await cut();
    const all = [
      lost,
      asked(strand('the request is lost'), `${at}/`, { agent: kept, timeout: 250_000 }),
      asked(strand('the SYN is lost'), `${at}/`, { agent: new http.Agent() }),
      untilHealed(strand('fetch again and again'), `${at}/`),
    ];
    await sleep(120_000);
    note('is healed');
    await heal();
    await Promise.all(all);
    kept.destroy();
  },
};

/** With {@link BOUND_MS} as R2. */
const BOUNDED: Cases = {
  'partition for ever': async ({ server, cut }, note, strand) => {
    const at = `http://${server}:${PORT}`;
    const kept = new http.Agent({ keepAlive: true });
    await asked(note, `${at}/`, { agent: kept });
    await fetched(note, `${at}/`);
    await sleep(SOON_MS);
    await cut();
    await Promise.all([
      asked(strand('agent, established'), `${at}/`, { agent: kept, timeout: 250_000 }),
      fetched(strand('fetch, established'), `${at}/`),
      asked(strand('agent, new'), `${at}/`, { agent: new http.Agent() }),
      fetched(strand('fetch, new'), `http://${server}:${PORT + 1}/`),
    ]);
  },
};

/** Fetches until there is an answer. */
async function untilHealed(note: Note, url: string): Promise<void> {
  for (let words = ''; !words.endsWith('octets'); )
    await fetched((text) => {
      words = text;
      note(text);
    }, url);
}

/** R2 of the kernel with so many retransmissions: `tcp_retries2`. */
export const BOUND_RETRIES = 6;
export const BOUND_MS = 25_400;

/** What there is to be looked at, and how long it takes. */
export const SIZES = { short: SHORT, long: LONG, bounded: BOUNDED } as const;
export type Size = keyof typeof SIZES;

/** What the client saw, by case, and where a case does several things at once by each of them. */
export type Told = Record<string, Line[]>;

/** Runs the cases. */
export async function look(stage: Stage, size: Size): Promise<Told> {
  const told: Told = {};
  for (const [name, run] of Object.entries<Case>(SIZES[size])) {
    const begin = performance.now();
    const noted = (lines: Line[]): Note => {
      return (text) => void lines.push({ ms: performance.now() - begin, text });
    };
    const strand = (what: string): Note => {
      const lines: Line[] = [];
      told[`${name}: ${what}`] = lines;
      return noted(lines);
    };
    const lines: Line[] = [];
    told[name] = lines;
    await run(stage, noted(lines), strand);
  }
  return told;
}

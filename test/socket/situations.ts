// What a program meets on a network, each as the kernel's loopback shows it to `node:net`: `expected` is what Linux and
// Node do. The test asks both stacks for it. Each endpoint has a list of its own: which of two endpoints is told first
// is nobody's promise.

import { once } from 'node:events';
import type * as Net from 'node:net';
import type { AddressInfo, NetConnectOpts, Server, ServerOpts, Socket } from 'node:net';

/** What was seen at every endpoint, in order. */
export type Seen = Readonly<Record<string, readonly string[]>>;

export interface Situation {
  readonly title: string;
  readonly expected: Seen;
  /** The first Node on the kernel that shows it: up to 22 libuv takes a RST that comes with text for an end. */
  readonly kernelSince?: number;
  readonly run: (place: Place) => Promise<void>;
}

/** One run of one situation on one stack. */
export class Place {
  readonly net: typeof Net;
  readonly seen: Record<string, string[]> = {};
  readonly #open = new Set<Server | Socket>();
  readonly #ports = new Set<number>();

  constructor(net: typeof Net) {
    this.net = net;
  }

  /** Notes a line for an endpoint; octets that come one after the other are one line. Ports are the run's own. */
  note(name: string, line: string): void {
    const lines = (this.seen[name] ??= []);
    const last = lines.at(-1);
    if (line.startsWith('data ') && last?.startsWith('data '))
      lines[lines.length - 1] = `data ${Number(last.slice(5)) + Number(line.slice(5))}`;
    else lines.push(line);
  }

  #text(error: NodeJS.ErrnoException): string {
    let text = `${error.code} ${error.syscall}: ${error.message}`;
    for (const port of this.#ports) text = text.replaceAll(`:${port}`, ':PORT');
    return text.replace(/:\d{5}\b/, ':OTHER');
  }

  /** A callback that notes how it was called. */
  called(name: string, what: string): (error?: Error | null) => void {
    return (error) => {
      this.note(name, error ? `${what}: ${(error as NodeJS.ErrnoException).code}` : what);
    };
  }

  /** Notes everything that happens to a socket; `data` only when somebody reads. */
  watch(name: string, socket: Socket, reads = true): Socket {
    this.#open.add(socket);
    void closed(socket);
    for (const event of ['connect', 'ready', 'end', 'finish', 'timeout', 'drain'])
      socket.on(event, () => this.note(name, event));
    if (reads) socket.on('data', (octets: Buffer) => this.note(name, `data ${octets.length}`));
    socket.on('error', (error) => this.note(name, `error ${this.#text(error)}`));
    socket.on('close', (hadError: boolean) => this.note(name, `close ${hadError}`));
    return socket;
  }

  async listen(options: ServerOpts = {}, address = '127.0.0.1', backlog = 511): Promise<Server> {
    const server = this.net.createServer(options);
    this.#open.add(server);
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      void closed(socket);
      socket.on('error', () => {});
    });
    server.listen(0, address, backlog);
    await once(server, 'listening');
    this.#ports.add(portOf(server));
    return server;
  }

  connect(name: string, server: Server, options: Partial<NetConnectOpts> = {}, reads = true): Socket {
    const target = { port: portOf(server), host: '127.0.0.1', ...options };
    return this.watch(name, this.net.connect(target), reads);
  }

  /** A connection, watched at both ends as `client` and `server`. */
  async pair(options: { readonly allowHalfOpen?: boolean; readonly reads?: boolean } = {}): Promise<Pair> {
    const { allowHalfOpen = false, reads = true } = options;
    const listener = await this.listen({ allowHalfOpen });
    const accepted = once(listener, 'connection') as Promise<[Socket]>;
    const client = this.connect('client', listener, { allowHalfOpen }, reads);
    const [[server]] = await Promise.all([accepted, once(client, 'connect')]);
    this.watch('server', server, reads);
    return { client, server, listener };
  }

  /** A port that nobody listens on. */
  async freePort(): Promise<number> {
    const server = await this.listen();
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    return port;
  }

  /** Ends what the situation has left. */
  async end(): Promise<void> {
    const closing: Promise<unknown>[] = [];
    for (const one of this.#open) {
      if ('listening' in one) {
        if (one.listening) one.close();
      } else {
        closing.push(closed(one));
        one.destroy();
      }
    }
    await Promise.all(closing);
  }
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly listener: Server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const closings = new WeakMap<Socket, Promise<void>>();

/** When it closes, or has: not `events.once`, which rejects at 'error', and is too late for what has been. */
export function closed(socket: Socket): Promise<void> {
  let closing = closings.get(socket);
  if (closing === undefined) {
    closing = new Promise((resolve) => socket.once('close', () => resolve()));
    closings.set(socket, closing);
  }
  return closing;
}

function bothClosed({ client, server }: Pair): Promise<unknown> {
  return Promise.all([closed(client), closed(server)]);
}

/** Long enough for everything that is under way on a loopback, also where turns of the loop are slow. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 40));
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
}

const RESET = 'error ECONNRESET read: read ECONNRESET';
const CONNECTED = ['connect', 'ready'] as const;

export const SITUATIONS: readonly Situation[] = [
  {
    title: 'nobody listens: refused',
    expected: { client: ['error ECONNREFUSED connect: connect ECONNREFUSED 127.0.0.1:9', 'close true'] },
    async run(place) {
      const socket = place.watch('client', place.net.connect(9, '127.0.0.1'));
      await closed(socket);
    },
  },
  {
    title: 'nobody listens, and a write waits for the connection',
    expected: {
      client: [
        'error ECONNREFUSED connect: connect ECONNREFUSED 127.0.0.1:9',
        'close true',
        'written: ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
      ],
    },
    async run(place) {
      const socket = place.watch('client', place.net.connect(9, '127.0.0.1'));
      socket.write('x', place.called('client', 'written'));
      await closed(socket);
    },
  },
  {
    title: 'nobody listens, at both addresses of a name: one error with two in it',
    expected: {
      client: ['error ECONNREFUSED undefined: ', 'errors 2', 'close true'],
    },
    async run(place) {
      const lookup = (_name: string, _options: object, done: (...found: unknown[]) => void): void =>
        done(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ]);
      const socket = place.net.connect({
        port: 9,
        host: 'a.name',
        lookup,
        autoSelectFamily: true,
      } as NetConnectOpts);
      place.watch('client', socket);
      socket.on('error', (error) =>
        place.note('client', `errors ${(error as AggregateError).errors.length}`),
      );
      await closed(socket);
    },
  },
  {
    title: 'reset before it is accepted',
    expected: { client: [...CONNECTED, 'close false'], server: [RESET, 'close true'] },
    async run(place) {
      const listener = await place.listen();
      const accepted = once(listener, 'connection') as Promise<[Socket]>;
      const client = place.connect('client', listener);
      client.on('connect', () => client.resetAndDestroy());
      const [server] = await accepted;
      place.watch('server', server);
      await Promise.all([closed(client), closed(server)]);
    },
  },
  {
    title: 'resetAndDestroy while it connects waits for the connection',
    expected: { client: [...CONNECTED, 'close false'], server: [RESET, 'close true'] },
    async run(place) {
      const listener = await place.listen();
      const accepted = once(listener, 'connection') as Promise<[Socket]>;
      const client = place.connect('client', listener);
      client.resetAndDestroy();
      const [server] = await accepted;
      place.watch('server', server);
      await Promise.all([closed(client), closed(server)]);
    },
  },
  {
    title: 'reset while the other end reads: what came before is read first',
    kernelSince: 24,
    expected: {
      client: [...CONNECTED, 'data 10', RESET, 'close true'],
      server: ['close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.server.write('last words', () => pair.server.resetAndDestroy());
      await bothClosed(pair);
    },
  },
  {
    title: 'reset while nobody has asked for data: what only the stream holds is lost',
    expected: { client: [...CONNECTED, RESET, 'close true'], server: ['close false'] },
    async run(place) {
      const pair = await place.pair({ reads: false });
      pair.server.write('last words');
      await settled();
      pair.server.resetAndDestroy();
      await bothClosed(pair);
    },
  },
  {
    title: 'reset while the stream is full and reads no more: all that came before is read first',
    kernelSince: 24,
    expected: {
      client: [...CONNECTED, 'paused', 'resumed', 'data 150000', RESET, 'close true'],
      server: ['close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.pause();
      place.note('client', 'paused');
      pair.server.setNoDelay();
      // The stream stops reading at 64 KiB.
      for (let i = 0; i < 15; i++) {
        pair.server.write(Buffer.alloc(10_000));
        await settled();
      }
      pair.server.resetAndDestroy();
      await settled();
      place.note('client', 'resumed');
      pair.client.resume();
      await bothClosed(pair);
    },
  },
  {
    title: 'a write after the peer’s FIN arrives, when both allow half-open',
    expected: {
      client: [...CONNECTED, 'finish', 'data 5', 'end', 'close false'],
      server: ['end', 'written', 'finish', 'close false'],
    },
    async run(place) {
      const pair = await place.pair({ allowHalfOpen: true });
      pair.server.on('end', () => {
        pair.server.write('hello', (error) => {
          place.called('server', 'written')(error);
          pair.server.end();
        });
      });
      pair.client.end();
      await bothClosed(pair);
    },
  },
  {
    title: 'without allowHalfOpen the peer’s FIN is answered by one',
    expected: {
      client: [...CONNECTED, 'finish', 'end', 'close false'],
      server: ['end', 'finish', 'close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.end();
      await bothClosed(pair);
    },
  },
  {
    title: 'a write after end is an error of the stream',
    expected: {
      client: [
        ...CONNECTED,
        'written: ERR_STREAM_WRITE_AFTER_END',
        'error ERR_STREAM_WRITE_AFTER_END undefined: write after end',
        'close true',
      ],
      server: ['end', 'finish', 'close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.end();
      pair.client.write('x', place.called('client', 'written'));
      await bothClosed(pair);
    },
  },
  {
    title: 'a write after the peer has closed its reader: the first goes, the second is EPIPE',
    expected: {
      client: [...CONNECTED, 'end', 'first', 'second: EPIPE', 'error EPIPE write: write EPIPE', 'close true'],
      server: ['close false'],
    },
    async run(place) {
      const pair = await place.pair({ allowHalfOpen: true });
      pair.server.destroy();
      await Promise.all([closed(pair.server), once(pair.client, 'end')]);
      pair.client.write('x', place.called('client', 'first'));
      await settled();
      pair.client.write('y', place.called('client', 'second'));
      await closed(pair.client);
    },
  },
  {
    title: 'writes after a RST of which nobody has read',
    expected: {
      client: [
        ...CONNECTED,
        'first: ECONNRESET',
        'second: ECONNRESET',
        'error ECONNRESET write: write ECONNRESET',
        'close true',
      ],
      server: ['close false'],
    },
    async run(place) {
      const pair = await place.pair({ reads: false });
      pair.server.write(Buffer.alloc(200_000));
      await settled();
      pair.server.resetAndDestroy();
      await settled();
      pair.client.write('x', place.called('client', 'first'));
      pair.client.write('y', place.called('client', 'second'));
      await bothClosed(pair);
    },
  },
  {
    title: 'reset while a large write waits for the window',
    expected: {
      client: [...CONNECTED, RESET, 'written: ECANCELED', 'close true'],
      server: ['close false'],
    },
    async run(place) {
      const pair = await place.pair({ reads: false });
      pair.server.pause();
      pair.client.write(Buffer.alloc(16_000_000), place.called('client', 'written'));
      await settled();
      pair.server.resetAndDestroy();
      await bothClosed(pair);
    },
  },
  {
    title: 'destroyed with text that the kernel holds and nobody has read: a RST',
    expected: { client: [...CONNECTED, RESET, 'close true'], server: ['close false'] },
    async run(place) {
      const pair = await place.pair({ reads: false });
      pair.server.pause();
      pair.client.resume();
      await settled();
      pair.client.write(Buffer.alloc(16_000_000));
      await settled();
      pair.server.destroy();
      await bothClosed(pair);
    },
  },
  {
    title: 'idle: timeout comes, and changes nothing else',
    expected: {
      client: [...CONNECTED, 'timeout', 'finish', 'end', 'close false'],
      server: ['end', 'finish', 'close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.setTimeout(30);
      await once(pair.client, 'timeout');
      pair.client.setTimeout(0);
      pair.client.end();
      await bothClosed(pair);
    },
  },
  {
    title: 'a group and the broadcast address cannot be connected to: unreachable',
    expected: {
      group: [
        'error ENETUNREACH connect: connect ENETUNREACH 224.0.0.1:80 - Local (0.0.0.0:0)',
        'close true',
      ],
      broadcast: [
        'error ENETUNREACH connect: connect ENETUNREACH 255.255.255.255:80 - Local (0.0.0.0:0)',
        'close true',
      ],
    },
    async run(place) {
      await closed(place.watch('group', place.net.connect(80, '224.0.0.1')));
      await closed(place.watch('broadcast', place.net.connect(80, '255.255.255.255')));
    },
  },
  {
    title: 'an address in use, and one that is not ours',
    expected: {
      used: ['EADDRINUSE listen: listen EADDRINUSE: address already in use 127.0.0.1:PORT'],
      foreign: ['EADDRNOTAVAIL listen: listen EADDRNOTAVAIL: address not available 192.0.2.1:80'],
      client: ['error EADDRNOTAVAIL bind: bind EADDRNOTAVAIL 192.0.2.1', 'close true'],
    },
    async run(place) {
      const server = await place.listen();
      const listening = async (name: string, port: number, address: string): Promise<void> => {
        const other = place.net.createServer().listen(port, address);
        const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
        const text = `${error.code} ${error.syscall}: ${error.message}`;
        place.note(name, text.replace(`:${portOf(server)}`, ':PORT'));
      };
      await listening('used', portOf(server), '127.0.0.1');
      await listening('foreign', 80, '192.0.2.1');
      await closed(place.connect('client', server, { localAddress: '192.0.2.1' }));
    },
  },
  {
    title: 'a local port that somebody listens on cannot be connected from',
    expected: {
      client: ['error EADDRINUSE bind: bind EADDRINUSE 127.0.0.1:PORT', 'close true'],
    },
    async run(place) {
      const server = await place.listen();
      const other = await place.listen();
      const options = { localAddress: '127.0.0.1', localPort: portOf(other) };
      await closed(place.connect('client', server, options as Partial<NetConnectOpts>));
    },
  },
  {
    title: 'more connects at once than the backlog holds: late, not refused',
    expected: Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`client${i}`, [...CONNECTED]])),
    async run(place) {
      const listener = await place.listen({}, '127.0.0.1', 1);
      const sockets = Array.from({ length: 6 }, (_, i) => place.connect(`client${i}`, listener));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      await settled();
    },
  },
  {
    title: 'destroyed while it connects',
    expected: { client: ['close false'] },
    async run(place) {
      const listener = await place.listen();
      const client = place.connect('client', listener);
      client.destroy();
      await closed(client);
      await settled();
    },
  },
  {
    title: 'destroyed while it connects, with a write waiting',
    expected: { client: ['close false', 'written: ERR_SOCKET_CLOSED_BEFORE_CONNECTION'] },
    async run(place) {
      const listener = await place.listen();
      const client = place.connect('client', listener);
      client.write('x', place.called('client', 'written'));
      client.destroy();
      await closed(client);
      await settled();
    },
  },
  {
    title: 'writes, then destroy in the same turn: what was handed over arrives, then a FIN',
    expected: {
      client: [...CONNECTED, 'first', 'second', 'close false'],
      server: ['data 11', 'end', 'finish', 'close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.write('first', place.called('client', 'first'));
      pair.client.write('second', place.called('client', 'second'));
      pair.client.destroy();
      await bothClosed(pair);
    },
  },
  {
    title: 'end while it connects: text, then FIN',
    expected: {
      client: [...CONNECTED, 'finish', 'end', 'close false'],
      server: ['data 5', 'end', 'finish', 'close false'],
    },
    async run(place) {
      const listener = await place.listen();
      const accepted = once(listener, 'connection') as Promise<[Socket]>;
      const client = place.connect('client', listener);
      client.end('hello');
      const [server] = await accepted;
      place.watch('server', server);
      await Promise.all([closed(client), closed(server)]);
    },
  },
  {
    title: 'a server that closes waits for its connections, and takes no more',
    expected: {
      client: [...CONNECTED, 'data 5', 'finish', 'end', 'close false'],
      server: ['end', 'finish', 'close false'],
      late: ['error ECONNREFUSED connect: connect ECONNREFUSED 127.0.0.1:PORT', 'close true'],
      listener: ['still open', 'close'],
    },
    async run(place) {
      const pair = await place.pair();
      const target = { port: portOf(pair.listener) };
      pair.listener.on('close', () => place.note('listener', 'close'));
      pair.listener.close();
      await closed(place.watch('late', place.net.connect({ host: '127.0.0.1', ...target })));
      place.note('listener', 'still open');
      pair.server.write('hello');
      pair.client.once('data', () => pair.client.end());
      await Promise.all([bothClosed(pair), once(pair.listener, 'close')]);
    },
  },
  {
    title: 'a server closed when a client of its process says connect has accepted that client before',
    expected: {
      client: [...CONNECTED, 'finish', 'end', 'close false'],
      server: ['end', 'finish', 'close false'],
    },
    async run(place) {
      const listener = await place.listen();
      listener.on('connection', (socket: Socket) => place.watch('server', socket));
      const client = place.connect('client', listener);
      client.on('connect', () => {
        listener.close();
        client.end();
      });
      await Promise.all([closed(client), once(listener, 'close')]);
    },
  },
  {
    title: 'a connection aborted by its signal, while it connects and afterwards',
    expected: {
      early: ['error ABORT_ERR undefined: The operation was aborted', 'close true'],
      client: [...CONNECTED, 'error ABORT_ERR undefined: The operation was aborted', 'close true'],
      server: ['end', 'finish', 'close false'],
    },
    async run(place) {
      const listener = await place.listen();
      const first = new AbortController();
      const early = place.connect('early', listener, { signal: first.signal } as Partial<NetConnectOpts>);
      first.abort();
      await closed(early);
      await settled();
      const second = new AbortController();
      const accepted = once(listener, 'connection') as Promise<[Socket]>;
      const client = place.connect('client', listener, { signal: second.signal } as Partial<NetConnectOpts>);
      const [[server]] = await Promise.all([accepted, once(client, 'connect')]);
      place.watch('server', server);
      second.abort();
      await Promise.all([closed(client), closed(server)]);
    },
  },
  {
    title: 'paused: nothing comes; resumed: all of it, and the end last',
    expected: {
      client: [...CONNECTED, 'paused', 'resumed', 'data 200000', 'end', 'finish', 'close false'],
      server: ['finish', 'end', 'close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.pause();
      place.note('client', 'paused');
      pair.server.end(Buffer.alloc(200_000));
      await settled();
      place.note('client', 'resumed');
      pair.client.resume();
      await bothClosed(pair);
    },
  },
  {
    title: 'what is done at nextTick about some octets comes before the next ones',
    expected: { client: ['octets, tick, again and again'] },
    async run(place) {
      const listener = await place.listen();
      const order: string[] = [];
      const buffer = Buffer.alloc(1000);
      const callback = (): boolean => {
        order.push('octets');
        process.nextTick(() => order.push('tick'));
        return true;
      };
      listener.on('connection', (socket: Socket) => socket.end(Buffer.alloc(50_000)));
      const target = { port: portOf(listener), host: '127.0.0.1', onread: { buffer, callback } };
      const client = place.net.connect(target as NetConnectOpts);
      await closed(client);
      const isSo = order.every((what, i) => what === (i % 2 === 0 ? 'octets' : 'tick'));
      place.note('client', isSo && order.length >= 100 ? 'octets, tick, again and again' : order.join());
    },
  },
  {
    title: 'bytesRead and bytesWritten after an error are what went through',
    kernelSince: 24,
    expected: {
      client: [...CONNECTED, 'data 7', RESET, 'close true', 'read 7 written 5'],
      server: ['data 5', 'close false', 'read 5 written 7'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.write('hello');
      await once(pair.server, 'data');
      pair.server.write('goodbye', () => pair.server.resetAndDestroy());
      await bothClosed(pair);
      for (const name of ['client', 'server'] as const)
        place.note(name, `read ${pair[name].bytesRead} written ${pair[name].bytesWritten}`);
    },
  },
  {
    title: 'more connections than maxConnections: dropped, with a FIN',
    expected: {
      client: [...CONNECTED],
      second: [...CONNECTED, 'end', 'finish', 'close false'],
      listener: ['drop IPv4 127.0.0.1'],
    },
    async run(place) {
      const listener = await place.listen();
      listener.maxConnections = 1;
      listener.on('drop', (data) =>
        place.note('listener', `drop ${data?.remoteFamily} ${data?.remoteAddress}`),
      );
      const client = place.connect('client', listener);
      await Promise.all([once(client, 'connect'), once(listener, 'connection')]);
      await closed(place.connect('second', listener));
    },
  },
  {
    title: 'connected again while it connects, and when it is connected',
    expected: {
      client: [
        'error EALREADY connect: connect EALREADY 127.0.0.1:PORT - Local (127.0.0.1:OTHER)',
        'close true',
      ],
    },
    async run(place) {
      const listener = await place.listen();
      const client = place.connect('client', listener);
      await new Promise((resolve) => process.nextTick(resolve));
      client.connect(portOf(listener), '127.0.0.1');
      await closed(client);
    },
  },
  {
    title: 'the callback of a second end has an error',
    expected: {
      client: [...CONNECTED, 'first', 'finish', 'second: ERR_STREAM_ALREADY_FINISHED', 'end', 'close false'],
      server: ['end', 'finish', 'close false'],
    },
    async run(place) {
      const pair = await place.pair();
      pair.client.end(place.called('client', 'first'));
      await once(pair.client, 'finish');
      pair.client.end(place.called('client', 'second'));
      await bothClosed(pair);
    },
  },
];

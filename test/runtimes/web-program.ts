// One program for every runtime: the web's sockets between two hosts that a MessageChannel joins. Sockets API, Direct
// Sockets, and HTTP both ways; what is wrong throws.

import { Host, messagePortDevice } from '../../src/index.ts';
import { directSockets, fetchOn, SocketError, serve, webSockets } from '../../src/socket/web/index.ts';

/** Octets of the bodies that go through. */
const LENGTH = 3_000_000;

/** Throws unless both are the same, as JSON says it. */
function same(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

const encode = (text: string) => new TextEncoder().encode(text);

async function textOf(stream: AsyncIterable<unknown> | ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  let text = '';
  for (let next = await reader.read(); !next.done; next = await reader.read())
    text += decoder.decode(next.value, { stream: true });
  return text;
}

type Check = (here: Host, there: Host) => Promise<void>;

const checks: Readonly<Record<string, Check>> = {
  'connect: octets both ways, and half-closes': async (here, there) => {
    const { TCPServerSocket } = directSockets(there);
    const server = new TCPServerSocket('::', { localPort: 7 });
    const { readable } = await server.opened;
    const accepted = readable.getReader().read();
    const socket = webSockets(here).connect('10.0.0.2:7', { allowHalfOpen: true });
    const info = await socket.opened;
    same('remoteAddress', info.remoteAddress, '10.0.0.2:7');
    const peer = await (await accepted).value?.opened;
    if (peer === undefined) throw new Error('nothing was accepted');
    const writer = socket.writable.getWriter();
    await writer.write(encode('ping'));
    void writer.close();
    same('at the server', await textOf(peer.readable), 'ping');
    const answer = peer.writable.getWriter();
    await answer.write(encode('pong') as never);
    void answer.close();
    same('at the client', await textOf(socket.readable), 'pong');
    await socket.closed;
  },
  'connect: a refusal is a SocketError': async (here) => {
    const error = await webSockets(here)
      .connect('10.0.0.2:9')
      .opened.catch((e: unknown) => e);
    same('is a SocketError', error instanceof SocketError && error instanceof TypeError, true);
    same('message', /^SocketError: connect ECONNREFUSED/.test((error as Error).message), true);
  },
  'UDPSocket: a question and its answer': async (here, there) => {
    const server = await new (directSockets(there).UDPSocket)({ localAddress: '10.0.0.2', localPort: 53 })
      .opened;
    const client = await new (directSockets(here).UDPSocket)({ remoteAddress: '10.0.0.2', remotePort: 53 })
      .opened;
    await client.writable.getWriter().write({ data: encode('who?') });
    const question = (await server.readable.getReader().read()).value;
    same('question', new TextDecoder().decode(question?.data as Uint8Array), 'who?');
    await server.writable.getWriter().write({ ...question, data: encode('me') });
    const answer = (await client.readable.getReader().read()).value;
    same('answer', new TextDecoder().decode(answer?.data as Uint8Array), 'me');
  },
  'serve and fetchOn: fields, a long body, an echo of one': async (here, there) => {
    const server = serve(there, { port: 80 }, async (request) => {
      const cookie = request.headers.get('cookie');
      if (request.method === 'POST') return new Response((await request.text()).toUpperCase());
      return new Response(new Uint8Array(LENGTH).fill(7), { headers: { 'x-cookie': `${cookie}` } });
    });
    const fetch = fetchOn(here);
    const long = await fetch('http://10.0.0.2/long');
    same('fields', [long.status, long.headers.get('x-cookie')], [200, 'null']);
    const octets = new Uint8Array(await long.arrayBuffer());
    same('octets', [octets.length, octets.every((octet) => octet === 7)], [LENGTH, true]);
    const text = 'abc'.repeat(100_000);
    const posted = await fetch('http://10.0.0.2/', { method: 'POST', body: text });
    same('echo', (await posted.text()) === text.toUpperCase(), true);
    await server.close();
  },
};

/** Runs all checks; their names. When it resolves, nothing of it is left that could keep a process. */
export async function webProgram(): Promise<string[]> {
  const done: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    const { port1, port2 } = new MessageChannel();
    const here = new Host({ name: 'here' });
    const there = new Host({ name: 'there' });
    here.attach(messagePortDevice(port1), { addresses: ['10.0.0.1/24'] });
    there.attach(messagePortDevice(port2), { addresses: ['10.0.0.2/24'] });
    try {
      await check(here, there);
      done.push(name);
    } finally {
      await Promise.all([here.close({ timeoutMs: 1000 }), there.close({ timeoutMs: 1000 })]);
    }
  }
  return done;
}

// The network outside as node:net has it: who has paused hears nothing, whenever that was.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { OuterConnection, OuterConnectionEvents } from '../index.ts';
import { nodeOuter } from './index.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(() => {
  for (const each of cleanUp.splice(0)) each();
});

/** A server of this machine that greets; its port. */
async function greeter(): Promise<number> {
  const server = createServer((socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A connection to it that is paused at one moment, and resumed 100 ms after it has opened: what was told, in order. */
async function paused(when: 'before it opens' | 'as it opens' | 'never'): Promise<string[]> {
  const told: string[] = [];
  let over = (): void => {};
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });
  const events: OuterConnectionEvents = {
    open: () => {
      told.push('open');
      if (when === 'as it opens') connection.pause();
      setTimeout(() => {
        told.push('resume');
        connection.resume();
      }, 100);
    },
    data: (octets) => void told.push(new TextDecoder().decode(octets)),
    end: () => {
      told.push('end');
      connection.end();
    },
    drain: () => {},
    closed: () => over(),
  };
  const connection: OuterConnection = nodeOuter().connect(
    { address: '127.0.0.1', port: await greeter() },
    events,
  );
  if (when === 'before it opens') connection.pause();
  await Promise.race([closed, new Promise((late) => setTimeout(late, 1000))]);
  return told;
}

test.each(['before it opens', 'as it opens'] as const)(
  'a connection that is paused %s stays so until resume',
  async (when) => {
    expect(await paused(when)).toEqual(['open', 'resume', 'hello', 'end']);
  },
);

/** What is told of a server that does `say`: the octets, '+' behind those that more follows, and the end. */
async function toldOf(say: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // the reset
    say(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  let told = '';
  return await new Promise((resolve) => {
    const events: OuterConnectionEvents = {
      open: () => {},
      data(octets, more) {
        told += new TextDecoder().decode(octets) + (more === true ? '+' : '');
        if (told !== 'alone') return;
        resolve(told);
        connection.reset();
      },
      end() {
        resolve(`${told}.`);
        connection.end();
      },
      drain: () => {},
      closed: () => {},
    };
    const { port } = server.address() as AddressInfo;
    const connection = nodeOuter().connect({ address: '127.0.0.1', port }, events);
  });
}

test('the first octets are told with the end that comes in the same turn, or after a turn', async () => {
  const answer = async (): Promise<string> =>
    toldOf((socket) => {
      socket.write('head ');
      socket.end('body');
    });
  const seen = new Set<string>();
  // Whether the end has come in that turn is the system's to say.
  for (let n = 0; n < 50 && !seen.has('head body+.'); n++) seen.add(await answer());
  expect([...seen]).toContain('head body+.');
  expect(await toldOf((socket) => void socket.write('alone'))).toBe('alone');
});

test('first octets that are many do not wait', async () => {
  const many = 'x'.repeat(5000);
  expect(await toldOf((socket) => void socket.end(many))).toBe(`${many}.`);
});

test('without a pause it is read as it opens', async () => {
  expect((await paused('never')).slice(0, 3)).toEqual(['open', 'hello', 'end']);
});

// The network outside as node:net has it: who has paused hears nothing, whenever that was.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
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

test('without a pause it is read as it opens', async () => {
  expect((await paused('never')).slice(0, 3)).toEqual(['open', 'hello', 'end']);
});

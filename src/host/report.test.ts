// What a program that stands still is told: who waits for what. The worlds are built as the README says.

import { expect, test } from 'vitest';
import { RunawayError, StalledError, World } from '../sim/index.ts';

const ADDRESS = { address: '10.0.0.2', port: 80 };

function pair(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World(options);
  const client = world.host('client');
  const server = world.host('server');
  world.wire(client, server, { delayUs: 10_000 });
  return { world, client, server };
}

/** The error of a settle. */
async function told(promise: Promise<unknown>): Promise<RunawayError | StalledError> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof RunawayError || error instanceof StalledError))
    throw error ?? new Error('it settled');
  return error;
}

test('somebody who has to read: the error comes within a second, and names both ends', async () => {
  const { world, client, server } = pair();
  server.listen({ port: 80 });
  const send = async () => {
    const connection = await client.connect(ADDRESS);
    await connection.write(new Uint8Array(2 ** 20));
  };
  const begun = performance.now();
  const error = await told(world.settle(send()));
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(error.code).toBe('ERR_WORLD_RUNAWAY');
  expect(error.nowUs).toBeLessThan(1.1 * 3600e6);
  expect(error.message).toMatch(/past 3600000000 µs of virtual time/);
  const [one, other, queue] = error.waiting;
  expect(error.waiting).toHaveLength(3);
  expect(one).toMatch(
    /^client: 10\.0\.0\.1:\d+ -> 10\.0\.0\.2:80 ESTABLISHED: write\(\) waits for room for [\d,]+ octets; persist timer in \d+ s: the peer's window is closed, [\d,]+ octets wait until its program reads; it gives up in \d+ s$/,
  );
  expect(other).toMatch(
    /^server: 10\.0\.0\.2:80 -> 10\.0\.0\.1:\d+ ESTABLISHED: it has 262,144 octets that nobody reads: nobody has accepted it$/,
  );
  expect(queue).toBe('server: listener *:80: nobody accepts the connection in its queue');
  for (const line of error.waiting) expect(error.message).toContain(line);
});

test('a keep-alive goes on for ever: settle does not', async () => {
  const { world, client, server } = pair();
  const listener = server.listen({ port: 80 });
  const wait = async () => {
    const connection = await client.connect({
      ...ADDRESS,
      tcp: { keepAlive: true, keepAliveIdleMs: 1_000_000 },
    });
    await listener.accept();
    await connection.read();
  };
  const error = await told(world.settle(wait()));
  expect(error.code).toBe('ERR_WORLD_RUNAWAY');
  expect(error.waiting[0]).toMatch(/ESTABLISHED: read\(\) waits for text of the peer; keep-alive in \d+ s$/);
  expect(error.waiting[1]).toMatch(/^server: .* ESTABLISHED: nothing is pending$/);
});

test('a standstill names the calls that wait on connections, listeners and sockets', async () => {
  const { world, client, server } = pair();
  const listener = server.listen({ port: 80 });
  const [connection] = await world.settle(Promise.all([client.connect(ADDRESS), listener.accept()]));
  void connection.read().catch(() => {});
  void connection.read().catch(() => {});
  void listener.accept().catch(() => {});
  const error = await told(world.settle(server.udp({ port: 53 }).receive()));
  expect(error.code).toBe('ERR_WORLD_STALLED');
  expect(error.waiting).toEqual([
    expect.stringMatching(/^client: .* ESTABLISHED: 2 read\(\) wait for text of the peer$/),
    expect.stringMatching(/^server: .* ESTABLISHED: nothing is pending$/),
    'server: listener *:80: accept() waits for a connection',
    'server: UDP *:53: receive() waits for a datagram',
  ]);
  expect(error.message).toContain('nothing is pending');
});

test('timers are named with what they wait for', async () => {
  const { world, client, server } = pair();
  const wire = client.interfaces[1];
  const open = client.connect({ address: '10.0.0.77', port: 80 });
  void open.catch(() => {});
  await world.run({ untilUs: 3_500_000 });
  expect(wire?.attached).toBe(true);
  expect(client.waitsFor()).toEqual([
    expect.stringMatching(
      /^client: 10\.0\.0\.1:\d+ -> 10\.0\.0\.77:80 SYN-SENT: connect\(\) waits for the peer; retransmission in 3\.5 s, after 2 in vain: the SYN is not acknowledged; it gives up in 177 s$/,
    ),
  ]);
  expect(server.waitsFor()).toEqual([]);
});

test('of many connections ten are told of', async () => {
  const { world, client, server } = pair();
  server.listen({ port: 80 });
  await world.settle(Promise.all(Array.from({ length: 13 }, () => client.connect(ADDRESS))));
  expect(client.waitsFor()).toHaveLength(11);
  expect(client.waitsFor()[10]).toBe('client: … and 3 more connections');
});

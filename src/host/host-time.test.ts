import { expect, test } from 'vitest';
import { Wire, World } from '../sim/index.ts';
import { type Connection, Host } from './index.ts';

const ONE_WAY_US = 30_000;

/** A connection from a to b, opened at time 60 ms; b has callbacks that do nothing. */
async function connected(world: World): Promise<Connection> {
  const make = (name: string, address: string): Host => {
    const random = world.random.fork(name);
    const host = new Host({
      name,
      clock: world.clock,
      random: () => random.int(2 ** 32),
      memory: world.memory,
      onUserWoke: () => world.userWoke(),
    });
    const iface = host.addInterface({ addresses: [address] });
    world.addNode(host);
    ports.push(iface);
    return host;
  };
  const ports: ReturnType<Host['addInterface']>[] = [];
  const a = make('a', '10.0.0.1/24');
  const b = make('b', '10.0.0.2/24');
  const [portA, portB] = ports;
  if (portA === undefined || portB === undefined) throw new Error('no ports');
  new Wire(world, portA, portB, { delayUs: ONE_WAY_US });
  b.listen({ port: 7, handler: {} });
  return world.settle(a.connect({ address: '10.0.0.2', port: 7 }));
}

test('a user call happens when it is made, not at the host’s last event: idle time is no round-trip time', async () => {
  const world = new World();
  const connection = await connected(world);
  expect(connection.info().rttUs).toBe(2 * ONE_WAY_US);
  await world.settle(world.sleep(10_000_000));
  await world.settle(connection.write(new Uint8Array(2 * 1448)));
  await world.settle(world.sleep(1_000_000));
  expect(connection.info()).toMatchObject({ unackedBytes: 0, rttUs: 2 * ONE_WAY_US });
});

test('a timer that an arriving packet set wakes a host with a waker: one segment is acknowledged in 40 ms', async () => {
  const world = new World();
  const connection = await connected(world);
  await world.settle(world.sleep(10_000_000));
  await world.settle(connection.write(new Uint8Array(100)));
  await world.settle(world.sleep(2 * ONE_WAY_US + 39_000));
  expect(connection.info().unackedBytes).toBe(100);
  await world.settle(world.sleep(2_000));
  expect(connection.info().unackedBytes).toBe(0);
});

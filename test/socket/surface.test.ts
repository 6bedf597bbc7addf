// What netOf(host) and dgramOf(host) give has the surface of this Node's own: the same names, inherited and own, of the same kinds,
// with the same defaults and the same listeners; only what a class says of itself is another.

import * as nodeDgram from 'node:dgram';
import { once } from 'node:events';
import * as nodeNet from 'node:net';
import { describe, expect, test } from 'vitest';
import { Host } from '../../src/host/index.ts';
import { dgramOf, netOf } from '../../src/node/index.ts';

const host = new Host({ name: 'h' });
const net = netOf(host);

type Surface = Record<string, string>;

/** Of a property: its kind; of a plain value the value, too. */
function kindOf(object: object, key: string | symbol): string {
  const property = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
  if (property.get || property.set)
    return `accessor${property.get ? ' get' : ''}${property.set ? ' set' : ''}`;
  const { value } = property;
  if (typeof value === 'function') return 'function';
  return typeof value === 'object' && value !== null ? 'object' : `${typeof value} ${String(value)}`;
}

/** Numbers of their own: each object has another one. */
const COUNTED = new Set(['asyncId', 'triggerAsyncId', '_server', '_connectionKey']);

/** Everything that can be read of an object, from the end of its chain to itself. */
function surfaceOf(object: object): Surface {
  const surface: Surface = {};
  const chain: object[] = [];
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) chain.unshift(at);
  for (const at of chain) {
    for (const key of Reflect.ownKeys(at)) {
      if (key === 'constructor') continue;
      const name = typeof key === 'symbol' ? `[${key.description}]` : key;
      if (name.includes('async_id') || COUNTED.has(name)) surface[name] = 'there';
      else surface[name] = kindOf(at, key);
    }
  }
  return surface;
}

function without(surface: Surface, names: readonly string[]): Surface {
  const left = { ...surface };
  for (const name of names) delete left[name];
  return left;
}

/** Every getter of the chain, read. */
function defaultsOf(object: object): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name === '__proto__' || property.get === undefined || name in defaults) continue;
      const value = property.get.call(object) as unknown;
      defaults[name] = typeof value === 'object' && value !== null ? 'object' : value;
    }
  }
  return defaults;
}

/** What serveOn puts on a server itself, to leave the prototype as it is. */
const ON_SERVERS = ['_listen2', 'emit', 'listen'];

test('the module has the names of node:net, each of the same kind', () => {
  expect(Object.keys(net).sort()).toEqual(Object.keys(nodeNet).sort());
  for (const name of Object.keys(nodeNet))
    expect([name, typeof (net as unknown as Surface)[name]]).toEqual([
      name,
      typeof (nodeNet as unknown as Surface)[name],
    ]);
});

describe.each([
  ['of itself', {}],
  ['that allows half-open', { allowHalfOpen: true }],
  ['with every option', { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000, highWaterMark: 1024 }],
] as const)('a Socket %s', (_title, options) => {
  const ours = new net.Socket(options);
  const nodes = new nodeNet.Socket(options);

  test('has the properties of Node’s, with the same values', () => {
    expect(surfaceOf(ours)).toEqual(surfaceOf(nodes));
  });
  test('has the defaults of Node’s', () => {
    expect(defaultsOf(ours)).toEqual(defaultsOf(nodes));
  });
  test('listens to itself as Node’s does', () => {
    expect(ours.eventNames()).toEqual(nodes.eventNames());
  });
});

test('a connected Socket, and the one that was accepted, have the properties and the listeners of Node’s', async () => {
  const connected = async (from: typeof nodeNet): Promise<nodeNet.Socket[]> => {
    const server = from.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as nodeNet.AddressInfo;
    const accepted = once(server, 'connection') as Promise<[nodeNet.Socket]>;
    const client = from.connect(port, '127.0.0.1');
    const [[socket]] = await Promise.all([accepted, once(client, 'connect')]);
    server.close();
    return [client, socket];
  };
  const [ours, nodes] = [await connected(net), await connected(nodeNet)];
  const VARYING = ['localPort', 'remotePort', '_host', '_events', '_eventsCount', '_sockname', '_peername'];
  for (const end of [0, 1]) {
    const [our, node] = [ours[end] as nodeNet.Socket, nodes[end] as nodeNet.Socket];
    expect(our.eventNames()).toEqual(node.eventNames());
    expect(without(surfaceOf(our), VARYING)).toEqual(without(surfaceOf(node), VARYING));
    expect({ ...defaultsOf(our), localPort: 0, remotePort: 0 }).toEqual({
      ...defaultsOf(node),
      localPort: 0,
      remotePort: 0,
    });
  }
  for (const socket of [...ours, ...nodes]) socket.destroy();
});

describe('a Server', () => {
  const ours = net.createServer();
  const nodes = nodeNet.createServer();

  test('has the properties of Node’s, with the same values', () => {
    expect(without(surfaceOf(ours), ON_SERVERS)).toEqual(without(surfaceOf(nodes), ON_SERVERS));
  });
  test('what it has of its own besides is not enumerable', () => {
    expect(Object.keys(ours)).toEqual(Object.keys(nodes));
  });
  test('has the defaults and listeners of Node’s', () => {
    expect(defaultsOf(ours)).toEqual(defaultsOf(nodes));
    expect(ours.eventNames()).toEqual(nodes.eventNames());
  });
});

test('the classes are subclasses of Node’s, of the same names', () => {
  expect([net.Socket.name, net.Server.name]).toEqual(['Socket', 'Server']);
  expect(Object.getPrototypeOf(net.Socket)).toBe(nodeNet.Socket);
  expect(Object.getPrototypeOf(net.Server)).toBe(nodeNet.Server);
});

describe('dgram', () => {
  const dgram = dgramOf(host);

  test('the module has the names of node:dgram, each of the same kind', () => {
    const kinds = (module: object): unknown =>
      Object.entries(module).map(([name, value]) => [name, typeof value]);
    expect(kinds(dgram)).toEqual(kinds(nodeDgram));
  });

  test('a Socket has the properties of Node’s, with the same values, and listens to nothing', () => {
    const [ours, nodes] = [dgram.createSocket('udp4'), nodeDgram.createSocket('udp4')];
    expect(surfaceOf(ours)).toEqual(surfaceOf(nodes));
    expect(ours.eventNames()).toEqual(nodes.eventNames());
    expect([dgram.Socket.name, Object.getPrototypeOf(dgram.Socket)]).toEqual(['Socket', nodeDgram.Socket]);
    ours.close();
    nodes.close();
  });

  test('its handle has what Node’s handle has', () => {
    const handleOf = (socket: nodeDgram.Socket): object => {
      const [symbol] = Object.getOwnPropertySymbols(socket).filter(
        (each) => each.description === 'state symbol',
      );
      return (socket as unknown as Record<symbol, { handle: object }>)[symbol as symbol]?.handle as object;
    };
    const [ours, nodes] = [dgram.createSocket('udp4'), nodeDgram.createSocket('udp4')];
    // What all of Node's C++ objects have.
    const NODES = ['getProviderType', 'owner', 'asyncReset', 'getAsyncContextFrameForDebuggingOnly'];
    const missing = Object.keys(without(surfaceOf(handleOf(nodes)), NODES)).filter(
      (name) => !(name in surfaceOf(handleOf(ours))),
    );
    expect(missing).toEqual([]);
    ours.close();
    nodes.close();
  });
});

// What the tests of devices share: two hosts in real time, each on one of two devices, and a stream both ways.

import { afterEach, expect } from 'vitest';
import { type Connection, type Device, Host } from '../../host/index.ts';

const hosts: Host[] = [];

afterEach(() => {
  for (const host of hosts.splice(0)) {
    for (const c of host.connections) c.abort();
    for (const iface of host.interfaces) host.detach(iface)?.close?.();
    host.unref();
  }
});

/** 192.0.2.1 and 192.0.2.2 on two devices. */
export function hostsOn(left: Device, right: Device): { a: Host; b: Host } {
  const a = new Host({ name: 'a' });
  const b = new Host({ name: 'b' });
  hosts.push(a, b);
  a.attach(left, { addresses: ['192.0.2.1/24'] });
  b.attach(right, { addresses: ['192.0.2.2/24'] });
  return { a, b };
}

/** `length` octets that no other place of the stream has. */
export function pattern(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length);
  let x = seed | 1;
  for (let i = 0; i < length; i++) {
    x = Math.imul(x, 1_664_525) + 1_013_904_223;
    out[i] = x >>> 24;
  }
  return out;
}

async function readAll(connection: Connection): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of connection) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Both send `length` octets and their FIN; what came is what was sent. */
export async function exchange(a: Host, b: Host, length = 300_000): Promise<void> {
  const listener = b.listen({ port: 7 });
  const client = await a.connect({ address: '192.0.2.2', port: 7 });
  const server = await listener.accept();
  const up = pattern(length, 1);
  const down = pattern(length, 2);
  const send = async (c: Connection, octets: Uint8Array): Promise<void> => {
    await c.write(octets);
    await c.end();
  };
  const [atServer, atClient] = await Promise.all([
    readAll(server),
    readAll(client),
    send(client, up),
    send(server, down),
  ]);
  expect(Buffer.compare(atServer, up)).toBe(0);
  expect(Buffer.compare(atClient, down)).toBe(0);
  listener.close();
}

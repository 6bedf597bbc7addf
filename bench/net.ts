// Programs of node:net, on whichever net they are given: the kernel's over loopback, which is the peer that is on every
// machine, or synfin's over the loopback of a host. Both ends are in this process.

import { once } from 'node:events';
import * as kernelNet from 'node:net';
import { netOf } from '../src/socket/node/index.ts';
import { loopbackHost } from '../src/socket/node/register.ts';

/** `node:net`, or one like it. */
export type Net = typeof kernelNet;

/** The kernel's. */
export const kernel: Net = kernelNet;

/** On the host that `synfin/register` makes when it is told none: the loopback of the process, in real time. */
export function onLoopback(): Net {
  return netOf(loopbackHost());
}

/** A listening server on 127.0.0.1 and its port. */
async function listening(
  net: Net,
  onSocket: (s: kernelNet.Socket) => void,
): Promise<{ server: kernelNet.Server; port: number }> {
  const server = net.createServer({ allowHalfOpen: true }, onSocket);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

async function opened(net: Net, port: number): Promise<kernelNet.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function closed(server: kernelNet.Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

/** Microseconds of processor time since `before`. */
function usSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Gbit per second of processor time of `octets` over one connection. */
export async function netBulk(net: Net, octets: number): Promise<number> {
  let received = 0;
  const { server, port } = await listening(net, (s) => {
    s.on('data', (d: Buffer) => (received += d.length)).on('end', () => s.end());
  });
  const socket = await opened(net, port);
  const chunk = Buffer.alloc(65_536, 7);
  const before = process.cpuUsage();
  for (let sent = 0; sent < octets; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  socket.end();
  socket.resume();
  await once(socket, 'close');
  const us = usSince(before);
  if (received < octets) throw new Error(`${received} of ${octets} octets`);
  await closed(server);
  return (received * 8) / us / 1000;
}

const REQUEST = Buffer.alloc(100, 1);
const RESPONSE = Buffer.alloc(1000, 2);

/**
 * Requests of 100 octets that were answered by 1000 octets, per second of processor time: `pairs` connections ask at
 * the same time, and again when all were answered.
 */
export async function netRequests(net: Net, pairs: number, rounds: number): Promise<number> {
  const { server, port } = await listening(net, (s) => {
    let asked = 0;
    s.on('data', (d: Buffer) => {
      for (asked += d.length; asked >= REQUEST.length; asked -= REQUEST.length) s.write(RESPONSE);
    }).on('end', () => s.end());
  });
  const sockets = await Promise.all(Array.from({ length: pairs }, () => opened(net, port)));
  let left = 0;
  let answered = (): void => {};
  for (const socket of sockets) {
    let got = 0;
    socket.on('data', (d: Buffer) => {
      got += d.length;
      if (got < RESPONSE.length) return;
      got -= RESPONSE.length;
      if (--left === 0) answered();
    });
  }
  const round = async (): Promise<void> => {
    left = pairs;
    const all = new Promise<void>((resolve) => {
      answered = resolve;
    });
    for (const socket of sockets) socket.write(REQUEST);
    await all;
  };
  await round(); // not counted: the first octets of a connection
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) await round();
  const us = usSince(before);
  for (const socket of sockets) socket.destroy();
  await closed(server);
  return ((pairs * rounds) / us) * 1e6;
}

/** Connections opened and closed, one after the other, per second of processor time. */
export async function netChurn(net: Net, count: number): Promise<number> {
  const { server, port } = await listening(net, (s) => s.on('end', () => s.end()).resume());
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const socket = await opened(net, port);
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }
  const us = usSince(before);
  await closed(server);
  return (count / us) * 1e6;
}

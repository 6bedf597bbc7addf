// The peer that is on every machine: the kernel's TCP over loopback, through node:net.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A listening server on 127.0.0.1 and its port. */
async function listening(onSocket: (s: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, onSocket);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

/** Gbit per second of processor time of `octets` over one loopback connection. */
export async function kernelBulk(octets: number): Promise<number> {
  let received = 0;
  const { server, port } = await listening((s) => s.on('data', (d: Buffer) => (received += d.length)));
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const chunk = Buffer.alloc(65_536, 7);
  const before = process.cpuUsage();
  for (let sent = 0; sent < octets; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  while (received < octets) await new Promise((resolve) => setImmediate(resolve));
  const { user, system } = process.cpuUsage(before);
  socket.destroy();
  server.close();
  return (received * 8) / (user + system) / 1000;
}

/** Connections opened and closed per second of processor time. */
export async function kernelChurn(count: number): Promise<number> {
  const { server, port } = await listening((s) => s.on('end', () => s.end()).resume());
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }
  const { user, system } = process.cpuUsage(before);
  server.close();
  return (count / (user + system)) * 1e6;
}

// Socket.IO: it begins with long polling and goes on with a WebSocket, both by the Agent that the client is given.

import { once } from 'node:events';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { httpOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

const server = httpOf(network.server).createServer();
const sockets = new Server(server);
sockets.on('connection', (socket) => {
  socket.on('add', (a: number, b: number, answer: (sum: number) => void) => answer(a + b));
});
server.listen(80);
await once(server, 'listening');

const { Agent } = httpOf(network.client);
// Its types mean the agents of the web; in Node it hands it to http.
const agent = new Agent({ keepAlive: true }) as unknown as string;
const socket = io(`http://${SERVER}`, { agent, reconnection: false });
const upgraded = new Promise((resolve) => {
  socket.io.engine.once('upgrade', resolve);
});
await new Promise((resolve, reject) => {
  socket.once('connect', () => resolve(undefined));
  socket.once('connect_error', reject);
});
await upgraded;
console.log(`transport: ${socket.io.engine.transport.name}`);
const sums = await Promise.all(Array.from({ length: 50 }, (_, n) => socket.emitWithAck('add', n, 1)));
console.log(`fifty answers, together ${sums.reduce((sum: number, n: number) => sum + n, 0)}`);

socket.disconnect();
await sockets.close();
await network.end();

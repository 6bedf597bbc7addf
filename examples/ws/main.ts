// WebSockets by ws: the server on a server of http, the client by an Agent, each on its host.

import { on, once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { httpOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

const server = httpOf(network.server).createServer();
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.listen(80);
await once(server, 'listening');

const { Agent } = httpOf(network.client);
const socket = new WebSocket(`ws://${SERVER}/`, { agent: new Agent() });
await once(socket, 'open');
let octets = 0;
const lengths = [1, 100, 10_000, 1_000_000];
for (const length of lengths) socket.send(Buffer.alloc(length, 1));
for await (const [message] of on(socket, 'message')) {
  octets += (message as Buffer).length;
  if (octets === 1_010_101) break;
}
console.log(`${lengths.length} messages, ${octets} octets there and back`);

socket.close(1000, 'enough');
const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
console.log(`closed: ${code} ${reason}`);
sockets.close();
server.close();
await network.end();

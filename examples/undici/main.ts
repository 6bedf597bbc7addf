// undici, the library that is Node's fetch: a Pool, and fetch over an Agent. Its seam is `connect`, which makes sockets.

import { once } from 'node:events';
import { Agent, type buildConnector, fetch, Pool } from 'undici';
import { httpOf, netOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

let connections = 0;
const server = httpOf(network.server).createServer((request, response) => {
  request.pipe(response);
});
server.on('connection', () => connections++);
server.listen(80);
await once(server, 'listening');

/** A socket of the client. */
const connect: buildConnector.connector = ({ hostname, port }, callback) => {
  const socket = netOf(network.client).connect({ host: hostname, port: Number(port || 80), noDelay: true });
  socket.once('connect', () => callback(null, socket));
  socket.once('error', (error) => callback(error, null));
};

const pool = new Pool(`http://${SERVER}`, { connect, connections: 4 });
const echoed = Array.from({ length: 100 }, async (_, n) => {
  const body = `request ${n} `.repeat(n);
  const answer = await pool.request({ path: '/', method: 'POST', body });
  return (await answer.body.text()) === body;
});
const right = (await Promise.all(echoed)).filter(Boolean).length;
console.log(`Pool: ${right} right answers over ${connections} connections`);

const dispatcher = new Agent({ connect });
const megabyte = new Uint8Array(1_000_000).fill(7);
const answer = await fetch(`http://${SERVER}/`, { method: 'POST', body: megabyte, dispatcher });
const back = new Uint8Array(await answer.arrayBuffer());
console.log(`fetch: ${back.filter((octet) => octet === 7).length} octets there and back`);

await Promise.all([pool.close(), dispatcher.close()]);
server.close();
await network.end();

// Node's own http, its Agent keeping connections: a hundred requests over four of them.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { httpOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

let connections = 0;
const server = httpOf(network.server).createServer(async (request, response) => {
  response.end(`${request.method} ${request.url}: ${await text(request)}`);
});
server.on('connection', () => connections++);
server.listen(80);
await once(server, 'listening');

const http = httpOf(network.client);
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
async function post(n: number): Promise<boolean> {
  const request = http.request({ host: SERVER, path: `/${n}`, method: 'POST', agent });
  request.end('x'.repeat(n * 100));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return (await text(response)) === `POST /${n}: ${'x'.repeat(n * 100)}`;
}
const right = await Promise.all(Array.from({ length: 100 }, (_, n) => post(n)));
console.log(`${right.filter(Boolean).length} right answers over ${connections} connections`);

agent.destroy();
server.close();
await network.end();

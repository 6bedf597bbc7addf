// Express on a host: an app is a listener of requests, and who listens is the host's http.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import express from 'express';
import { httpOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

const app = express();
app.use(express.json({ limit: '1mb' }));
app.get('/hello/:name', (request, response) => {
  response.json({ hello: request.params.name, from: request.ip });
});
app.post('/sum', (request, response) => {
  response.json({ sum: (request.body as number[]).reduce((sum, n) => sum + n, 0) });
});
const server = httpOf(network.server).createServer(app).listen(80);
await once(server, 'listening');

const http = httpOf(network.client);
async function ask(path: string, body?: unknown): Promise<unknown> {
  const request = http.request({
    host: SERVER,
    path,
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
  });
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return json(response);
}
console.log(await ask('/hello/world'));
console.log(
  await ask(
    '/sum',
    Array.from({ length: 20_000 }, (_, n) => n),
  ),
);

http.globalAgent.destroy();
server.close();
await network.end();

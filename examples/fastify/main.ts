// Fastify on a host: its `serverFactory` makes the server.

import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import Fastify from 'fastify';
import { httpOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

const app = Fastify({ serverFactory: (handler) => httpOf(network.server).createServer(handler) });
app.get('/hello/:name', async (request) => {
  const { name } = request.params as { name: string };
  return { hello: name, from: request.ip };
});
await app.listen({ host: SERVER, port: 80 });

const http = httpOf(network.client);
const answers = Array.from(
  { length: 50 },
  (_, n) =>
    new Promise((resolve, reject) => {
      const get = http.get(`http://${SERVER}/hello/${n}`, (response: IncomingMessage) =>
        json(response).then(resolve, reject),
      );
      get.on('error', reject);
    }),
);
const all = await Promise.all(answers);
console.log(all[0]);
console.log(`${new Set(all.map((each) => JSON.stringify(each))).size} different answers`);

http.globalAgent.destroy();
await app.close();
await network.end();

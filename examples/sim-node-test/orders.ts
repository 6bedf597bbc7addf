// The service: a program of node:http that knows nothing of simulations.

import { createServer } from 'node:http';

const orders = new Map<string, number>();

createServer((request, response) => {
  const item = new URL(request.url ?? '/', 'http://orders').pathname.slice(1);
  // What is asked for twice with one key is ordered once.
  const key = String(request.headers['idempotency-key'] ?? item);
  orders.set(key, (orders.get(key) ?? 0) + 1);
  response.end(JSON.stringify({ item, asked: orders.get(key) }));
}).listen(80);

// The shop: Fastify before PostgreSQL (pg), Redis (ioredis), gRPC and MQTT; and ws, which tells of orders.

import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import mqtt from 'mqtt';
import pg from 'pg';
import { WebSocketServer } from 'ws';
import { type Prices, prices } from './service.ts';

const TIMEOUT_MS = 3000;

const pool = new pg.Pool({
  host: 'db',
  user: 'postgres',
  database: 'postgres',
  max: 2,
  connectionTimeoutMillis: TIMEOUT_MS,
  query_timeout: TIMEOUT_MS,
});
pool.on('error', () => {}); // a connection that nobody uses: the next query makes another
const cache = new Redis({ host: 'cache', commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 2 });
cache.on('error', () => {}); // it connects again by itself
const Client = makeGenericClientConstructor(prices, 'Prices');
const priced = new Client('prices:50051', credentials.createInsecure()) as unknown as Prices;
const events = mqtt.connect('mqtt://broker', { reconnectPeriod: 500, connectTimeout: TIMEOUT_MS });
events.on('error', () => {});

const priceOf = (item: string): Promise<number> =>
  new Promise((resolve, reject) =>
    priced.price(item, { deadline: Date.now() + TIMEOUT_MS }, (error, cents) =>
      error === null ? resolve(cents) : reject(error),
    ),
  );

const screens = new WebSocketServer({ port: 8080 });
const app = Fastify();

app.put<{ Params: { id: string } }>('/orders/:id', async ({ params: { id } }) => {
  const cents = await priceOf(id);
  // Asked for twice it is one order.
  const { rowCount } = await pool.query('INSERT INTO orders VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    id,
    cents,
  ]);
  const asked = await cache.incr(`asked ${id}`);
  if (rowCount === 1) {
    await events.publishAsync('orders', id, { qos: 1 });
    for (const screen of screens.clients) screen.send(id);
  }
  return { id, cents, asked };
});
app.get(
  '/orders',
  async () => (await pool.query('SELECT count(*)::int AS n, sum(cents)::int AS cents FROM orders')).rows[0],
);

await app.listen({ host: '0.0.0.0', port: 80 });

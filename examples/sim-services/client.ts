// Who orders: by undici, again where there is no answer; and by a WebSocket (ws) it is told of all orders.

import { Agent, fetch, RetryAgent } from 'undici';
import { WebSocket } from 'ws';

const dispatcher = new RetryAgent(new Agent({ connectTimeout: 3000 }), {
  maxRetries: 12,
  methods: ['GET', 'PUT'],
  minTimeout: 500,
  maxTimeout: 4000,
  statusCodes: [500],
});

/** Orders that it was told of. */
export const told = new Set<string>();

const socket = new WebSocket('ws://api:8080');
socket.on('message', (octets) => told.add(String(octets)));
socket.on('error', () => {});

/** Orders something. */
export async function order(id: string): Promise<unknown> {
  return (await fetch(`http://api/orders/${id}`, { method: 'PUT', dispatcher })).json();
}

/** How many orders there are, and what they cost together. */
export async function orders(): Promise<unknown> {
  return (await fetch('http://api/orders', { dispatcher })).json();
}

/** Nothing of it stays open. */
export async function close(): Promise<void> {
  socket.terminate();
  await dispatcher.close();
}

// What tests of simulations share: small servers, and how long things take.

import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';

interface Emitter {
  once(name: string, listener: (...args: unknown[]) => void): unknown;
}

/** The first argument of an event, or a rejection with the error that comes before it. */
export function event(emitter: Emitter, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    emitter.once(name, resolve);
    if (name !== 'error') emitter.once('error', reject);
  });
}

/** Milliseconds of this code's clock that something takes. */
export async function took(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return Math.round(performance.now() - before);
}

/** A server that gives back what it gets. */
export function echo(port = 7): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(port);
}

/** A server of http that says 'ok', after a while. */
export function web(afterMs = 0): HttpServer {
  return createHttpServer((_request, response) => void setTimeout(() => response.end('ok'), afterMs)).listen(
    80,
  );
}

/** Sends a line to an echo, and waits for it. */
export async function ask(socket: Socket, line: string): Promise<string> {
  socket.write(line);
  return String(await event(socket, 'data'));
}

/** A connection to an echo that is established. */
export async function connected(host: string, port = 7): Promise<Socket> {
  const socket = connect(port, host);
  await event(socket, 'connect');
  return socket;
}

/** The code of an error, or of what has caused it. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code ?? String(error);
}

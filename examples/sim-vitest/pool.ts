// A pool of connections to a server that answers line by line: one connection serves one caller at a time.

import { connect, type Socket } from 'node:net';

const TIMEOUT_MS = 2000;

/** See above. */
export class Pool {
  readonly #host: string;
  readonly #port: number;
  readonly #idle: Socket[] = [];

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  /** The answer to a line; rejects when there is none within two seconds, or the connection breaks. */
  ask(line: string): Promise<string> {
    const socket = this.#idle.pop() ?? connect(this.#port, this.#host);
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, answer: string): void => {
        socket.removeAllListeners().setTimeout(0);
        if (error === null) {
          socket.on('error', () => {}).on('close', () => this.#forget(socket));
          this.#idle.push(socket);
          resolve(answer);
        } else {
          // A connection that has failed is not given to the next one.
          socket.on('error', () => {}).destroy();
          reject(error);
        }
      };
      socket.setTimeout(TIMEOUT_MS, () => done(new Error(`no answer within ${TIMEOUT_MS} ms`), ''));
      socket.on('error', (error) => done(error, ''));
      socket.on('end', () => done(new Error('the server has closed the connection'), ''));
      socket.on('data', (octets) => done(null, octets.toString().trimEnd()));
      socket.write(`${line}\n`);
    });
  }

  #forget(socket: Socket): void {
    const at = this.#idle.indexOf(socket);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  /** Closes what nobody uses. */
  close(): void {
    for (const socket of this.#idle) socket.end();
  }
}

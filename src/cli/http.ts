// An HTTP/1.1 server for the files of a directory, on connections of this stack: RFC 9112 (messages,
// pipelining, persistence), RFC 9110 (methods, status codes). GET and HEAD; no ranges, no encodings.

import type { FileHandle } from 'node:fs/promises';
import { Inbox, REASONS } from '../socket/http/index.ts';
import { BufferPool } from './buffer-pool.ts';
import { FileTree } from './http-files.ts';
import { parseHead, pathOf, type RequestHead } from './http-head.ts';

/** What the server needs of a connection; `Connection` is one. */
export interface HttpConnection {
  read(max?: number): Promise<Uint8Array | null>;
  write(octets: Uint8Array): Promise<void>;
  end(): Promise<void>;
  abort(): void;
  setNoDelay(on?: boolean): void;
}

/** Options of {@link FileServer}. */
export interface FileServerOptions {
  /** Milliseconds that a connection may be silent, or take nothing, before it is ended. Default 60,000. */
  idleMs?: number;
  /** Octets for the large buffers of all transfers together; beyond it each has a small one. Default 64 MiB. */
  bufferBytes?: number;
}

/** Longest request line and headers, in octets. */
const MAX_HEAD = 16 * 1024;
/** Longest request body that is read and thrown away; a longer one is refused. */
const MAX_BODY = 1024 * 1024;
/** Octets of which at least one must be taken within `idleMs`: what a client reads slowly is not silence. */
const PIECE = 8 * 1024;
/** How long we listen after our FIN to what the client still has to say, in milliseconds. */
const LINGER_MS = 2000;

/** Serves the files below one directory. */
export class FileServer {
  readonly #files: FileTree;
  readonly #idleMs: number;
  readonly #buffers: BufferPool;

  private constructor(files: FileTree, options: FileServerOptions) {
    this.#files = files;
    this.#idleMs = options.idleMs ?? 60_000;
    this.#buffers = new BufferPool(options.bufferBytes ?? 64 * 1024 * 1024);
  }

  /** Rejects as `fs.realpath` does when there is no such directory. */
  static async of(dir: string, options: FileServerOptions = {}): Promise<FileServer> {
    return new FileServer(await FileTree.of(dir), options);
  }

  /** Answers the requests of one connection until it ends. Never rejects. */
  async serve(connection: HttpConnection): Promise<void> {
    connection.setNoDelay();
    const inbox = new Inbox(connection, MAX_HEAD);
    try {
      let goesOn = true;
      while (goesOn) {
        const head = await within(this.#idleMs, inbox.head(), () => leave(connection));
        if (head === null) break;
        goesOn = await this.#answer(connection, inbox, head);
      }
      await within(LINGER_MS, finish(connection), () => connection.abort());
    } catch {
      // The connection broke, or the file was cut while it was sent: what the client gets must not look whole.
      connection.abort();
    }
  }

  /** Answers one request; false when the connection is to be ended. */
  async #answer(connection: HttpConnection, inbox: Inbox, text: string | number): Promise<boolean> {
    const head = typeof text === 'number' ? text : parseHead(text);
    if (typeof head === 'number') {
      await this.#write(connection, plain(head, false, false));
      return false;
    }
    const { method, bodyLength } = head;
    const noBody = method === 'HEAD';
    if (bodyLength > MAX_BODY) {
      await this.#write(connection, plain(413, false, noBody));
      return false;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      // RFC 9110 section 10.1.1: a client that waits for 100 need not send what nobody wants; then it is not known
      // whether it will, and the connection ends.
      const stays = head.keepAlive && !head.expectsContinue;
      if (stays && !(await this.#skipBody(connection, inbox, head))) return false;
      await this.#write(connection, plain(405, stays, noBody));
      return stays;
    }
    if (head.expectsContinue) await this.#write(connection, CONTINUE);
    if (!(await this.#skipBody(connection, inbox, head))) return false;
    await this.#get(connection, head);
    return head.keepAlive;
  }

  /** Throws the body of a request away; false when the stream ends, or is silent, before it does. */
  async #skipBody(connection: HttpConnection, inbox: Inbox, { bodyLength }: RequestHead): Promise<boolean> {
    return bodyLength === 0 || within(this.#idleMs, inbox.skip(bodyLength), () => leave(connection));
  }

  async #get(connection: HttpConnection, { method, target, keepAlive }: RequestHead): Promise<void> {
    const noBody = method === 'HEAD';
    const path = pathOf(target);
    const found = path === null ? ({ kind: 'status', status: 400 } as const) : await this.#files.find(path);
    switch (found.kind) {
      case 'status':
        return this.#write(connection, plain(found.status, keepAlive, noBody));
      case 'moved': {
        const query = /\?[^#]*/.exec(target)?.[0] ?? '';
        return this.#write(
          connection,
          plain(301, keepAlive, noBody, `Location: ${found.location}${query}\r\n`),
        );
      }
      case 'list': {
        const body = Buffer.from(found.html);
        const head = responseHead(200, body.length, keepAlive, 'Content-Type: text/html; charset=utf-8\r\n');
        return this.#write(connection, noBody ? head : Buffer.concat([head, body]));
      }
      case 'file': {
        const { file, size, modified, type } = found;
        const headers = `Last-Modified: ${modified.toUTCString()}\r\nContent-Type: ${type}\r\n`;
        const head = responseHead(200, size, keepAlive, headers);
        try {
          await (noBody ? this.#write(connection, head) : this.#send(connection, head, file, size));
        } finally {
          await file.close();
        }
      }
    }
  }

  /** Sends a head and `size` octets of a file. */
  async #send(connection: HttpConnection, head: Buffer, file: FileHandle, size: number): Promise<void> {
    const buffer = this.#buffers.take();
    try {
      head.copy(buffer);
      let used = head.length;
      for (let at = 0; at < size || used > 0; ) {
        const length = Math.min(size - at, buffer.length - used);
        await fill(file, buffer, used, length, at);
        at += length;
        await this.#write(connection, buffer.subarray(0, used + length));
        used = 0;
      }
    } finally {
      this.#buffers.give(buffer);
    }
  }

  /** Writes; a client that takes none of it for `idleMs` is left. */
  async #write(connection: HttpConnection, octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length; at += PIECE) {
      const piece = octets.subarray(at, at + PIECE);
      await within(this.#idleMs, connection.write(piece), () => connection.abort());
    }
  }
}

const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');

function responseHead(status: number, length: number, keepAlive: boolean, headers: string): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Server: synfin',
    `Content-Length: ${length}`,
    `Connection: ${keepAlive ? 'keep-alive' : 'close'}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n${headers}\r\n`, 'latin1');
}

/** A whole response whose body is its own status line. */
function plain(status: number, keepAlive: boolean, noBody: boolean, more = ''): Buffer {
  const body = `${status} ${REASONS[status]}\n`;
  const allow = status === 405 ? 'Allow: GET, HEAD\r\n' : status === 503 ? 'Retry-After: 1\r\n' : '';
  const headers = `${allow}${more}Content-Type: text/plain; charset=utf-8\r\n`;
  const head = responseHead(status, body.length, keepAlive, headers);
  return noBody ? head : Buffer.concat([head, Buffer.from(body)]);
}

/** Reads exactly `length` octets of a file. */
async function fill(file: FileHandle, into: Buffer, from: number, length: number, at: number): Promise<void> {
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(into, from + done, length - done, at + done);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    done += bytesRead;
  }
}

/** Our FIN, and then whatever the client still sends is thrown away: a RST could destroy our answer. */
async function finish(connection: HttpConnection): Promise<void> {
  const acked = connection.end();
  acked.catch(() => {});
  while ((await connection.read()) !== null);
  await acked;
}

/** Ends a connection whose client is silent: a FIN, and a RST if that is not answered. */
function leave(connection: HttpConnection): void {
  connection.end().catch(() => {});
  setTimeout(() => connection.abort(), LINGER_MS).unref();
}

/** Calls `late` when a promise has not settled after `ms` milliseconds. */
async function within<T>(ms: number, promise: Promise<T>, late: () => void): Promise<T> {
  const timer = setTimeout(late, ms);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

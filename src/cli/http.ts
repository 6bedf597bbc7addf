// An HTTP/1.1 server for the files of a directory, on connections of this stack: RFC 9112 (messages,
// pipelining, persistence), RFC 9110 (methods, status codes). GET and HEAD; no ranges, no encodings.

import type { FileHandle } from 'node:fs/promises';
import { open, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

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
  /** Milliseconds that a connection may be silent before it is ended. Default 60,000. */
  idleMs?: number;
}

/** Longest request line and headers, in octets. */
const MAX_HEAD = 16 * 1024;
/** Longest request body that is read and thrown away; a longer one is refused. */
const MAX_BODY = 1024 * 1024;
/** Octets read from a file at once: half a send buffer, so that the next piece is there before this one is sent. */
const CHUNK = 128 * 1024;
/** How long we listen after our FIN to what the client still has to say, in milliseconds. */
const LINGER_MS = 2000;

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  411: 'Length Required',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  505: 'HTTP Version Not Supported',
};

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** Octets of body that follow. */
  readonly bodyLength: number;
  /** Whether the connection stays open after the answer. */
  readonly keepAlive: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The request line and headers, without the empty line, as a request; or the status code that refuses it. */
export function parseHead(text: string): RequestHead | number {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const line = /^(\S+) (\S+) HTTP\/(\d)\.(\d)$/.exec(first);
  if (line === null || !TOKEN.test(line[1] as string)) return 400;
  if (line[3] !== '1') return 505;
  const minor = Number(line[4]);
  const headers = new Map<string, string>();
  for (const each of lines) {
    const colon = each.indexOf(':');
    const name = each.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!TOKEN.test(name)) return 400; // also a folded line (RFC 9112 section 5.2)
    const value = each.slice(colon + 1).trim();
    const before = headers.get(name);
    if (before !== undefined && (name === 'host' || (name === 'content-length' && before !== value)))
      return 400;
    headers.set(name, before === undefined || name === 'content-length' ? value : `${before}, ${value}`);
  }
  if (minor >= 1 && !headers.has('host')) return 400; // RFC 9112 section 3.2
  const length = headers.get('content-length');
  if (headers.has('transfer-encoding')) return length === undefined ? 411 : 400; // section 6.1
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 400;
  const options = (headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/);
  return {
    method: line[1] as string,
    target: line[2] as string,
    bodyLength: Number(length ?? 0),
    keepAlive: minor >= 1 ? !options.includes('close') : options.includes('keep-alive'),
  };
}

/** The path below the served directory that a target names, or null for a target that is none. */
export function pathOf(target: string): string | null {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target);
  let path = origin === null ? target : target.slice(origin[0].length);
  path = path.replace(/[?#].*$/s, '');
  if (path === '' && origin !== null) path = '/';
  if (!path.startsWith('/')) return null;
  try {
    path = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  return path;
}

/** The octets that a client sent and that nobody has looked at. */
class Inbox {
  readonly #connection: HttpConnection;
  #octets: Buffer = Buffer.alloc(0);

  constructor(connection: HttpConnection) {
    this.#connection = connection;
  }

  /** The next head as text; null at the end of the stream, a status code when it is too long. */
  async head(): Promise<string | null | number> {
    for (;;) {
      // RFC 9112 section 2.2: an empty line before a request line is ignored.
      let from = 0;
      while (this.#octets[from] === 13 || this.#octets[from] === 10) from++;
      if (from > 0) this.#octets = this.#octets.subarray(from);
      const text = this.#octets.toString('latin1', 0, MAX_HEAD);
      const end = /\r?\n\r?\n/.exec(text);
      if (end !== null) {
        this.#octets = this.#octets.subarray(end.index + end[0].length);
        return text.slice(0, end.index);
      }
      if (this.#octets.length >= MAX_HEAD) return 431;
      const more = await this.#connection.read(MAX_HEAD);
      if (more === null) return this.#octets.length === 0 ? null : 400;
      this.#octets =
        this.#octets.length === 0
          ? Buffer.from(more.buffer, more.byteOffset, more.length)
          : Buffer.concat([this.#octets, more]);
    }
  }

  /** Throws away `length` octets of body; false when the stream ends before. */
  async skip(length: number): Promise<boolean> {
    while (length > this.#octets.length) {
      length -= this.#octets.length;
      const more = await this.#connection.read();
      this.#octets = Buffer.alloc(0);
      if (more === null) return false;
      this.#octets = Buffer.from(more.buffer, more.byteOffset, more.length);
    }
    this.#octets = this.#octets.subarray(length);
    return true;
  }
}

interface Served {
  readonly file: FileHandle;
  readonly size: number;
  readonly modified: Date;
  readonly type: string;
}

/** Serves the files below one directory. */
export class FileServer {
  readonly #root: string;
  readonly #idleMs: number;

  private constructor(root: string, options: FileServerOptions) {
    this.#root = root;
    this.#idleMs = options.idleMs ?? 60_000;
  }

  /** Rejects as `fs.realpath` does when there is no such directory. */
  static async of(dir: string, options: FileServerOptions = {}): Promise<FileServer> {
    return new FileServer(await realpath(dir), options);
  }

  /** Answers the requests of one connection until it ends. Never rejects. */
  async serve(connection: HttpConnection): Promise<void> {
    connection.setNoDelay();
    const inbox = new Inbox(connection);
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
      await connection.write(plain(head, false, false));
      return false;
    }
    const { method, bodyLength, keepAlive } = head;
    const noBody = method === 'HEAD';
    if (bodyLength > MAX_BODY) {
      await connection.write(plain(413, false, noBody));
      return false;
    }
    if (bodyLength > 0 && !(await within(this.#idleMs, inbox.skip(bodyLength), () => leave(connection))))
      return false;
    if (method !== 'GET' && method !== 'HEAD') {
      await connection.write(plain(405, keepAlive, noBody));
      return keepAlive;
    }
    const path = pathOf(head.target);
    const found = path === null ? 400 : await this.#find(path);
    if (typeof found === 'number') {
      await connection.write(plain(found, keepAlive, noBody));
      return keepAlive;
    }
    const { file, size, modified, type } = found;
    try {
      const headers = `Last-Modified: ${modified.toUTCString()}\r\nContent-Type: ${type}\r\n`;
      await send(connection, responseHead(200, size, keepAlive, headers), file, noBody ? 0 : size);
    } finally {
      await file.close();
    }
    return keepAlive;
  }

  /** The file that a path names, opened; 404 for what is not there, hidden, outside, or no file. */
  async #find(path: string): Promise<Served | number> {
    const names = path.split('/').filter((name) => name !== '');
    if (names.some((name) => name.startsWith('.'))) return 404; // '..' too
    if (path.endsWith('/')) names.push('index.html');
    try {
      const real = await realpath(join(this.#root, ...names));
      const inside = this.#root.endsWith(sep) ? this.#root : this.#root + sep;
      if (!real.startsWith(inside)) return 404;
      const file = await open(real, 'r');
      const stat = await file.stat();
      if (!stat.isFile()) {
        await file.close();
        return 404;
      }
      const type = TYPES[extname(real).toLowerCase()] ?? 'application/octet-stream';
      return { file, size: stat.size, modified: stat.mtime, type };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'EMFILE' || code === 'ENFILE' || code === 'EIO' ? 500 : 404;
    }
  }
}

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
function plain(status: number, keepAlive: boolean, noBody: boolean): Buffer {
  const body = `${status} ${REASONS[status]}\n`;
  const allow = status === 405 ? 'Allow: GET, HEAD\r\n' : '';
  const headers = `${allow}Content-Type: text/plain; charset=utf-8\r\n`;
  const head = responseHead(status, body.length, keepAlive, headers);
  return noBody ? head : Buffer.concat([head, Buffer.from(body)]);
}

/** Sends a head and `size` octets of a file; the next piece is read while this one is sent. */
async function send(connection: HttpConnection, head: Buffer, file: FileHandle, size: number): Promise<void> {
  if (size === 0) return connection.write(head);
  const room = Math.min(CHUNK, head.length + size);
  let piece: Buffer = Buffer.allocUnsafe(room);
  head.copy(piece);
  let at = 0;
  let length = Math.min(size, room - head.length);
  await fill(file, piece, head.length, length, at);
  at += length;
  length += head.length;
  let spare: Buffer = at < size ? Buffer.allocUnsafe(CHUNK) : piece;
  while (at < size) {
    const next = Math.min(size - at, CHUNK);
    await Promise.all([connection.write(piece.subarray(0, length)), fill(file, spare, 0, next, at)]);
    [piece, spare] = [spare, piece];
    if (piece.length < CHUNK) spare = Buffer.allocUnsafe(CHUNK);
    at += next;
    length = next;
  }
  return connection.write(piece.subarray(0, length));
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

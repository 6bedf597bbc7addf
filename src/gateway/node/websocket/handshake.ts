// The opening handshake of a WebSocket, the server's side (RFC 6455 section 4.2), on a server of node:http.

import { createHash } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** What is added to the key (section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const VERSION = '13';

/** The value of Sec-WebSocket-Accept for a key. */
export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** Answers a request that no WebSocket comes of. */
export function refuseUpgrade(
  socket: Socket,
  status: number,
  why: string,
  headers: readonly string[] = [],
): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(why)}`,
    ...headers,
  ];
  socket.on('error', () => {});
  socket.end(`${lines.join('\r\n')}\r\n\r\n${why}`);
  socket.destroySoon();
}

/**
 * Answers a request to upgrade; true: the socket speaks WebSocket from now on. Of the subprotocols that a client offers
 * the first is taken: browsers close when none is.
 */
export function acceptUpgrade(request: IncomingMessage, socket: Socket): boolean {
  const { headers, method } = request;
  const key = headers['sec-websocket-key'];
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') {
    refuseUpgrade(socket, 400, 'no handshake of a WebSocket\n');
    return false;
  }
  if (headers['sec-websocket-version'] !== VERSION) {
    refuseUpgrade(socket, 426, 'version 13 of the protocol\n', [`Sec-WebSocket-Version: ${VERSION}`]);
    return false;
  }
  if (key === undefined || Buffer.from(key, 'base64').length !== 16) {
    refuseUpgrade(socket, 400, 'Sec-WebSocket-Key must be 16 octets in base64\n');
    return false;
  }
  const [protocol = ''] = /^[!#$%&'*+.^_`|~\w-]+/.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
    ...(protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return true;
}

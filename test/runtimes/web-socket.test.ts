// The platform's own WebSocket as a device: two hosts, a relay of binary messages between them (RFC 6455, as little of
// it as that takes).

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { nextTurn, webSocketDevice } from '../../src/index.ts';
import { exchange, hostsOn } from '../../src/link/devices/testing.ts';

const BINARY = 2;
const CLOSE = 8;

/** A message of the server: one frame, not masked. */
function message(opcode: number, octets: Uint8Array): Buffer {
  const length = Buffer.from([octets.length >> 8, octets.length & 0xff]);
  const head = octets.length < 126 ? [0x80 | opcode, octets.length] : [0x80 | opcode, 126];
  return Buffer.concat([Buffer.from(head), octets.length < 126 ? Buffer.alloc(0) : length, octets]);
}

/** Hands over the frames of a client, which are masked and shorter than 64 KiB. */
function frames(socket: Duplex, each: (opcode: number, octets: Buffer) => void): void {
  let have = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    have = Buffer.concat([have, chunk]);
    for (;;) {
      if (have.length < 4) return;
      const short = (have[1] as number) & 0x7f;
      const at = short === 126 ? 4 : 2;
      const length = short === 126 ? have.readUInt16BE(2) : short;
      if (have.length < at + 4 + length) return;
      const mask = have.subarray(at, at + 4);
      const octets = Buffer.from(have.subarray(at + 4, at + 4 + length));
      for (let i = 0; i < length; i++) octets[i] = (octets[i] as number) ^ (mask[i & 3] as number);
      each((have[0] as number) & 15, octets);
      have = have.subarray(at + 4 + length);
    }
  });
}

/** Gives to all others what one sends; closes as it is closed. `all`: the clients that are there. */
function relay(all: Set<Duplex>): Server {
  const server = createServer();
  server.on('upgrade', ({ headers }, socket) => {
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    all.add(socket);
    socket.on('close', () => all.delete(socket));
    frames(socket, (opcode, octets) => {
      if (opcode === CLOSE) socket.end(message(CLOSE, octets));
      if (opcode !== BINARY) return;
      for (const other of all) if (other !== socket) other.write(message(BINARY, octets));
    });
  });
  return server;
}

test('two hosts in real time, each with a WebSocket of the platform to a relay; the relay goes, and both hear of it', async () => {
  const all = new Set<Duplex>();
  const server = relay(all);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const left = webSocketDevice(new WebSocket(url), { kind: 'ethernet' });
  const right = webSocketDevice(new WebSocket(url), { kind: 'ethernet' });
  const hosts = hostsOn(left, right);
  await exchange(hosts.a, hosts.b);
  expect([left.malformed, right.malformed]).toEqual([0, 0]);
  for (const socket of all) socket.destroy();
  server.close();
  while (!left.closed || !right.closed) await nextTurn();
  await nextTurn();
  expect(hosts.b.interfaces[1]?.attached).toBe(false);
});

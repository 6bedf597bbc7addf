import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { nextTurn } from '../host/index.ts';
import { exchange, hostsOn } from '../link/devices/testing.ts';
import { DatagramDevice, openDatagramDevice } from './index.ts';

const devices: DatagramDevice[] = [];
afterEach(() => {
  for (const device of devices.splice(0)) device.close();
});

async function open(...[options]: Parameters<typeof openDatagramDevice>): Promise<DatagramDevice> {
  const device = await openDatagramDevice(options);
  devices.push(device);
  return device;
}

/** Two devices on the loopback interface of this machine, each the other's far side. */
async function tunnel(): Promise<[DatagramDevice, DatagramDevice]> {
  const free = createSocket('udp4').bind(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  await new Promise<void>((resolve) => free.close(() => resolve()));
  const right = await open({ remote: { port }, local: { address: '127.0.0.1' } });
  const left = await open({ remote: { port: right.localPort }, local: { port, address: '127.0.0.1' } });
  return [left, right];
}

test('two hosts in real time over UDP datagrams', async () => {
  const [left, right] = await tunnel();
  const { a, b } = hostsOn(left, right);
  await exchange(a, b);
});

test('a far side that is not there yet is no error; datagrams of others are not received', async () => {
  const [left, right] = await tunnel();
  const port = right.localPort;
  right.close();
  left.send(new Uint8Array(20));
  left.send(new Uint8Array(20));
  while (left.failed === 0) await nextTurn();
  const got: Uint8Array[] = [];
  left.onreceive = (packet) => void got.push(Uint8Array.from(packet));
  const stranger = createSocket('udp4').bind(0, '127.0.0.1');
  await once(stranger, 'listening');
  stranger.send(Uint8Array.of(1), left.localPort, '127.0.0.1');
  const again = await open({ remote: { port: left.localPort }, local: { port, address: '127.0.0.1' } });
  again.send(Uint8Array.of(2));
  while (got.length === 0) await nextTurn();
  expect(got).toEqual([Uint8Array.of(2)]);
  stranger.close();
});

test('what the system has not taken is bounded; after the end everything is dropped', () => {
  let size = 0;
  const socket = { on: () => {}, close: () => {}, getSendQueueSize: () => size, send: () => {} };
  const device = new DatagramDevice(socket as unknown as Socket, { remote: { port: 9 }, queue: 1000 });
  for (size of [0, 744, 745]) device.send(new Uint8Array(20));
  expect([device.sent, device.dropped]).toEqual([2, 1]);
  device.close();
  size = 0;
  device.send(new Uint8Array(20));
  expect([device.sent, device.dropped, device.closed]).toEqual([2, 2, true]);
});

test('what was sent before the end still goes', async () => {
  const [left, right] = await tunnel();
  const got: number[] = [];
  right.onreceive = ([n]) => void got.push(n as number);
  for (let n = 0; n < 20; n++) left.send(Uint8Array.of(n));
  left.close();
  while (got.length < 20) await nextTurn();
  expect(got).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test('options are checked; an address that is taken rejects with its code', async () => {
  const bad = (options: unknown) => openDatagramDevice(options as never);
  await expect(bad({})).rejects.toThrow(/remote is missing/);
  await expect(bad({ remote: { port: 0 } })).rejects.toThrow(/remote.port must be a whole number from 1/);
  await expect(bad({ remote: { port: 9 }, mtu: 65_508 })).rejects.toThrow(/what a datagram carries/);
  const device = await open({ remote: { port: 9 }, local: { address: '127.0.0.1' } });
  const taken = { remote: { port: 9 }, local: { address: '127.0.0.1', port: device.localPort } };
  await expect(openDatagramDevice(taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

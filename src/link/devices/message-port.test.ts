import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { nextTurn } from '../../host/index.ts';
import { type MessagePortLike, messagePortDevice } from './index.ts';
import { exchange, hostsOn } from './testing.ts';

/** One end of a port of which the test is the other. */
class FakePort implements MessagePortLike {
  posted: unknown[] = [];
  closed = 0;
  readonly listeners = new Map<string, (event: object) => void>();
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }
  removeEventListener(type: string): void {
    this.listeners.delete(type);
  }
  close(): void {
    this.closed++;
  }
  message(data: unknown): void {
    this.listeners.get('message')?.({ data });
  }
}

test('two hosts in real time over a MessageChannel; closing one end tells the other', async () => {
  const { port1, port2 } = new MessageChannel();
  const left = messagePortDevice(port1);
  const right = messagePortDevice(port2);
  const { a, b } = hostsOn(left, right);
  await exchange(a, b);
  expect([left.dropped, right.dropped, left.malformed]).toEqual([0, 0, 0]);
  left.close();
  while (!right.closed) await nextTurn();
});

test('no more than a queueful is under way: packets beyond are dropped, until the far side says what it took', async () => {
  const port = new FakePort();
  const device = messagePortDevice(port, { queue: 1000 });
  for (let i = 0; i < 5; i++) device.send(new Uint8Array(300));
  expect([port.posted.length, device.sent, device.dropped]).toEqual([3, 3, 2]);
  port.message(300);
  device.send(new Uint8Array(300));
  device.send(new Uint8Array(300));
  expect([device.sent, device.dropped]).toEqual([4, 3]);
});

test('an acknowledgment that goes back, or of more than was sent, is not believed', () => {
  const port = new FakePort();
  const device = messagePortDevice(port, { queue: 1000 });
  device.send(new Uint8Array(600));
  for (const bad of [601, -1, Number.NaN, Infinity, 'text', {}]) port.message(bad);
  port.message(600);
  port.message(300);
  device.send(new Uint8Array(600));
  device.send(new Uint8Array(600));
  expect([device.malformed, device.sent, device.dropped]).toEqual([7, 2, 1]);
});

test('what came in one turn is acknowledged by one message', async () => {
  const port = new FakePort();
  const device = messagePortDevice(port);
  const got: number[] = [];
  device.onreceive = (packet) => void got.push(packet.length);
  port.message(new Uint8Array(300));
  port.message(new ArrayBuffer(20));
  await nextTurn();
  expect([got, port.posted]).toEqual([[300, 20], [556]]);
});

test('with `acknowledge: false` nothing but packets is posted or understood', async () => {
  const port = new FakePort();
  const device = messagePortDevice(port, { acknowledge: false, queue: 1000 });
  for (let i = 0; i < 5; i++) device.send(new Uint8Array(300));
  port.message(new Uint8Array(300));
  port.message(300);
  port.message(null);
  await nextTurn();
  device.close();
  expect([port.posted.length, device.dropped, device.malformed, port.closed]).toEqual([5, 0, 2, 1]);
});

test('goodbye, or a port that closes, is the end of the far side: told once, and the port is closed', () => {
  for (const end of ['goodbye', 'close']) {
    const port = new FakePort();
    const device = messagePortDevice(port);
    const closed: (Error | null)[] = [];
    device.onclose = (error) => void closed.push(error);
    if (end === 'goodbye') port.message(null);
    else port.listeners.get('close')?.({});
    device.send(new Uint8Array(20));
    expect([closed, port.closed, port.listeners.size, port.posted, device.dropped]).toEqual([
      [null],
      1,
      0,
      [],
      1,
    ]);
  }
});

test('what is no port, and options that there are not, are refused', () => {
  expect(() => messagePortDevice({} as MessagePortLike)).toThrow(/port must be a MessagePort/);
  expect(() => messagePortDevice(new FakePort(), { acknowlege: true } as never)).toThrow(
    /did you mean 'acknowledge'/,
  );
});

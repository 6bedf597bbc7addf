import { expect, test } from 'vitest';
import { type WebSocketLike, webSocketDevice } from './index.ts';
import { exchange, hostsOn } from './testing.ts';

/** A WebSocket whose far side is another one, or the test. */
class FakeSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 1;
  bufferedAmount = 0;
  sent: Uint8Array[] = [];
  closed = 0;
  peer: FakeSocket | null = null;
  readonly listeners = new Map<string, (event: object) => void>();
  send(data: Uint8Array): void {
    if (this.readyState !== 1) throw new Error('not open');
    const { peer } = this;
    if (peer === null) this.sent.push(data);
    else queueMicrotask(() => peer.emit('message', { data: data.slice().buffer }));
  }
  close(): void {
    this.closed++;
  }
  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }
  removeEventListener(type: string): void {
    this.listeners.delete(type);
  }
  emit(type: string, event: object): void {
    this.listeners.get(type)?.(event);
  }
}

test('two hosts in real time over a WebSocket of binary messages', async () => {
  const left = new FakeSocket();
  const right = new FakeSocket();
  left.peer = right;
  right.peer = left;
  const { a, b } = hostsOn(webSocketDevice(left), webSocketDevice(right));
  expect(left.binaryType).toBe('arraybuffer');
  await exchange(a, b);
});

test('while the socket opens, a queueful waits; then it goes in order', () => {
  const socket = new FakeSocket();
  socket.readyState = 0;
  const device = webSocketDevice(socket, { queue: 600 });
  for (const n of [1, 2, 3]) device.send(Uint8Array.of(n));
  expect([device.sent, device.dropped]).toEqual([0, 1]);
  socket.readyState = 1;
  socket.emit('open', {});
  device.send(Uint8Array.of(4));
  expect(socket.sent.map(([n]) => n)).toEqual([1, 2, 4]);
});

test('what the socket has not sent yet is bounded by bufferedAmount', () => {
  const socket = new FakeSocket();
  const device = webSocketDevice(socket, { queue: 1000 });
  socket.bufferedAmount = 800;
  device.send(new Uint8Array(20));
  socket.bufferedAmount = 700;
  device.send(new Uint8Array(20));
  expect([device.sent, device.dropped]).toEqual([1, 1]);
});

test('messages of text are counted; a close is the end of the far side, with its reason when it is an error', () => {
  for (const [code, reason, error] of [
    [1000, '', null],
    [1006, '', new Error('the WebSocket was closed with code 1006')],
    [1011, 'out of memory', new Error('the WebSocket was closed with code 1011 out of memory')],
  ] as const) {
    const socket = new FakeSocket();
    const device = webSocketDevice(socket);
    const closed: (Error | null)[] = [];
    device.onclose = (why) => void closed.push(why);
    socket.emit('message', { data: 'text' });
    socket.readyState = 3;
    socket.emit('close', { code, reason });
    device.send(new Uint8Array(20));
    expect([device.malformed, closed, device.dropped, socket.closed]).toEqual([1, [error], 1, 0]);
  }
});

test('closing closes the socket once; what waited for it to open is counted as dropped', () => {
  const socket = new FakeSocket();
  socket.readyState = 0;
  const device = webSocketDevice(socket);
  device.send(new Uint8Array(20));
  device.close();
  device.close();
  expect([socket.closed, device.dropped]).toEqual([1, 1]);
  expect(() => webSocketDevice({} as WebSocketLike)).toThrow(/socket must be a WebSocket/);
});

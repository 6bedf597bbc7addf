import { expect, test } from 'vitest';
import { type OctetStream, streamDevice } from './index.ts';
import { exchange, hostsOn } from './testing.ts';

/** A stream whose other end is the test. */
class FakeStream implements OctetStream {
  written: number[][] = [];
  full = false;
  ended = 0;
  ondata: ((octets: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  write(octets: Uint8Array): boolean {
    this.written.push([...octets]);
    return !this.full;
  }
  close(): void {
    this.ended++;
  }
}

test.each(['uint32be', 'uint16le'] as const)(
  'two hosts in real time over WHATWG streams, framed %s',
  async (framing) => {
    const up = new TransformStream<Uint8Array, Uint8Array>();
    const down = new TransformStream<Uint8Array, Uint8Array>();
    const { a, b } = hostsOn(
      streamDevice({ readable: down.readable, writable: up.writable }, { framing }),
      streamDevice({ readable: up.readable, writable: down.writable }, { framing }),
    );
    await exchange(a, b);
  },
);

test('two hosts over streams of the smallest shape', async () => {
  const [left, right] = [0, 1].map((): OctetStream => ({ write: () => true, ondata: null })) as [
    OctetStream,
    OctetStream,
  ];
  left.write = (octets) => queueMicrotask(() => right.ondata?.(octets));
  right.write = (octets) => queueMicrotask(() => left.ondata?.(octets));
  const { a, b } = hostsOn(streamDevice(left), streamDevice(right));
  await exchange(a, b);
});

test('a stream that is full is not written to; a queueful waits for it to drain, more is dropped', () => {
  const stream = new FakeStream();
  const device = streamDevice(stream, { queue: 600 });
  stream.full = true;
  for (const n of [1, 2, 3, 4]) device.send(Uint8Array.of(n));
  expect([stream.written, device.sent, device.dropped]).toEqual([[[0, 0, 0, 1, 1]], 1, 1]);
  stream.ondrain?.();
  expect(stream.written.length).toBe(2);
  stream.full = false;
  stream.ondrain?.();
  device.send(Uint8Array.of(5));
  expect(stream.written.map((octets) => octets[4])).toEqual([1, 2, 3, 5]);
});

test('a packet that is lent is copied, at once or to wait', () => {
  const stream = new FakeStream();
  const device = streamDevice(stream, { queue: 300 });
  stream.full = true;
  const lent = Uint8Array.of(1);
  for (const n of [1, 2, 3]) {
    lent[0] = n;
    device.sendView(lent);
  }
  stream.ondrain?.();
  expect([stream.written.map((octets) => octets[4]), device.sent, device.dropped]).toEqual([[1, 2], 2, 1]);
});

test('of the longest packets sixteen may wait, whatever they are', () => {
  const stream = new FakeStream();
  const device = streamDevice(stream, { mtu: 65_520 });
  stream.full = true;
  for (let n = 0; n < 20; n++) device.send(new Uint8Array(65_520));
  expect([device.sent, device.dropped]).toEqual([1, 3]);
});

test('a length that no packet has closes the device, with the reason; nothing after it is received', () => {
  const stream = new FakeStream();
  const device = streamDevice(stream);
  const got: number[] = [];
  const closed: (Error | null)[] = [];
  device.onreceive = (packet) => void got.push(packet.length);
  device.onclose = (error) => void closed.push(error);
  stream.ondata?.(Uint8Array.of(0, 0, 0, 1, 9, 0x7f, 0, 0, 0, 1));
  stream.ondata?.(Uint8Array.of(0, 0, 0, 1, 9));
  expect([got, closed[0]?.name, closed.length, stream.ended]).toEqual([[1], 'FramingError', 1, 1]);
});

test('a stream that ends or breaks is the end of the far side; closing writes what waited, and ends the stream', () => {
  const stream = new FakeStream();
  const device = streamDevice(stream);
  const closed: (Error | null)[] = [];
  device.onclose = (error) => void closed.push(error);
  stream.full = true;
  device.send(Uint8Array.of(1));
  device.send(Uint8Array.of(2));
  stream.onclose?.(new Error('broken'));
  device.send(Uint8Array.of(3));
  expect([closed, device.dropped, device.closed]).toEqual([[new Error('broken')], 2, true]);
  const other = new FakeStream();
  const second = streamDevice(other);
  other.full = true;
  second.send(Uint8Array.of(1));
  second.send(Uint8Array.of(2));
  second.close();
  second.close();
  expect([other.written.length, other.ended]).toEqual([2, 1]);
});

test('WHATWG streams that break: the device closes with their error', async () => {
  const device = streamDevice({
    readable: new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('reset')),
    }),
    writable: new WritableStream<Uint8Array>(),
  });
  const error = await new Promise((resolve) => {
    device.onclose = resolve;
  });
  expect(error).toEqual(new Error('reset'));
});

test('what is no stream is refused', () => {
  expect(() => streamDevice({} as OctetStream)).toThrow(/stream must be a stream: \{ write, ondata \}/);
  expect(() => streamDevice(new FakeStream(), { framing: 'slip' } as never)).toThrow(
    /'uint32be' or 'uint16le'/,
  );
});

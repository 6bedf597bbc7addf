// Connections as WHATWG streams: octets both ways, backpressure both ways, and what each way of ending does to
// the peer.

import { describe, expect, it } from 'vitest';
import type { Connection } from '../index.ts';
import { codeOf, Net, type OpenPair, octets, openPair, readAll } from '../testing.ts';
import type { PlatformReadable, PlatformWritable } from './streams.ts';

interface Streams extends OpenPair {
  readable: PlatformReadable;
  writable: PlatformWritable;
  reader(): ReadableStreamDefaultReader<Uint8Array>;
}

async function connected(buffer = 65_536): Promise<Streams> {
  const pair = await openPair({ delayUs: 1000, tcp: { sendBuffer: buffer, receiveBuffer: buffer } });
  const { readable, writable } = pair.c;
  return { ...pair, readable, writable, reader: () => readable.getReader() };
}

describe('readable', () => {
  it('is the platform’s byte stream, made once', async () => {
    const { c } = await connected();
    expect([c.readable instanceof ReadableStream, c.writable instanceof WritableStream]).toEqual([
      true,
      true,
    ]);
    const { readable, writable } = c;
    expect([c.readable === readable, c.writable === writable]).toEqual([true, true]);
  });

  it('gives what arrives, and ends at the peer’s FIN; writing goes on', async () => {
    const { net, c, s, readable } = await connected();
    const all = readAll(readable);
    await net.run(s.write(octets(5000)));
    void s.end();
    expect(await net.run(all)).toEqual(octets(5000));
    expect(c.state).toBe('CLOSE-WAIT');
    await net.run(c.write(octets(1)));
  });

  it('fills the memory of a BYOB reader, at most as much as there is room', async () => {
    const { net, s, readable } = await connected();
    const reader = readable.getReader({ mode: 'byob' });
    await net.run(s.write(octets(10)));
    const first = await net.run(reader.read(new Uint8Array(4)));
    expect([first.done, first.value]).toEqual([false, octets(4)]);
    const second = await net.run(reader.read(new Uint16Array(10)));
    expect(new Uint8Array(second.value?.buffer as ArrayBuffer, 0, second.value?.byteLength)).toEqual(
      octets(6, 4),
    );
    const waits = reader.read(new Uint8Array(4));
    void s.end();
    expect(await net.run(waits)).toEqual({ done: true, value: new Uint8Array(0) });
  });

  it('takes nothing that nobody asked for: the window closes, and opens when somebody reads', async () => {
    const { net, c, s, reader } = await connected(1000);
    const writing = s.write(octets(5000));
    await net.pass(2_000_000);
    expect([c.readableLength, s.info().sndWnd, s.bytesWritten]).toEqual([1000, 0, 2000]);
    const from = reader();
    let n = 0;
    while (n < 5000) n += (await net.run(from.read())).value?.length ?? 0;
    await net.run(writing);
  });

  it('a read in the air loses no octets when its reader lets go', async () => {
    const { net, s, readable } = await connected();
    const first = readable.getReader({ mode: 'byob' });
    const abandoned = first.read(new Uint8Array(100)).catch((e: Error) => e.name);
    first.releaseLock();
    await net.run(s.write(octets(10)));
    expect([await abandoned, (await net.run(readable.getReader().read())).value]).toEqual([
      'TypeError',
      octets(10),
    ]);
  });

  it('cancel closes: what was written is delivered, what the peer still sends is reset', async () => {
    const { net, c, s, readable } = await connected();
    await net.run(c.write(octets(10)));
    await readable.cancel('enough');
    expect(await net.run(readSome(s, 10))).toEqual(octets(10));
    await net.pass(100_000);
    expect([s.state, await codeOf(c.write(octets(1)))]).toEqual(['CLOSE-WAIT', 'EPIPE']);
    await net.run(s.write(octets(1)));
    expect(await net.run(codeOf(s.closed))).toBe('ECONNRESET');
  });

  it('cancel while a read waits ends that read', async () => {
    const { reader } = await connected();
    const from = reader();
    const waits = from.read();
    await from.cancel();
    expect(await waits).toEqual({ done: true, value: undefined });
  });

  it('leaving a loop over it closes, too', async () => {
    const { net, c, s, readable } = await connected();
    await net.run(s.write(octets(10)));
    const loop = (async () => {
      for await (const chunk of readable) return chunk.length;
    })();
    expect([await net.run(loop), c.state]).toEqual([10, 'FIN-WAIT-1']);
  });

  it('a connection that breaks is an error of the stream at once, read or not', async () => {
    for (const reads of [true, false]) {
      const { net, s, reader } = await connected();
      const from = reader();
      const waits = reads ? codeOf(from.read()) : null;
      s.abort();
      expect(await net.run(codeOf(from.closed))).toBe('ECONNRESET');
      if (waits !== null) expect(await waits).toBe('ECONNRESET');
    }
  });

  it('the end that was reached stays the end, although a reset follows', async () => {
    const { net, s, reader, c } = await connected();
    void s.end().catch(() => {});
    await net.pass(100_000);
    s.abort();
    await net.run(codeOf(c.closed));
    expect(await reader().read()).toEqual({ done: true, value: undefined });
  });
});

describe('writable', () => {
  it('sends; close is a FIN, and done when the peer has it; reading goes on', async () => {
    const { net, c, s, writable } = await connected();
    const writer = writable.getWriter();
    const all = readAll(s);
    await net.run(writer.write(octets(3000)));
    await net.run(writer.write(new Uint16Array([1])));
    await net.run(writer.close());
    expect([(await net.run(all)).length, c.state]).toEqual([3002, 'FIN-WAIT-2']);
    await net.run(s.write(octets(5)));
    expect(await net.run(c.read())).toEqual(octets(5));
  });

  it('a write is done when it is in the send buffer; until then the stream asks for patience', async () => {
    const { net, s, writable } = await connected(1000);
    const writer = writable.getWriter();
    expect(writer.desiredSize).toBe(1);
    let done = false;
    const write = writer.write(octets(5000)).then(() => {
      done = true;
    });
    await net.pass(2_000_000);
    expect([writer.desiredSize, done]).toEqual([0, false]);
    const reading = (async () => {
      for (let n = 0; n < 5000; ) n += (await s.read())?.length ?? 0;
    })();
    await net.run(Promise.all([write, reading, writer.ready]));
    expect(writer.desiredSize).toBe(1);
  });

  it('abort is a RST, at once, also while a write waits for a peer that does not read', async () => {
    const { net, c, s, writable } = await connected(1000);
    const writer = writable.getWriter();
    const write = codeOf(writer.write(octets(5000)));
    await net.pass(1_000_000);
    const aborted = writer.abort(new Error('mine'));
    expect(c.state).toBe('CLOSED');
    await aborted;
    expect([await write, await net.run(codeOf(s.closed))]).toEqual(['ECONNABORTED', 'ECONNRESET']);
  });

  it('what is not octets is a TypeError, and the end of the stream', async () => {
    const { writable } = await connected();
    const writer = writable.getWriter();
    await expect(writer.write('text' as unknown as Uint8Array)).rejects.toThrow(/TextEncoder/);
    await expect(writer.closed).rejects.toThrow(TypeError);
  });

  it('a connection that breaks is an error of the stream, without a write', async () => {
    const { net, s, writable } = await connected();
    const writer = writable.getWriter();
    s.abort();
    expect(await net.run(codeOf(writer.closed))).toBe('ECONNRESET');
  });
});

function echo(s: Connection): void {
  const octets = s.take();
  if (octets !== null) s.offer(octets);
  if (s.eof) void s.end();
}

it('a stream of one connection pipes into another, both ways at a time, and ends with it', async () => {
  const net = new Net();
  const [a, b, d] = net.lan(3) as [ReturnType<Net['host']>, ReturnType<Net['host']>, ReturnType<Net['host']>];
  d.listen({ port: 7, handler: { readable: echo } });
  const proxy = (async () => {
    const from = await b.listen({ port: 80 }).accept();
    const to = await b.connect({ address: '10.0.0.3', port: 7 });
    await Promise.all([from.readable.pipeTo(to.writable), to.readable.pipeTo(from.writable)]);
  })();
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const back = readAll(c);
  const sending = (async () => {
    for (let i = 0; i < 50; i++) await c.write(octets(1000, 1000 * i));
    await c.end();
  })();
  expect(await net.run(back)).toEqual(octets(50_000));
  await net.run(Promise.all([sending, proxy]));
});

/** `n` octets, read without a loop that would close. */
async function readSome(s: Connection, n: number): Promise<Uint8Array> {
  const out = new Uint8Array(n);
  for (let at = 0; at < n; ) {
    const chunk = (await s.read()) as Uint8Array;
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

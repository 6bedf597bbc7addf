// A flood of SYNs from addresses that never answer (RFC 4987): memory stays flat, and who means it gets in.

import { memoryUsage } from 'node:process';
import { expect, it } from 'vitest';
import type { Host, HostInterface } from '../../src/host/index.ts';
import { Net, octets, port, readAll, tcpPacket } from '../../src/host/testing.ts';
import { finish, OPT_MSS, OPT_TIMESTAMPS, OPT_WSCALE, SYN, sum } from '../../src/wire/index.ts';

const SYNS = 1_000_000;
const BURST = 1000;
/** 100,000 SYNs a second. */
const BURST_US = 10_000;

/** Sends SYNs whose source address, port and ISS are random, checksums corrected. */
class Flood {
  readonly #net: Net;
  readonly #iface: HostInterface;
  readonly #off: number;
  readonly #len: number;
  readonly #ipSum: number;
  readonly #tcpSum: number;

  constructor(net: Net, host: Host) {
    this.#net = net;
    this.#iface = port(host);
    const bytes = tcpPacket(net, '0.0.0.0', '10.0.0.2', {
      from: 0,
      to: 80,
      ctl: SYN,
      opts: OPT_MSS | OPT_TIMESTAMPS | OPT_WSCALE,
      wscale: 7,
      tsVal: 1,
    });
    this.#len = bytes.length;
    this.#off = net.memory.alloc(bytes.length);
    net.memory.u8.set(bytes, this.#off);
    const { dv } = net.memory;
    this.#ipSum = ~dv.getUint16(this.#off + 10) & 0xffff;
    this.#tcpSum = ~dv.getUint16(this.#off + 36) & 0xffff;
  }

  syn(): void {
    const { memory, world } = this.#net;
    const { dv } = memory;
    const at = this.#off;
    const source = (0x14000000 + (world.random.nextUint32() & 0x3fffffff)) | 0;
    const from = world.random.nextUint32() & 0xffff;
    dv.setInt32(at + 12, source);
    dv.setUint16(at + 20, from);
    dv.setInt32(at + 24, world.random.nextUint32());
    dv.setUint16(at + 10, finish(sum(memory, at + 12, 4, this.#ipSum)));
    const tcp = sum(memory, at + 24, 4, sum(memory, at + 12, 4, this.#tcpSum + from));
    dv.setUint16(at + 36, finish(tcp));
    this.#iface.receive(at, this.#len);
  }

  end(): void {
    this.#net.memory.free(this.#off, this.#len);
  }
}

it('a million spoofed SYNs: connections and memory stay bounded, and a client gets in meanwhile', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 5000 });
  b.addRoute('default', port(b));
  const listener = b.listen({ port: 80 });
  const flood = new Flood(net, b);
  const serving = (async () => {
    for await (const c of listener) {
      await c.write(await readAll(c));
      c.close();
    }
  })();
  const ask = async (): Promise<number> => {
    const c = await a.connect({ address: '10.0.0.2', port: 80 });
    await c.write(octets(5000));
    void c.end();
    const answer = await readAll(c);
    expect(answer).toEqual(octets(5000));
    return answer.length;
  };
  let most = 0;
  let mostMemory = 0;
  let heap = 0;
  const answers: Promise<number>[] = [];
  for (let sent = 0; sent < SYNS; ) {
    for (let i = 0; i < BURST; i++, sent++) flood.syn();
    if (sent % 100_000 === 0) answers.push(ask());
    await net.world.run({ untilUs: net.world.now() + BURST_US });
    most = Math.max(most, b.tcp.size);
    mostMemory = Math.max(mostMemory, net.memory.used);
    if (sent === SYNS / 10) heap = memoryUsage().heapUsed;
  }
  expect(await net.run(Promise.all(answers))).toEqual(new Array(10).fill(5000));
  expect(b.counters.cookiesAccepted).toBe(10);
  expect(b.counters.cookiesSent).toBeGreaterThan(SYNS - 10_000);
  expect(most).toBeLessThanOrEqual(256 + 10);
  expect(listener.synQueueLength).toBeLessThanOrEqual(256);
  // A burst of answers on the wire, and ten connections.
  expect(mostMemory).toBeLessThan(4 * 2 ** 20);
  expect(memoryUsage().heapUsed - heap).toBeLessThan(64 * 2 ** 20);
  flood.end();
  listener.close();
  await net.run(serving);
});

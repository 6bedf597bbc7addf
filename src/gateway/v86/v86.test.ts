// A guest that is a host of ours, on a bus that behaves as v86's. What a Linux in v86 does is test/vm/v86.test.ts.

import { afterEach, describe, expect, test } from 'vitest';
import { Host, nextTurn } from '../../host/index.ts';
import type { Device } from '../../index.ts';
import { fetchOn, serve } from '../../socket/web/index.ts';
import { createV86Network, type V86Emulator, type V86Network, v86Port } from './index.ts';

/** An emulator with a card, whose memory is used again as soon as a listener returns. */
class FakeEmulator implements V86Emulator {
  readonly #listeners = new Map<string, Set<(frame: Uint8Array) => void>>();
  readonly #ring = new Uint8Array(2048);
  /** What came for the guest, and the frames of one turn. */
  turns: number[] = [0];
  readonly card: Device = {
    kind: 'ethernet',
    mtu: 1500,
    send: (frame) => {
      this.#ring.set(frame);
      for (const each of this.#listeners.get('net0-send') ?? []) each(this.#ring.subarray(0, frame.length));
      this.#ring.fill(0xee);
    },
    onreceive: null,
  };
  readonly bus = {
    send: (event: string, frame: Uint8Array): void => {
      if (event !== 'net0-receive') throw new Error(event);
      this.turns.push((this.turns.pop() as number) + 1);
      this.card.onreceive?.(frame);
    },
  };
  add_listener(event: string, listener: (frame: Uint8Array) => void): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }
  remove_listener(event: string, listener: (frame: Uint8Array) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }
  count(event: string): number {
    return this.#listeners.get(event)?.size ?? 0;
  }
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A page, and a guest that has said something, so that its address is known. */
async function page(): Promise<{ emulator: FakeEmulator; network: V86Network; guest: Host }> {
  const emulator = new FakeEmulator();
  const network = createV86Network(emulator);
  const guest = new Host({ name: 'guest' });
  open.push(network, guest);
  guest.attach(emulator.card, { addresses: ['10.0.2.15/24'] });
  guest.addRoute('default', '10.0.2.2');
  return { emulator, network, guest };
}

describe('a guest and its page', () => {
  test('the guest fetches from the page, and the page from the guest, by name', async () => {
    const { network, guest } = await page();
    network.serve(80, ({ url }) => new Response(`you asked for ${url}`), 'page.test');
    const response = await fetchOn(guest)('http://10.0.2.2/hello');
    expect(await response.text()).toBe('you asked for http://10.0.2.2/hello');
    expect(network.address).toBe('10.0.2.15');
    serve(guest, { port: 8080 }, async (request) => new Response(`guest got ${await request.text()}`));
    const back = await network.fetch('http://guest:8080/', { method: 'POST', body: 'x'.repeat(100_000) });
    expect((await back.text()).length).toBe(100_010);
  });

  test('an open port and a closed one are told apart', async () => {
    const { network, guest } = await page();
    await expect(network.probe(7)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    guest.listen({ port: 7 });
    await fetchOn(guest)('http://10.0.2.2/').catch(() => {}); // it says where it is
    expect([await network.probe(7), await network.probe(8)]).toEqual([true, false]);
    await expect(network.fetch('http://elsewhere/')).rejects.toThrow();
  });

  test('without an outside the guest hears by ICMP that the network is unreachable', async () => {
    const { guest } = await page();
    const attempt = guest.open({ address: '192.0.2.1', port: 80 });
    attempt.opened.catch(() => {});
    attempt.closed.catch(() => {});
    while (guest.counters.icmpIn === 0) await nextTurn();
    expect(attempt.state).toBe('SYN-SENT'); // a soft error (RFC 5461): Linux gives up, we do not
    attempt.abort();
  });

  test('closing takes the listener off the emulator', async () => {
    const { emulator, network } = await page();
    expect(emulator.count('net0-send')).toBe(1);
    await network.close();
    expect(emulator.count('net0-send')).toBe(0);
  });
});

describe('the card', () => {
  test('gets as much in a turn as the ring of an NE2000 holds; the rest follows in order', async () => {
    const emulator = new FakeEmulator();
    const port = v86Port(emulator);
    const got: number[] = [];
    emulator.card.onreceive = (frame) => void got.push(frame[0] as number);
    for (let i = 0; i < 10; i++) port.send(new Uint8Array(1500).fill(i));
    expect(got.length).toBeLessThan(6);
    while (got.length < 10) {
      const before = got.length;
      await nextTurn();
      expect(got.length - before).toBeLessThan(6);
    }
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    port.close();
  });

  test('what does not fit the queue is dropped and counted, and all of it when the cable is taken off', () => {
    const emulator = new FakeEmulator();
    const port = v86Port(emulator, { queue: 10_000 });
    for (let i = 0; i < 20; i++) port.send(new Uint8Array(1000));
    const { sent, dropped } = port;
    expect([sent, dropped]).toEqual([7, 3]);
    port.close();
    expect(port.dropped).toBe(13);
    expect(() => v86Port({} as never)).toThrow(/emulator must be an emulator/);
  });
});

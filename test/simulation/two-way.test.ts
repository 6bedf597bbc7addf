// Bulk in both directions at once, on wires that lose: every ACK has text beside it, and what is lost is told all the
// same, because the SACK option takes its room from the text.

import { expect, it } from 'vitest';
import type { Connection } from '../../src/host/index.ts';
import { Net } from '../../src/host/testing.ts';
import { OPT_SACK, type Segment } from '../../src/wire/index.ts';

const OCTETS = 2_000_000;

it('100 Mbit/s, 20 ms, 1 % each way: text carries SACK, no loss waits for a timeout, both arrive whole', async () => {
  const net = new Net(3);
  const wire = { delayUs: 10_000, bandwidthBps: 100_000_000, queuePackets: 200, loss: 0.01 };
  const { a, b } = net.pair(wire);
  const listener = b.listen({ port: 80 });
  let reports = 0;
  a.tap = {
    arrives: (_tcb, seg: Segment) => {
      if (seg.textLen > 0 && (seg.opts & OPT_SACK) !== 0) reports++;
    },
  };
  const both = async (c: Connection): Promise<Connection> => {
    const receive = async (): Promise<void> => {
      let n = 0;
      for (let piece = await c.read(); piece !== null; piece = await c.read()) {
        for (const octet of piece) if (octet !== n++ % 251) throw new Error(`octet ${n} is wrong`);
      }
      expect(n).toBe(OCTETS);
    };
    const send = async (): Promise<void> => {
      await c.write(new Uint8Array(OCTETS).map((_, i) => i % 251));
      await c.end();
    };
    await Promise.all([receive(), send()]);
    return c;
  };
  const accepted = listener.accept();
  const connected = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const ends = await net.run(Promise.all([both(connected), accepted.then(both)]));
  expect(reports).toBeGreaterThan(100); // beside text: one, when the option had only the room that text left
  for (const { retransmissions, timeouts } of ends.map((c) => c.info())) {
    expect(retransmissions).toBeGreaterThan(5);
    expect(timeouts).toBe(0);
  }
  await net.finish();
});

// `vitest run`: faults of a real network for a pool of connections; two seconds without an answer take no time.

import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulation, simulate } from 'synfin/sim';
import { expect, test } from 'vitest';
import { Pool } from './pool.ts';

/** A server that gives every line back. */
const lines = (): void =>
  void createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(7000);

test('a host that dies in the middle of an answer costs one question, and leaves no connection', async () => {
  await simulate({}, async (sim: Simulation) => {
    const server = sim.host('server', lines);
    await sim.client('client', async () => {
      const pool = new Pool('server', 7000);
      expect(await pool.ask('one')).toBe('one');
      const asked = pool.ask('two');
      server.powerOff();
      await expect(asked).rejects.toThrow('no answer within 2000 ms');
      server.restart();
      expect(await pool.ask('three')).toBe('three');
      pool.close();
      await sleep(120_000);
    });
    expect(sim).toHaveNoOpenConnections();
  });
});

test('a cut of a second is bridged by TCP: nothing is asked twice', async () => {
  await simulate({}, async (sim: Simulation) => {
    sim.host('server', lines);
    const link = sim.link('client', 'server', { rtt: '20ms' });
    await sim.client('client', async () => {
      const pool = new Pool('server', 7000);
      await pool.ask('one');
      const cut = link.partition();
      setTimeout(() => cut.lift(), 1000);
      expect(await pool.ask('two')).toBe('two');
      pool.close();
    });
    expect(sim).toHaveSeen('FIN');
    expect(sim).not.toHaveSeen('RST');
  });
});

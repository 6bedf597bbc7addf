// A guest in QEMU behind `synfin gateway` on a machine whose only link goes down for minutes, and up again: what is open goes
// on, what is begun meanwhile fails at once, what is begun afterwards does not. By `npm run test:qemu`.

import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { card, QemuGuest, whyNoGuest } from './qemu.ts';

const SYNFIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const why =
  process.env['SYNFIN_VM'] === 'whole' ? whyNoGuest() || (await whyNoKernel([])) : 'npm run test:qemu';
const DOWN_S = Number(process.env['SYNFIN_VM_DOWN_S'] ?? 180);
/** Lines, a second each: before, while and after. */
const LINES = DOWN_S + 10;
/** The longest that a TCP that was backed off waits until it tries again (Linux: TCP_RTO_MAX). */
const BACKED_OFF_MS = 120_000;

const ECHO = `
  const server = require('node:net').createServer({ allowHalfOpen: true }, (s) => s.on('error', () => {}).pipe(s));
  server.listen(7, '192.0.2.2', () => console.log('ready'));
`;

/** Waits until a program says something. */
function said(stream: Readable | null, what: string): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    stream?.on('data', (piece) => {
      text += piece;
      if (text.includes(what)) resolve();
    });
    stream?.once('end', () => reject(new Error(`it ended: ${text}`)));
  });
}

describe.skipIf(why !== '')(titled(`the machine’s link is down for ${DOWN_S} s`, why), () => {
  let machine: Namespace;
  let far: Namespace;
  let guest: QemuGuest;

  beforeAll(async () => {
    machine = await Namespace.open();
    far = await Namespace.open();
    await machine.sh(`ip link add up0 type veth peer name up0 netns ${far.pid}`);
    await machine.sh('ip addr add 192.0.2.1/24 dev up0; ip link set up0 up');
    await far.sh('ip addr add 192.0.2.2/24 dev up0; ip link set up0 up');
    const server = far.spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'pipe', 'inherit'] });
    await said(server.stdout, 'ready');
    const at = machine.path('vm.sock');
    const command = ['--lang', 'en', 'gateway', '--listen', `unix:${at}`, '--allow', '192.0.2.0/24:7'];
    const gateway = machine.spawn(process.execPath, [SYNFIN, ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await said(gateway.stderr, 'qemu-system');
    guest = await QemuGuest.boot({ network: card(`stream,server=off,addr.type=unix,addr.path=${at}`) });
    await guest.run('ip link set eth0 up; udhcpc -i eth0 -n -q -t 4 -s /etc/udhcpc.sh');
  }, 120_000);
  afterAll(async () => {
    await guest?.close();
    await machine?.close();
    await far?.close();
  });

  test('what is open goes on; new connections fail at once, and work again afterwards', {
    timeout: 60_000 + 1000 * LINES + 2 * BACKED_OFF_MS,
  }, async () => {
    const lines = `for i in $(seq ${LINES}); do echo line $i; sleep 1; done`;
    await guest.run(`{ (${lines}) | nc 192.0.2.2 7 >/tmp/lines; echo end >>/tmp/lines; } & true`);
    await guest.run('for i in $(seq 50); do grep -q "line 2" /tmp/lines && break; sleep 0.2; done');
    await machine.sh('ip link set up0 down');
    const down = performance.now();
    for (let tried = 0; performance.now() - down < DOWN_S * 1000; tried++) {
      await expect(guest.run('echo x | nc -w 20 192.0.2.2 7')).rejects.toThrow(/unreachable/i);
      expect(performance.now() - down).toBeLessThan(tried * 10_000 + 30_000);
      await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, DOWN_S * 200)));
    }
    await machine.sh('ip link set up0 up');
    await expect
      .poll(() => guest.run('echo again | nc -w 20 192.0.2.2 7').catch(String), { timeout: 60_000 })
      .toBe('again\n');
    await expect
      .poll(() => guest.run('tail -n 1 /tmp/lines'), { timeout: BACKED_OFF_MS + 60_000, interval: 1000 })
      .toBe('end\n');
    const all = Array.from({ length: LINES }, (_, i) => `line ${i + 1}\n`).join('');
    expect(await guest.run('cat /tmp/lines')).toBe(`${all}end\n`);
  });
});

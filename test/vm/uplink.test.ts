// A guest behind `synfin gateway` on a machine whose only link goes down, and up again: what is open goes on, what is begun
// meanwhile fails at once, what is begun afterwards does not. For 20 s with a guest in this process; `npm run test:qemu` has a
// Linux in QEMU, and three minutes.

import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Host } from '../../src/host/index.ts';
import { connectDevice } from '../../src/node/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { card, QemuGuest, whyNoGuest } from './qemu.ts';

const SYNFIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const noKernel = await whyNoKernel([]);
const noGuest = process.env['SYNFIN_VM'] === 'whole' ? whyNoGuest() || noKernel : 'npm run test:qemu';
const DOWN_S = Number(process.env['SYNFIN_VM_DOWN_S'] ?? 180);
const SHORT_DOWN_MS = 20_000;
/** Lines, a second each: before, while and after. */
const LINES = DOWN_S + 10;
/** The longest that a TCP that was backed off waits until it tries again (Linux: TCP_RTO_MAX). */
const BACKED_OFF_MS = 120_000;
/** How long a test waits for what takes no time. */
const PATIENCE = { timeout: 30_000, interval: 50 };

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

/** A machine with `synfin gateway`, whose only link leads to a server. */
class Uplink {
  readonly machine: Namespace;
  readonly far: Namespace;
  /** Where guests come. */
  readonly at: string;

  private constructor(machine: Namespace, far: Namespace) {
    this.machine = machine;
    this.far = far;
    this.at = machine.path('vm.sock');
  }

  static async open(): Promise<Uplink> {
    const uplink = new Uplink(await Namespace.open(), await Namespace.open());
    const { machine, far, at } = uplink;
    await machine.sh(`ip link add up0 type veth peer name up0 netns ${far.pid}`);
    await machine.sh('ip addr add 192.0.2.1/24 dev up0; ip link set up0 up');
    await far.sh('ip addr add 192.0.2.2/24 dev up0; ip link set up0 up');
    const server = far.spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'pipe', 'inherit'] });
    await said(server.stdout, 'ready');
    const command = ['--lang', 'en', 'gateway', '--listen', `unix:${at}`, '--allow', '192.0.2.0/24:7'];
    const gateway = machine.spawn(process.execPath, [SYNFIN, ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await said(gateway.stderr, 'qemu-system');
    return uplink;
  }

  set(state: 'up' | 'down'): Promise<unknown> {
    return this.machine.sh(`ip link set up0 ${state}`);
  }

  async close(): Promise<void> {
    await this.machine.close();
    await this.far.close();
  }
}

describe.skipIf(noKernel !== '')(titled('the machine’s link is down for 20 s', noKernel), () => {
  let uplink: Uplink;
  let guest: Host;

  beforeAll(async () => {
    uplink = await Uplink.open();
    guest = new Host({ name: 'guest' });
    guest.attach(await connectDevice({ path: uplink.at }), { addresses: ['10.0.2.15/24'] });
    guest.addRoute('default', '10.0.2.2');
  });
  afterAll(async () => {
    await guest?.close({ timeoutMs: 0 });
    await uplink?.close();
  });

  test('what is open goes on; new connections are told so at once, and work again afterwards', {
    timeout: SHORT_DOWN_MS + 180_000,
  }, async () => {
    const far = { address: '192.0.2.2', port: 7 };
    const open = await guest.connect(far);
    let [wrote, heard] = ['', ''];
    const over = (async () => {
      for await (const octets of open) heard += new TextDecoder().decode(octets);
    })();
    const say = async (): Promise<void> => {
      const line = `line ${wrote.length}\n`;
      wrote += line;
      await open.write(new TextEncoder().encode(line));
    };
    await say();
    await expect.poll(() => heard, PATIENCE).toBe(wrote);

    await uplink.set('down');
    for (const down = performance.now(); performance.now() - down < SHORT_DOWN_MS; ) {
      await say();
      const told: string[] = [];
      const attempt = guest.open({ ...far, handler: { trouble: (_, { code }) => void told.push(code) } });
      await expect.poll(() => told[0], PATIENCE).toMatch(/ENETUNREACH|EHOSTUNREACH/);
      attempt.abort();
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    expect(wrote.length).toBeGreaterThan(heard.length);
    await uplink.set('up');
    await say();

    const again = await guest.connect({ ...far, timeout: 60_000 });
    again.abort();
    await expect.poll(() => heard, { timeout: 90_000, interval: 100 }).toBe(wrote);
    await open.end();
    await over;
    expect(open.error).toBeNull();
  });
});

describe.skipIf(noGuest !== '')(titled(`the machine’s link is down for ${DOWN_S} s`, noGuest), () => {
  let uplink: Uplink;
  let guest: QemuGuest;

  beforeAll(async () => {
    uplink = await Uplink.open();
    guest = await QemuGuest.boot({
      network: card(`stream,server=off,addr.type=unix,addr.path=${uplink.at}`),
    });
    await guest.run('ip link set eth0 up; udhcpc -i eth0 -n -q -t 4 -s /etc/udhcpc.sh');
  }, 120_000);
  afterAll(async () => {
    await guest?.close();
    await uplink?.close();
  });

  test('what is open goes on; new connections fail at once, and work again afterwards', {
    timeout: 60_000 + 1000 * LINES + 2 * BACKED_OFF_MS,
  }, async () => {
    const lines = `for i in $(seq ${LINES}); do echo line $i; sleep 1; done`;
    await guest.run(`{ (${lines}) | nc 192.0.2.2 7 >/tmp/lines; echo end >>/tmp/lines; } & true`);
    await guest.run('for i in $(seq 50); do grep -q "line 2" /tmp/lines && break; sleep 0.2; done');
    await uplink.set('down');
    const down = performance.now();
    for (let tried = 0; performance.now() - down < DOWN_S * 1000; tried++) {
      await expect(guest.run('echo x | nc -w 20 192.0.2.2 7')).rejects.toThrow(/unreachable/i);
      expect(performance.now() - down).toBeLessThan(tried * 10_000 + 30_000);
      await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, DOWN_S * 200)));
    }
    await uplink.set('up');
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

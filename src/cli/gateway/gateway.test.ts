import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { readAll } from '../../host/testing.ts';
import { connectDevice } from '../../node/index.ts';
import { UsageError } from '../command.ts';
import { main } from '../program.ts';
import { gatewaySettings } from './settings.ts';
import { octetsText, pasteLines, tableLines } from './show.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-gateway-'));
const cleanUp: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterEach(async () => {
  for (const each of cleanUp.splice(1).reverse()) await each();
});

/** The command, until `q`. */
function start(...argv: string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const text = { out: '', err: '' };
  stdout.setEncoding('utf8').on('data', (chunk) => (text.out += chunk));
  stderr.setEncoding('utf8').on('data', (chunk) => (text.err += chunk));
  const ended = main(['gateway', ...argv], { stdin, stdout, stderr, env: { LANG: 'C' } });
  const quit = async (): Promise<number> => {
    stdin.write('q');
    return ended;
  };
  const until = async (what: RegExp): Promise<RegExpExecArray> => {
    for (let n = 0; n < 300; n++) {
      const found = what.exec(text.err) ?? what.exec(text.out);
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`there is no ${what} in ${text.err}`);
  };
  return { text, quit, until, ended };
}

describe('synfin gateway', () => {
  test('a guest by a unix socket reaches a server of the machine, and is reached by -L; all of it is recorded', async () => {
    const server = createServer((socket) => socket.end('hello from the machine'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp.push(() => server.close());
    const { port } = server.address() as { port: number };
    const [path, pcap, audit] = ['vm.sock', 'all.pcapng', 'audit.jsonl'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const command = start(
      '--listen',
      `unix:${path}`,
      '-L',
      '0:22',
      '--host-loopback',
      `${port}`,
      '--pcap',
      pcap,
      '--audit',
      audit,
    );
    await command.until(/qemu-system-x86_64 .*addr\.path=.*vm\.sock/);
    const [, forwarded = ''] = await command.until(/127\.0\.0\.1:(\d+) leads to port 22/);
    const guest = new Host({ name: 'guest' });
    cleanUp.push(() => guest.close({ timeoutMs: 0 }));
    guest.attach(await connectDevice({ path }, { kind: 'ethernet' }), { addresses: ['10.0.2.15/24'] });
    await command.until(/guest guest1 has come/);
    const c = await guest.connect({ address: '10.0.2.2', port });
    expect(new TextDecoder().decode(await readAll(c))).toBe('hello from the machine');
    c.close();
    const listener = guest.listen({ port: 22 });
    const socket = connect(Number(forwarded), '127.0.0.1');
    socket.write('SSH');
    const accepted = await listener.accept();
    expect(new TextDecoder().decode((await accepted.read()) ?? undefined)).toBe('SSH');
    socket.destroy();
    expect(await command.quit()).toBe(0);
    const log = readFileSync(audit, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(log).toContainEqual(
      expect.objectContaining({
        event: 'connect',
        verdict: 'allow',
        to: `10.0.2.2:${port}`,
        guest: 'guest1',
      }),
    );
    expect(readFileSync(pcap).length).toBeGreaterThan(1000);
    expect(existsSync(path)).toBe(false);
  });

  test('wrong arguments are told in one line, in both languages', async () => {
    const rows: [string[], RegExp][] = [
      [[], /give --listen/],
      [['--listen', 'nowhere'], /nowhere/],
      [['--listen', 'unix:x', '-L', 'x'], /-L x: write/],
      [['--listen', 'unix:x', '--allow', 'a b'], /'a b'/],
      [['--listen', 'unix:x', '--answer', 'no'], /rst, drop, icmp/],
      [['--listen', 'unix:x', '--name', 'x'], /NAME=ADDRESS/],
      [['--listen', 'unix:x', '--network', '10.0.0.0/30'], /8 to 28 bits/],
      [['--listen', 'unix:x', '--lang', 'zh', '-L', 'x'], /应写成/],
    ];
    for (const [argv, told] of rows) {
      const command = start(...argv);
      expect(await command.ended).toBe(2);
      expect(command.text.err).toMatch(told);
      expect(command.text.err.trim().split('\n').length).toBe(1);
    }
  });

  test('forwards as they are written', () => {
    const forward = (text: string) => gatewaySettings({ listen: ['unix:x'], forward: [text] }).forwards[0];
    expect(forward('2222:22')).toEqual({ port: 2222, guestPort: 22 });
    expect(forward('0.0.0.0:2222:22')).toEqual({ address: '0.0.0.0', port: 2222, guestPort: 22 });
    expect(forward('[::1]:2222:vm1:22')).toEqual({ address: '::1', port: 2222, guest: 'vm1', guestPort: 22 });
    expect(forward('2222:vm1:22')).toEqual({ port: 2222, guest: 'vm1', guestPort: 22 });
    expect(() => forward('2222:0')).toThrow(UsageError);
  });

  test('the table: as many rows as there is room, names before addresses', () => {
    const row = {
      guest: 'vm1',
      from: '10.0.2.15:1',
      to: '192.0.2.1:443',
      name: 'example.org',
      state: 'ESTABLISHED',
      phase: 'open',
      sent: 1200,
      received: 34_000_000,
      retransmissions: 2,
    };
    const counters = { tcp: { denied: 1, failed: 2 }, udp: { denied: 0 }, dns: { denied: 3 }, dhcp: {} };
    const info = {
      guests: [{}],
      connections: [row, { ...row, name: null }, row, row],
      flows: 5,
      leases: [],
      counters,
    } as never;
    expect(tableLines('en', info, 20).slice(0, 4)).toEqual([
      '1 guests, 4 connections, 5 flows of datagrams; denied 4, failed 2',
      'guest        to                                 state        both sides                  sent  received  again',
      'vm1          example.org:443                    ESTABLISHED  open                        1200       34M      2',
      'vm1          192.0.2.1:443                      ESTABLISHED  open                        1200       34M      2',
    ]);
    expect(tableLines('en', info, 5).at(-1)).toBe('… and 3 more');
    expect([octetsText(9999), octetsText(10_000), octetsText(1_500_000)]).toEqual(['9999', '10k', '1.5M']);
    expect(pasteLines('ws:127.0.0.1:8086', 1500)).toEqual([
      "new V86({ …, net_device: { type: 'virtio', relay_url: 'ws://127.0.0.1:8086/' } })",
    ]);
  });
});

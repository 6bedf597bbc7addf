import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { CaptureReader, Follower } from '../../capture/index.ts';
import type { FramePort } from '../../gateway/index.ts';
import { createGateway } from '../../gateway/node/index.ts';
import { Host } from '../../host/index.ts';
import { readAll } from '../../host/testing.ts';
import { devicePair } from '../../link/index.ts';
import { connectDevice } from '../../node/index.ts';
import { UsageError } from '../command.ts';
import { main } from '../program.ts';
import { Arrivals } from './guests.ts';
import { gatewaySettings } from './settings.ts';
import { headRows, octetsText, pasteLines, tableLines } from './show.ts';

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

const SANDBOX = { address: '10.0.2.10', prefix: 24, router: '10.0.2.2' };

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
      .map((line) => JSON.parse(line) as { time: string });
    for (const { time } of log) expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
    expect(log).toContainEqual(
      expect.objectContaining({
        event: 'connect',
        verdict: 'allow',
        to: `10.0.2.2:${port}`,
        guest: 'guest1',
      }),
    );
    const follower = new Follower({ onConnection() {} });
    const reader = new CaptureReader((frame) => void follower.frame(frame));
    reader.push(readFileSync(pcap));
    reader.end();
    follower.end();
    expect(follower.counts.connections).toBe(2);
    expect(Math.abs(follower.counts.firstSeconds - Date.now() / 1000)).toBeLessThan(60);
    expect(existsSync(path)).toBe(false);
  });

  test('wrong arguments are told in one line, in both languages', async () => {
    const rows: [string[], RegExp][] = [
      [[], /give --listen/],
      [['--listen', 'nowhere'], /nowhere/],
      [['--listen', 'unix:x', '-L', 'x'], /-L x: write/],
      [['--listen', 'unix:x', '--allow', 'a b'], /'a b'/],
      [['--listen', 'unix:x', '--answer', 'no'], /rst, drop, icmp/],
      [['--listen', 'unix:x', '--fault', 'guest1'], /--fault guest1: write/],
      [['--listen', 'unix:x', '--fault', 'guest1 lose 2%'], /--fault guest1 lose/],
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

  test('faults as they are written: of all, and of one guest', () => {
    const faults = (...fault: string[]) => gatewaySettings({ listen: ['unix:x'], loss: '0.5', fault }).faults;
    expect(faults().all).toMatchObject({ loss: 0.5 });
    const { all, of } = faults('loss 2% delay 100', 'vm1 delay 20, seed 7', 'vm2 loss 0');
    expect(all).toMatchObject({ loss: 0.02, delayUs: 100_000 });
    expect([...of.keys()]).toEqual(['vm1', 'vm2']);
    expect(of.get('vm1')).toMatchObject({ loss: 0, delayUs: 20_000, seed: 7 });
    expect(of.get('vm2')).toEqual({}); // none, whatever the others have
  });

  test('a machine that was started again is the same guest; each has its own faults', async () => {
    const gateway = createGateway({ dns: {} });
    cleanUp.push(() => gateway.close());
    const arrivals = new Arrivals(gateway, { all: undefined, of: new Map([['guest2', { loss: 1 }]]) });
    const machine = () => {
      const [a, b] = devicePair({ kind: 'ethernet' });
      const guest = arrivals.join(b as FramePort & typeof b);
      const host = new Host({ name: 'machine' });
      host.attach(a, { addresses: ['10.0.2.15/24'], mac: '52:54:00:12:34:56' });
      return { a, guest, host };
    };
    const reached = (host: Host) =>
      host.connect({ address: gateway.address, port: 9, timeout: 2000 }).then(
        () => 'open',
        (error: { code: string }) => error.code,
      );
    const first = machine();
    expect([first.guest.name, await reached(first.host)]).toEqual(['guest1', 'ECONNREFUSED']);
    first.a.close(); // its QEMU has ended
    await first.host.close({ timeoutMs: 0 });
    const again = machine();
    cleanUp.push(() => again.host.close({ timeoutMs: 0 }));
    expect([again.guest.name, await reached(again.host)]).toEqual(['guest1', 'ECONNREFUSED']);
    const other = machine();
    cleanUp.push(() => other.host.close({ timeoutMs: 0 }));
    expect(other.guest.name).toBe('guest2');
    other.host.udp().send(new Uint8Array(1), gateway.address, 9);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.guest.counters.framesIn).toBe(0); // all are lost
  });

  test('forwards as they are written', () => {
    const forward = (text: string) => gatewaySettings({ listen: ['unix:x'], forward: [text] }).forwards[0];
    expect(forward('2222:22')).toEqual({ port: 2222, guestPort: 22 });
    expect(forward('0.0.0.0:2222:22')).toEqual({ address: '0.0.0.0', port: 2222, guestPort: 22 });
    expect(forward('[::1]:2222:vm1:22')).toEqual({ address: '::1', port: 2222, guest: 'vm1', guestPort: 22 });
    expect(forward('2222:vm1:22')).toEqual({ port: 2222, guest: 'vm1', guestPort: 22 });
    expect(forward('udp:5353:53')).toEqual({ protocol: 'udp', port: 5353, guestPort: 53 });
    expect(forward('udp:[::1]:5353:vm1:53')).toMatchObject({ protocol: 'udp', address: '::1', guest: 'vm1' });
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
    const wide = { height: 20, columns: 120, chosen: -1 };
    expect(tableLines('en', info, wide).slice(0, 4)).toEqual([
      '1 guests, 4 connections, 5 flows of datagrams; denied 4, failed 2',
      '  guest        to                                 state        both sides                  sent  received  again',
      '  vm1          example.org:443                    ESTABLISHED  open                        1200       34M      2',
      '  vm1          192.0.2.1:443                      ESTABLISHED  open                        1200       34M      2',
    ]);
    expect(tableLines('en', info, { ...wide, height: 5 }).at(-1)).toBe('… and 3 more');
    const narrow = tableLines('en', info, { height: 20, columns: 80, chosen: 1 });
    expect(narrow.slice(1, 4)).toEqual([
      '  guest    to                   state        both sides      sent received again',
      '  vm1      example.org:443      ESTABLISHED  open            1200      34M     2',
      '> vm1      192.0.2.1:443        ESTABLISHED  open            1200      34M     2',
    ]);
    const qemu = pasteLines('unix:/run/a/long/way/vm.sock', 1500, SANDBOX)[0] as string;
    const rows = headRows([`  ${qemu}`], 80);
    expect(rows.length).toBe(2);
    expect(rows.every((each) => each.length <= 80)).toBe(true);
    expect(rows.join('\n').replaceAll('\\\n', '')).toBe(`  ${qemu}`); // as a shell joins them
    expect([octetsText(9999), octetsText(10_000), octetsText(1_500_000)]).toEqual(['9999', '10k', '1.5M']);
    expect(pasteLines('ws:127.0.0.1:8086', 1500, SANDBOX)).toEqual([
      "new V86({ …, net_device: { type: 'virtio', relay_url: 'ws://127.0.0.1:8086/' } })",
    ]);
    expect(pasteLines('tap:box0', 9000, SANDBOX)).toEqual([
      'ip link set box0 netns PID',
      'nsenter -n -t PID ip addr add 10.0.2.10/24 dev box0',
      'nsenter -n -t PID ip link set box0 mtu 9000 up',
      'nsenter -n -t PID ip route add default via 10.0.2.2',
    ]);
  });
});

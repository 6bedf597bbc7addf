// What keeps a process alive: a listener, a connection, a UDP socket, as with sockets of the platform; not what is left
// when all of them are gone, and nothing after `unref`.

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const SYNFIN = new URL('../../src/index.ts', import.meta.url).href;

/** The parts of a program that two hosts need. */
const TWO_HOSTS = `
  const [left, right] = devicePair();
  const a = new Host(), b = new Host();
  a.attach(left, { addresses: ['10.0.0.1/24'] });
  b.attach(right, { addresses: ['10.0.0.2/24'] });
  const listener = b.listen({ port: 7 });
`;

/**
 * What a program prints. A timer that keeps nothing alive prints 'alive' after `ms` and runs \`then\`: it does so
 * only where something else keeps the process.
 */
function printed(program: string, then = 'process.exit()', ms = 300): string {
  const text = `
    import { devicePair, Host } from ${JSON.stringify(SYNFIN)};
    setTimeout(() => { console.log('alive'); ${then}; }, ${ms}).unref();
    ${program}
  `;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--eval', text],
    { encoding: 'utf8', timeout: 30_000, env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return stdout.trim().replaceAll('\n', ' ');
}

test('a host with nothing open lets the process end', () => {
  expect(printed('new Host();')).toBe('');
  expect(printed(`const [left] = devicePair(); new Host().attach(left);`)).toBe('');
});

test.each([
  ['a listener', 'const host = new Host(); const open = host.listen({ port: 7 });'],
  ['a UDP socket', 'const host = new Host(); const open = host.udp();'],
])('%s keeps it, until it is closed', (_, program) => {
  expect(printed(program, 'open.close()')).toBe('alive');
});

test('... or the host is closed, or told not to keep it', () => {
  const program = 'const host = new Host(); host.listen({ port: 7 });';
  expect(printed(program, 'host.close()')).toBe('alive');
  expect(printed(program, 'host.unref()')).toBe('alive');
  expect(printed(`${program} host.unref();`)).toBe('');
  expect(printed(`${program} host.unref(); host.ref();`)).toBe('alive');
});

test('a connection keeps it, also one that waits for nothing but its peer', () => {
  const program = `${TWO_HOSTS}
    const c = await a.connect({ address: '10.0.0.2', port: 7 });
    await listener.accept();
    listener.close();
    c.read().catch(({ code }) => console.log(code));
  `;
  expect(printed(program, 'a.close({ timeoutMs: 0 })')).toBe('alive ENETDOWN');
});

test('a connection that was closed still delivers what was written; then its record in TIME-WAIT keeps nothing', () => {
  const program = `${TWO_HOSTS}
    const c = await a.connect({ address: '10.0.0.2', port: 7 });
    const s = await listener.accept();
    listener.close();
    c.write(new Uint8Array(1_000_000));
    c.close();
    let n = 0;
    for await (const chunk of s) n += chunk.length;
    await s.end();
    console.log(n, a.tcp.timeWait.size, a.tcp.size + b.tcp.size);
  `;
  expect(printed(program, 'process.exit()', 10_000)).toBe('1000000 1 0');
});

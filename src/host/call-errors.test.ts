// Every call of a connection in every state that a connection can be in: what it answers, and at once. One table
// for calls that are made then, one for calls that wait when it happens.

import { expect, it } from 'vitest';
import type { TcpError } from '../tcp/index.ts';
import type { Connection, Host } from './index.ts';
import { Net, octets, unhandled } from './testing.ts';

interface Case {
  net: Net;
  a: Host;
  c: Connection;
  /** The other end; null where there is none. */
  s: Connection | null;
  cut(): void;
}

const TCP = { tcp: { sendBuffer: 1000, receiveBuffer: 1000 } };

function opening(port = 80): Case {
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs: 1000 }, TCP, TCP);
  b.listen({ port: 80 });
  const c = a.open({ address: 'fd00::2', port, localPort: 50_000 });
  return { net, a, c, s: null, cut: () => wire.partition(true) };
}

async function open(): Promise<Case> {
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs: 1000 }, TCP, TCP);
  const listener = b.listen({ port: 80 });
  const c = await net.run(a.connect({ address: 'fd00::2', port: 80, localPort: 50_000 }));
  const s = await net.run(listener.accept());
  return { net, a, c, s, cut: () => wire.partition(true) };
}

/** How a connection comes into each state. */
const events: Record<string, (at: Case) => void> = {
  'the peer has ended': ({ s }) => void s?.end(),
  'we have ended': ({ c }) => void c.end(),
  'both have ended': ({ c, s }) => {
    void c.end();
    void s?.end();
  },
  'we have closed': ({ c }) => c.close(),
  'we have aborted': ({ c }) => c.abort(),
  'the peer has reset': ({ s }) => s?.abort(),
  'the peer is gone': ({ c, cut }) => {
    cut();
    c.setUserTimeout(1000);
    c.write(octets(1)).catch(() => {});
  },
};

async function inState(name: string): Promise<Case> {
  if (name === 'opening') return opening();
  if (name === 'refused') {
    const at = opening(81);
    await at.net.pass(10_000);
    return at;
  }
  if (name === 'closed while opening' || name === 'aborted while opening') {
    const at = opening();
    if (name.startsWith('closed')) at.c.close();
    else at.c.abort();
    return at;
  }
  const at = await open();
  if (name === 'open') return at;
  if (name === 'we have closed with octets unread') {
    await at.net.run(at.s?.write(octets(10)) as Promise<void>);
    await at.net.pass(100_000);
    at.c.close();
    return at;
  }
  (events[name] as (at: Case) => void)(at);
  await at.net.pass(2_000_000);
  return at;
}

const calls: Record<string, (c: Connection) => unknown> = {
  read: (c) => c.read(),
  take: (c) => c.take(),
  write: (c) => c.write(octets(1)),
  offer: (c) => c.offer(octets(1)),
  end: (c) => c.end(),
  opened: (c) => c.opened,
  closed: (c) => c.closed,
};

/** What an answer is, in words; 'waits' when there is none although no time has to pass. */
async function answer(value: unknown): Promise<string> {
  const turn = new Promise((resolve) => setImmediate(resolve, 'waits'));
  try {
    const is = await Promise.race([value, turn]);
    if (is === null || is === 'waits' || typeof is === 'number') return String(is);
    return 'ok';
  } catch (error) {
    const { syscall, code, message, address, port, localAddress, localPort } = error as TcpError;
    expect([address, port, localAddress, localPort]).toEqual(['fd00::2', port, 'fd00::1', 50_000]);
    expect(message.startsWith(syscall === undefined ? `${code}: ` : `${syscall} ${code}: `)).toBe(true);
    expect(message.endsWith(`([fd00::2]:${port})`)).toBe(true);
    return syscall === undefined ? code : `${syscall} ${code}`;
  }
}

const BROKEN = (code: string, call = `read ${code}`): string[] => [
  `read ${code}`,
  'null',
  `write ${code}`,
  '0',
  `shutdown ${code}`,
  'ok',
  call,
];
const NEVER = (code: string): string[] => [
  `read ${code}`,
  'null',
  `write ${code}`,
  '0',
  `shutdown ${code}`,
  `connect ${code}`,
  `connect ${code}`,
];

const table: [state: string, ...answers: string[]][] = [
  // state               read                 take    write         offer  end      opened   closed
  ['opening', 'waits', 'null', 'ok', '1', 'waits', 'waits', 'waits'],
  ['open', 'waits', 'null', 'ok', '1', 'waits', 'ok', 'waits'],
  ['the peer has ended', 'null', 'null', 'ok', '1', 'waits', 'ok', 'waits'],
  ['we have ended', 'waits', 'null', 'write EPIPE', '0', 'ok', 'ok', 'waits'],
  ['both have ended', 'null', 'null', 'write EPIPE', '0', 'ok', 'ok', 'ok'],
  ['we have closed', 'read ECONNABORTED', 'null', 'write EPIPE', '0', 'ok', 'ok', 'waits'],
  ['we have closed with octets unread', ...BROKEN('ECONNABORTED', 'ECONNABORTED')],
  ['we have aborted', ...BROKEN('ECONNABORTED', 'ECONNABORTED')],
  ['the peer has reset', ...BROKEN('ECONNRESET')],
  ['the peer is gone', ...BROKEN('ETIMEDOUT')],
  ['refused', ...NEVER('ECONNREFUSED')],
  ['aborted while opening', ...NEVER('ECONNABORTED')],
  [
    'closed while opening',
    'read ECONNABORTED',
    'null',
    'write EPIPE',
    '0',
    'shutdown ECONNABORTED',
    'connect ECONNABORTED',
    'ok',
  ],
];

it.each(table)('a call when %s is answered at once', async (state, ...expected) => {
  for (const [i, [name, call]] of Object.entries(calls).entries()) {
    const { c } = await inState(state);
    expect(`${name}: ${await answer(call(c))}`).toBe(`${name}: ${expected[i]}`);
    c.abort();
  }
});

/** Calls that wait while a connection is open, and one that waits while it opens. */
const waiting: Record<string, (c: Connection) => Promise<unknown>> = {
  read: (c) => c.read(),
  'second read': (c) => c.read(),
  write: (c) => c.write(octets(5000)),
  'second write': (c) => c.write(octets(1)),
  end: (c) => c.end(),
  closed: (c) => c.closed,
};

const pendingTable: [event: string, ...answers: string[]][] = [
  // event             read, second read          write, second write         end        closed
  ['the peer has ended', 'null', 'null', 'waits', 'waits', 'waits', 'waits'],
  ['we have closed', 'read ECONNABORTED', 'read ECONNABORTED', 'waits', 'waits', 'waits', 'waits'],
  [
    'we have aborted',
    'read ECONNABORTED',
    'read ECONNABORTED',
    'write ECONNABORTED',
    'write ECONNABORTED',
    'shutdown ECONNABORTED',
    'ECONNABORTED',
  ],
  [
    'the peer has reset',
    'read ECONNRESET',
    'read ECONNRESET',
    'write ECONNRESET',
    'write ECONNRESET',
    'shutdown ECONNRESET',
    'read ECONNRESET',
  ],
  [
    'the peer is gone',
    'read ETIMEDOUT',
    'read ETIMEDOUT',
    'write ETIMEDOUT',
    'write ETIMEDOUT',
    'shutdown ETIMEDOUT',
    'read ETIMEDOUT',
  ],
];

it.each(pendingTable)('what waits when %s is answered then', async (event, ...expected) => {
  const at = await open();
  if (event === 'the peer is gone') {
    at.cut();
    at.c.setUserTimeout(1000);
  }
  const waits = Object.entries(waiting).map(([name, call]) => [name, call(at.c)] as const);
  for (const [, promise] of waits) promise.catch(() => {});
  await at.net.pass(100_000);
  if (event === 'the peer is gone') await at.net.pass(5_000_000);
  else (events[event] as (at: Case) => void)(at);
  if (event.startsWith('the peer')) await at.net.pass(100_000); // else it is known without a packet
  for (const [i, [name, promise]] of waits.entries())
    expect(`${name}: ${await answer(promise)}`).toBe(`${name}: ${expected[i]}`);
});

it('what waits while a connection opens fails as the attempt does, by the name of its own call', async () => {
  const net = new Net();
  const { a } = net.pair({ delayUs: 1000 }, TCP);
  const c = a.open({ address: 'fd00::2', port: 81, localPort: 50_000 });
  const all = [c.read(), c.write(octets(5000)), c.end(), c.opened, c.closed];
  for (const each of all) each.catch(() => {});
  await net.pass(10_000);
  expect(await Promise.all(all.map(answer))).toEqual([
    'read ECONNREFUSED',
    'write ECONNREFUSED',
    'shutdown ECONNREFUSED',
    'connect ECONNREFUSED',
    'connect ECONNREFUSED',
  ]);
});

it('what was thrown before a connection begins names the endpoint, too', async () => {
  const net = new Net();
  const { a } = net.pair();
  a.listen({ port: 80 });
  a.listen({ port: 80, address: 'fd00::1' });
  const thrown = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      const { syscall, code, address, port, message } = error as TcpError;
      return [syscall, code, address, port, message.slice(message.indexOf('('))];
    }
  };
  expect([
    thrown(() => a.listen({ port: 80 })),
    thrown(() => a.listen({ port: 80, address: 'fd00::1' })),
    thrown(() => a.open({ address: '2001:db8::1', port: 80 })),
    thrown(() => a.udp({ port: 9 }).send(octets(1), '2001:db8::1', 53)),
  ]).toEqual([
    ['listen', 'EADDRINUSE', '::', 80, '([::]:80)'],
    ['listen', 'EADDRINUSE', 'fd00::1', 80, '([fd00::1]:80)'],
    ['connect', 'ENETUNREACH', '2001:db8::1', 80, '([2001:db8::1]:80)'],
    ['send', 'ENETUNREACH', '2001:db8::1', 53, '([2001:db8::1]:53)'],
  ]);
});

it('a connect that fails and that nobody awaits is an unhandled rejection', async () => {
  const net = new Net();
  const { a } = net.pair({ delayUs: 1000 });
  const reported = await unhandled(async () => {
    void a.connect({ address: '10.0.0.2', port: 80 });
    a.open({ address: '10.0.0.2', port: 80 }); // nobody asks this one
    net.world.runSync(1e6);
  });
  expect(reported.map((error) => (error as TcpError).code)).toEqual(['ECONNREFUSED']);
});

it('an accept names where it listened', async () => {
  const net = new Net();
  const { a } = net.pair();
  const listener = a.listen({ port: 80, address: 'fd00::1' });
  const waits = listener.accept();
  listener.close();
  for (const accept of [waits, listener.accept()])
    await expect(accept).rejects.toMatchObject({
      code: 'ECONNABORTED',
      syscall: 'accept',
      address: 'fd00::1',
      port: 80,
    });
});

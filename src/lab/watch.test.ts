import { expect, test } from 'vitest';
import { type Wire, World } from '../sim/index.ts';
import { pcapngOf, statesPassed, type Trace, terminalLadder, watchWire } from './index.ts';

/** A connection that is opened, says something, and is closed by the client. */
async function talk(rules: readonly string[] = [], address = '10.0.0.2') {
  const world = new World({ seed: 1 });
  const client = world.host('client', '10.0.0.1/24', 'fd00::1/64', { tcp: { mslMs: 100 } });
  const server = world.host('server', '10.0.0.2/24', 'fd00::2/64');
  const wire: Wire = world.wire(client, server, { delayUs: 10_000 });
  for (const rule of rules) wire.rule(rule);
  const watch = watchWire(wire, client, server);
  const listener = server.listen({ port: 80 });
  const serve = async () => {
    const connection = await listener.accept();
    for await (const octets of connection) await connection.write(octets);
    await connection.end();
  };
  const ask = async () => {
    const connection = await client.connect({ address, port: 80 });
    await connection.write(new Uint8Array(5));
    await connection.end();
    await connection.closed;
  };
  await world.settle(Promise.all([ask(), serve()]));
  await world.run();
  return { world, client, server, wire, watch, trace: watch.trace() };
}

const flags = (trace: Trace): string =>
  trace.events.flatMap((event) => (event.kind === 'sent' ? [event.segment.flags] : [])).join(' ');

test('the trace begins before the first segment: both ends pass all their states, whoever looks at it later', async () => {
  const { trace } = await talk();
  expect(trace.ends).toMatchObject({
    left: { name: 'client', address: '10.0.0.1' },
    right: { name: 'server', address: '10.0.0.2', port: 80 },
  });
  expect(trace.begin).toEqual({ left: 'CLOSED', right: 'LISTEN' });
  expect(statesPassed(trace, 'left')).toEqual([
    ...['CLOSED', 'SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'TIME-WAIT', 'CLOSED'],
  ]);
  expect(statesPassed(trace, 'right')).toEqual([
    ...['LISTEN', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'],
  ]);
  expect(flags(trace)).toMatch(/^SYN SYN,ACK ACK /);
});

test('IPv6, losses, and what is made of a trace', async () => {
  const { trace } = await talk(['drop SYN#1'], 'fd00::2');
  expect(trace.ends.right.address).toBe('fd00::2');
  expect(flags(trace)).toMatch(/^SYN SYN SYN,ACK ACK /);
  const lines = terminalLadder(trace);
  expect(lines.some((line) => line.includes('lost'))).toBe(true);
  expect(lines.join('\n')).toContain('[fd00::2]:80');
  expect(terminalLadder(trace, { lang: 'zh' }).join('\n')).toContain('丢失');
  expect(pcapngOf(trace, { lang: 'en' }).length).toBeGreaterThan(1000);
});

test('the taps that were there are told, too, and alone when the watch has stopped', async () => {
  const world = new World();
  const client = world.host('client');
  const server = world.host('server');
  const wire = world.wire(client, server);
  let sent = 0;
  let out = 0;
  const wireTap = { sent: () => void sent++ };
  const hostTap = { segmentOut: () => void out++ };
  wire.tap = wireTap;
  client.tap = hostTap;
  const watch = watchWire(wire, client, server);
  expect(() => watch.trace()).toThrow(/no segment has been sent/);
  server.listen({ port: 80 });
  await world.settle(client.connect({ address: '10.0.0.2', port: 80 }));
  expect([sent > 1, out > 0]).toEqual([true, true]);
  watch.stop();
  expect([wire.tap === wireTap, client.tap === hostTap, server.tap]).toEqual([true, true, null]);
});

test('a watch that begins when the connection is open says so', async () => {
  const world = new World();
  const client = world.host('client');
  const server = world.host('server');
  const wire = world.wire(client, server);
  server.listen({ port: 80 });
  const connection = await world.settle(client.connect({ address: '10.0.0.2', port: 80 }));
  await world.run();
  const watch = watchWire(wire, client, server);
  await world.settle(connection.write(new Uint8Array(1)));
  await world.run();
  expect(watch.trace().begin).toEqual({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
});

test('hosts in the other order, or elsewhere, are refused', () => {
  const world = new World();
  const client = world.host('client');
  const server = world.host('server');
  const wire = world.wire(client, server);
  expect(() => watchWire(wire, server, client)).toThrow(/server is not at its end of the wire/);
});

import { describe, expect, it } from 'vitest';
import { defaultConfig, Tcb } from '../../tcp/index.ts';
import type { Connection, Host } from '../index.ts';
import { Net, octets } from '../testing.ts';

/** A connection that was opened and closed by `a`, and the one at `b`; what they said of themselves before they were recycled. */
async function churned(
  net: Net,
  a: Host,
  b: Host,
): Promise<{ c: Connection; s: Connection; told: string[] }> {
  const listener = b.listen({ port: 0 });
  const told: string[] = [];
  const c = await net.run(a.connect({ address: '10.0.0.2', port: listener.port }));
  const s = await net.run(listener.accept());
  for (const end of [c, s]) end.handler = { close: (of) => told.push(JSON.stringify(of.info())) };
  await net.run(c.write(octets(700)));
  await net.run(s.read());
  await net.run(c.end());
  await net.run(s.end());
  await net.run(Promise.all([c.closed, s.closed]));
  listener.close();
  return { c, s, told };
}

describe('TcbPool', () => {
  it('a connection that has ended says the same when its TCB is that of others', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    const { c, s, told } = await churned(net, a, b);
    await net.pass(1000);
    expect([c.atRest, s.atRest, a.tcp.tcbs.size, b.tcp.tcbs.size]).toEqual([true, true, 1, 1]);
    const others = await churned(net, a, b);
    expect(told).toHaveLength(2);
    expect([c, s].map((end) => JSON.stringify(end.info())).sort()).toEqual(told.sort());
    expect([c.state, s.state, c.remotePort === others.c.remotePort]).toEqual(['TIME-WAIT', 'CLOSED', false]);
    expect([c.localAddress, c.bytesWritten, s.bytesRead, c.eof, c.error]).toEqual([
      '10.0.0.1',
      700,
      700,
      true,
      null,
    ]);
  });

  it('so it says why it broke', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({ port: 80, handler: { open: (s) => s.abort() } });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await expect(net.run(c.closed)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await net.pass(1000);
    expect([c.atRest, c.error?.code, c.state]).toEqual([true, 'ECONNRESET', 'CLOSED']);
    await expect(net.run(c.read())).rejects.toMatchObject({
      code: 'ECONNRESET',
      address: '10.0.0.2',
      port: 80,
    });
    await expect(net.run(c.write(octets(1)))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('a connection with text that was not read keeps it', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({
      port: 80,
      handler: {
        open: (s) => {
          s.offer(octets(300));
          s.close();
        },
      },
    });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(100_000);
    await net.run(c.end());
    await net.run(c.closed);
    await net.pass(1000);
    expect([c.atRest, c.readableLength, c.eof]).toEqual([true, 300, false]);
    expect([c.take(100)?.length, c.take()?.length, c.eof, await net.run(c.read())]).toEqual([
      100,
      200,
      true,
      null,
    ]);
  });

  it('a connection has a TCB that nobody else has: those that end in a callback are free after the next poll', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    const held = new Set<Tcb>();
    let opened = 0;
    b.listen({ port: 80, handler: { readable: (s) => (s.eof ? s.close() : undefined) } });
    const open = (): void => {
      if (opened === 20) return;
      opened++;
      const c = a.open({
        address: '10.0.0.2',
        port: 80,
        handler: { open: (it) => it.close(), close: () => open() },
      });
      held.add(c.tcb);
      const live = [...a.connections].map(({ tcb }) => tcb);
      expect(new Set(live).size).toBe(live.length);
    };
    open();
    open();
    await net.pass(2_000_000);
    expect([opened, held.size < 10, a.tcp.size, b.tcp.size]).toEqual([20, true, 0, 0]);
  });

  it('is given back no more than it has use for, last in first out, and as new', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({ port: 80, synBacklog: 400, handler: { readable: (s) => (s.eof ? s.close() : undefined) } });
    for (let i = 0; i < 300; i++)
      a.open({ address: '10.0.0.2', port: 80, handler: { open: (c) => c.close() } });
    await net.pass(5_000_000);
    const { tcbs } = a.tcp;
    expect([tcbs.size > 0, tcbs.size <= 128, a.tcp.size]).toEqual([true, true, 0]);
    expect(tcbs.take(defaultConfig)).toEqual(new Tcb(defaultConfig));
  });

  it('who watches knows a connection by its TCB: none is used again', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    await churned(net, a, b);
    await net.pass(1000);
    const before = a.tcp.tcbs.size;
    a.tcp.watch({ transition: () => {} });
    const { c } = await churned(net, a, b);
    await net.pass(1000);
    expect([before, a.tcp.tcbs.size, c.atRest]).toEqual([1, 0, false]);
  });
});

// How long calls wait: the options `timeout` and `signal`, on every call that can wait.

import { describe, expect, it } from 'vitest';
import { TcpError } from '../../tcp/index.ts';
import { HostCounters, type Queue } from '../base/index.ts';
import type { Host, UdpSocket, WaitOptions } from '../index.ts';
import { Net, type OpenPair, octets, openPair, unhandled } from '../testing.ts';
import { MAX_WAITING, Waiter, Waits } from './waits.ts';

interface Case extends OpenPair {
  udp: UdpSocket;
}

async function connected(): Promise<Case> {
  const pair = await openPair({ tcp: { sendBuffer: 1000, receiveBuffer: 1000 } });
  return { ...pair, udp: pair.b.udp({ port: 53 }) };
}

/** Every call that waits, where it has to wait for ever. */
const calls: Record<string, { syscall: string; wait: (at: Case, options: WaitOptions) => Promise<unknown> }> =
  {
    connect: {
      syscall: 'connect',
      wait: ({ a }, options) => a.connect({ address: '10.0.0.9', port: 80, ...options }),
    },
    read: { syscall: 'read', wait: ({ c }, options) => c.read(options) },
    write: { syscall: 'write', wait: ({ c }, options) => c.write(octets(10_000), options) },
    end: {
      syscall: 'shutdown',
      wait: ({ c }, options) => {
        c.write(octets(10_000)).catch(() => {});
        return c.end(options);
      },
    },
    accept: { syscall: 'accept', wait: ({ listener }, options) => listener.accept(options) },
    receive: { syscall: 'recv', wait: ({ udp }, options) => udp.receive(options) },
  };

async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'nothing';
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(calls))('%s', (name, { syscall, wait }) => {
  it('ends after its timeout of the host’s own time, with ETIMEDOUT and the name of the call', async () => {
    const at = await connected();
    const start = at.net.world.now();
    const error = (await at.net.run(caught(wait(at, { timeout: 1500 })))) as TcpError;
    expect(error).toBeInstanceOf(TcpError);
    expect([error.code, error.syscall, (at.net.world.now() - start) / 1000]).toEqual([
      'ETIMEDOUT',
      syscall,
      1500,
    ]);
    expect(error.message).toMatch(new RegExp(`^${syscall} ETIMEDOUT: .*timeout of 1500 ms .*:(80|53)\\)$`));
  });

  it('ends with the reason of its signal itself, while it waits or before; its listeners are taken back', async () => {
    const at = await connected();
    const abort = new AbortController();
    const reason = new Error('mine');
    let listeners = 0;
    const signal = {
      get aborted() {
        return abort.signal.aborted;
      },
      get reason() {
        return abort.signal.reason;
      },
      addEventListener: (type: 'abort', f: () => void) => {
        listeners++;
        abort.signal.addEventListener(type, f);
      },
      removeEventListener: (type: 'abort', f: () => void) => {
        listeners--;
        abort.signal.removeEventListener(type, f);
      },
    };
    const error = caught(wait(at, { signal, timeout: 1e6 }));
    await at.net.pass(10_000);
    expect(listeners).toBe(1);
    abort.abort(reason);
    expect([await error, listeners]).toEqual([reason, 0]);
    expect(await error).toBe(reason);
    expect(await caught(wait(at, { signal }))).toBe(reason);
    expect(listeners).toBe(0);
    if (name === 'connect') expect(at.a.connections.length).toBe(1); // nothing is left of it but `c`
  });

  it('refuses options that are none', async () => {
    const at = await connected();
    const code = async (options: object): Promise<string> =>
      ((await caught(wait(at, options))) as TcpError).code;
    expect([await code({ timeout: -1 }), await code({ timeout: '5' })]).toEqual([
      'ERR_OUT_OF_RANGE',
      'ERR_INVALID_ARG_TYPE',
    ]);
  });
});

it('a wait without end: timeout Infinity; one of 0 takes what is there, and waits for nothing', async () => {
  const { net, c, s } = await connected();
  const forever = c.read({ timeout: Number.POSITIVE_INFINITY });
  await net.pass(3600e6);
  await net.run(s.write(octets(3)));
  expect(await net.run(forever)).toEqual(octets(3));
  expect(await net.run(caught(c.read({ timeout: 0 })))).toMatchObject({ code: 'ETIMEDOUT' });
  await net.run(s.write(octets(4)));
  await net.pass(100_000);
  expect(await c.read({ timeout: 0 })).toEqual(octets(4));
});

it('a read that was given up loses no octets, one of several leaves the others their turn', async () => {
  const { net, c, s } = await connected();
  const abort = new AbortController();
  const reads = [c.read(3), c.read({ max: 3, signal: abort.signal }), c.read({ max: 3 })];
  const given = Promise.allSettled(reads);
  abort.abort('later');
  await net.run(s.write(octets(9)));
  expect(await net.run(given)).toEqual([
    { status: 'fulfilled', value: octets(3) },
    { status: 'rejected', reason: 'later' },
    { status: 'fulfilled', value: octets(3, 3) },
  ]);
  expect(await c.read()).toEqual(octets(3, 6));
});

it('an accept that was given up loses no connection', async () => {
  const { net, a, listener } = await connected();
  expect(await net.run(caught(listener.accept({ timeout: 50 })))).toMatchObject({ code: 'ETIMEDOUT' });
  const d = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  await net.pass(50_000);
  expect(listener.acceptQueueLength).toBe(1);
  expect((await listener.accept()).remotePort).toBe(d.localPort);
});

it('a receive that was given up loses no datagram', async () => {
  const { net, a, udp } = await connected();
  expect(await net.run(caught(udp.receive({ timeout: 50 })))).toMatchObject({ code: 'ETIMEDOUT' });
  a.udp().send(octets(3), '10.0.0.2', 53);
  expect((await net.run(udp.receive({ timeout: 50 })))?.data).toEqual(octets(3));
});

it('a write that was given up takes back what is not in the send buffer; those behind it go on', async () => {
  const { net, c, s } = await connected();
  const first = c.write(octets(1500)); // the peer does not read: 1000 there, 1000 here
  const second = caught(c.write(octets(700, 1500), { timeout: 1000 }));
  const third = c.write(octets(100, 5000));
  expect(await net.run(second)).toMatchObject({ code: 'ETIMEDOUT', syscall: 'write' });
  const { bytesWritten } = c;
  expect([bytesWritten >= 1500, bytesWritten < 2200, c.info().waitingBytes]).toEqual([true, true, 100]);
  void c.end();
  const all = (async () => {
    let got = 0;
    let last: Uint8Array | null = null;
    for await (const chunk of s) {
      got += chunk.length;
      last = chunk;
    }
    return { got, last: last?.at(-1) };
  })();
  expect(await net.run(all)).toEqual({ got: bytesWritten + 100, last: octets(1, 5099)[0] });
  await Promise.all([first, third]);
});

it('a connect that timed out leaves nothing behind: no connection, no timer; a late SYN,ACK is reset', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 400_000 });
  b.listen({ port: 80 });
  const error = await net.run(caught(a.connect({ address: 'fd00::2', port: 80, timeout: 500 })));
  expect(error).toMatchObject({
    code: 'ETIMEDOUT',
    syscall: 'connect',
    address: 'fd00::2',
    port: 80,
    localAddress: 'fd00::1',
  });
  expect((error as Error).message).toMatch(/\(\[fd00::2\]:80\)$/);
  expect([a.tcp.size, a.wakeAt()]).toEqual([0, Number.POSITIVE_INFINITY]);
  await net.rest();
  expect([a.counters.resetsOut, b.tcp.size]).toEqual([1, 0]);
});

it('a connect in time keeps no timer of its timeout', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 });
  b.listen({ port: 80 });
  await net.run(a.connect({ address: '10.0.0.2', port: 80, timeout: 60_000 }));
  await net.pass(2_000_000); // the retransmission timer of the SYN has found nothing to do
  expect([a.wakeAt(), a.tcp.size]).toEqual([Number.POSITIVE_INFINITY, 1]);
});

it.each(['10.0.0.9', 'fd00::9'])(
  'an absent neighbour, %s, fails in 3 s, not in R2’s 180',
  async (address) => {
    const net = new Net();
    const [a] = net.lan(2) as [Host, Host];
    const error = await net.run(caught(a.connect({ address, port: 80 })));
    expect(error).toMatchObject({ code: 'EHOSTUNREACH', syscall: 'connect', address, port: 80 });
    expect(net.world.now() / 1e6).toBeCloseTo(3, 1);
    expect(a.tcp.size).toBe(0);
  },
);

it('many connects to one that is absent all fail then: more than there is room to wait for it', async () => {
  const net = new Net();
  const [a] = net.lan(2) as [Host, Host];
  const there = a.open({ address: '10.0.0.2', port: 80 }).opened.catch((e: TcpError) => e.code);
  const all = Array.from({ length: 50 }, () => caught(a.connect({ address: '10.0.0.9', port: 80 })));
  const errors = (await net.run(Promise.all(all))) as TcpError[];
  expect(new Set(errors.map((e) => e.code))).toEqual(new Set(['EHOSTUNREACH']));
  expect(net.world.now() / 1e6).toBeCloseTo(3, 1);
  expect([a.tcp.size, await there]).toEqual([0, 'ECONNREFUSED']); // the other one is there, and says no
});

describe('what waits hang on', () => {
  /** Waits of a host whose time the test moves. */
  function waits(nowMs = 10.4) {
    const driver = { nowMs, counters: new HostCounters(), wakes: 0, woke: () => void driver.wakes++ };
    const calls = { entered: 0, touched: 0 };
    const all = new Waits(
      driver,
      () => void calls.entered++,
      () => void calls.touched++,
    );
    const at = (ms: number): void => {
      driver.nowMs = ms;
      all.poll();
    };
    return { driver, calls, all, at };
  }

  it('an action is due after its time, not before: rounded up to a whole millisecond', () => {
    const { driver, calls, all, at } = waits();
    expect(all.untilNext()).toBe(-1);
    all.poll();
    const ran: number[] = [];
    all.after(1.5, () => void ran.push(driver.nowMs)); // at 11.9
    expect([all.untilNext(), calls]).toEqual([2, { entered: 1, touched: 1 }]);
    at(11.9);
    expect([ran, driver.wakes]).toEqual([[], 0]);
    at(12.3);
    expect([ran, driver.wakes, all.untilNext()]).toEqual([[12.3], 1, -1]);
  });

  it('one that was taken back does not run; taking it back again takes no other', () => {
    const { all, at } = waits();
    const ran: string[] = [];
    const leave = all.after(5, () => void ran.push('a'));
    leave();
    expect(all.untilNext()).toBe(-1);
    all.after(5, () => void ran.push('b'));
    leave();
    at(20);
    leave();
    all.after(5, () => void ran.push('c'));
    leave();
    at(40);
    expect(ran).toEqual(['b', 'c']);
  });

  it('after a long time without one it is as at first', () => {
    const { all, at, driver } = waits(0);
    all.after(1, () => {});
    at(1);
    driver.nowMs = 2 ** 31 + 5000;
    const ran: number[] = [];
    all.after(10, () => void ran.push(driver.nowMs));
    expect(all.untilNext()).toBe(10);
    at(2 ** 31 + 5010);
    expect(ran).toEqual([2 ** 31 + 5010]);
  });

  it('what an action throws is told to the platform, and those behind it run', async () => {
    const { all, at } = waits();
    const ran: number[] = [];
    const mistake = new Error('of a program');
    all.after(1, () => {
      throw mistake;
    });
    all.after(2, () => void ran.push(2));
    expect(await unhandled(async () => at(20))).toEqual([mistake]);
    expect(ran).toEqual([2]);
  });

  it('a queue of as many as may wait is full, and that is counted', () => {
    const { all, driver } = waits();
    const where = { endpoints: { address: '10.0.0.2', port: 80 } };
    const queue = { size: MAX_WAITING - 1 };
    const full = (): TcpError | null => all.full(queue as unknown as Queue<unknown>, 'read', where);
    expect([full(), driver.counters.waitsRefused]).toEqual([null, 0]);
    queue.size++;
    expect(full()).toMatchObject({ code: 'ENOBUFS', syscall: 'read', address: '10.0.0.2', port: 80 });
    expect(full()?.message).toContain(`${MAX_WAITING} such calls wait already: await them`);
    expect(driver.counters.waitsRefused).toBe(2);
  });

  it('a quiet promise that is rejected is nobody’s affair, whichever comes first; another is the platform’s', async () => {
    const rejected = (before: boolean, after: boolean): void => {
      const waiter = new Waiter<number>();
      if (before) waiter.quiet();
      waiter.reject('no');
      if (after) waiter.quiet();
    };
    expect(await unhandled(async () => rejected(true, false))).toEqual([]);
    expect(await unhandled(async () => rejected(false, true))).toEqual([]);
    expect(await unhandled(async () => rejected(false, false))).toEqual(['no']);
  });
});

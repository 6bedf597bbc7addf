// What is reported of sending: records, calls that copy nothing, times, memory; and what sendfile and splice move.

import { beforeEach, describe, expect, it } from 'vitest';
import { Host, type HostInterface } from '../../host/index.ts';
import { Wire, World } from '../../sim/index.ts';
import { constant, type Message, type Outcome, Posix, type Result } from './index.ts';

const c = constant;
const ERRORS = c('MSG_ERRQUEUE');

let world: World;
let client: Posix;
let server: Posix;
let a: number;
let b: number;

function value(o: Outcome): number {
  if (o.kind !== 'done') throw new Error(`not done: ${JSON.stringify(o)}`);
  return o.value;
}

/** Lets virtual time pass; the sockets notice. */
function pass(us: number): void {
  const until = world.now() + us;
  while (world.nextAt() <= until) {
    world.step();
    client.tick();
    server.tick();
  }
  world.runSync(until);
}

/** What the call gives, now that it does not wait. */
function result(o: Outcome): Result {
  if (o.kind !== 'blocked') return o;
  return o.retry(world.now()) as Result;
}

beforeEach(() => {
  world = new World();
  const make = (name: string, address: string): Posix => {
    const dice = world.random.fork(name);
    const host = new Host({
      name,
      clock: world.clock,
      memory: world.memory,
      random: () => dice.nextUint32(),
    });
    host.addInterface({ addresses: [address] });
    world.addNode(host);
    return new Posix({ host });
  };
  client = make('client', '10.0.0.1/24');
  server = make('server', '10.0.0.2/24');
  const port = (p: Posix): HostInterface => p.host.interfaces[1] as HostInterface;
  new Wire(world, port(client), port(server), { delayUs: 1000 });
  const l = value(server.socket(c('AF_INET'), c('SOCK_STREAM'), 0));
  server.bind(l, { address: null, port: 80 });
  server.listen(l, 5);
  a = value(client.socket(c('AF_INET'), c('SOCK_STREAM'), 0));
  const opening = client.connect(a, { address: '10.0.0.2', port: 80 });
  pass(10_000);
  expect(result(opening)).toMatchObject({ value: 0 });
  b = value(server.accept(l));
});

/** Control messages of the next entry of the error queue, or the errno. */
function report(): unknown {
  const r = client.receiveMessage(a, 0, ERRORS) as Result;
  return r.kind === 'done'
    ? (r.out as Message).control.map(({ data }) => data)
    : r.kind === 'error'
      ? r.errno
      : r;
}

describe('MSG_ZEROCOPY', () => {
  it('numbers count calls that sent something; what follows on one another is one report', () => {
    client.setsockopt(a, c('SOL_SOCKET'), c('SO_ZEROCOPY'), 1);
    for (const n of [10, 0, 20]) client.send(a, new Uint8Array(n), c('MSG_ZEROCOPY'));
    expect(report()).toBe('EAGAIN');
    pass(100_000);
    expect(report()).toMatchObject([{ origin: c('SO_EE_ORIGIN_ZEROCOPY'), info: 0, data: 1 }]);
    client.send(a, new Uint8Array(5), c('MSG_ZEROCOPY'));
    pass(100_000);
    expect(report()).toMatchObject([{ info: 2, data: 2 }]);
    expect(report()).toBe('EAGAIN');
  });

  it('without SO_ZEROCOPY the flag says nothing; a connection that broke has read all', () => {
    client.send(a, new Uint8Array(10), c('MSG_ZEROCOPY'));
    pass(100_000);
    expect(report()).toBe('EAGAIN');
    client.setsockopt(a, c('SOL_SOCKET'), c('SO_ZEROCOPY'), 1);
    client.send(a, new Uint8Array(10), c('MSG_ZEROCOPY'));
    server.setsockopt(b, c('SOL_SOCKET'), c('SO_LINGER'), { on: true, seconds: 0 });
    server.close(b);
    pass(100_000);
    expect(report()).toMatchObject([{ info: 0, data: 0 }]);
  });

  it('no more than 1024 calls wait: the next is ENOBUFS', () => {
    client.setsockopt(a, c('SOL_SOCKET'), c('SO_ZEROCOPY'), 1);
    const send = (): Outcome => {
      const sent = client.send(a, new Uint8Array(1), c('MSG_ZEROCOPY') | c('MSG_EOR'));
      pass(0); // each is sent before the next one comes
      return sent;
    };
    client.setsockopt(a, c('SOL_TCP'), c('TCP_NODELAY'), 1);
    const all = Array.from({ length: 1100 }, send);
    const refused = all.filter((o) => o.kind === 'error');
    expect(refused).toEqual(new Array(76).fill({ kind: 'error', errno: 'ENOBUFS' }));
    pass(1_000_000);
    expect(send().kind).toBe('done');
  });
});

describe('MSG_EOR', () => {
  it('records stay apart in segments, although Nagle would join them', () => {
    const of = client.tcp(a)?.connection;
    const before = of?.info().segsOut ?? 0;
    for (const n of [100, 200, 300]) client.send(a, new Uint8Array(n), c('MSG_EOR'));
    client.send(a, new Uint8Array(50));
    pass(1_000_000);
    expect(server.ioctl(b, c('SIOCINQ'), 0)).toMatchObject({ out: 650 });
    expect([(of?.info().segsOut ?? 0) - before, of?.tcb.marks]).toEqual([4, null]);
  });
});

describe('SO_TIMESTAMPING', () => {
  it('of writes that leave together the last has the report', () => {
    const flags = ['TX_SOFTWARE', 'TX_ACK', 'SOFTWARE', 'OPT_ID'].map((f) => c(`SOF_TIMESTAMPING_${f}`));
    client.setsockopt(
      a,
      c('SOL_SOCKET'),
      c('SO_TIMESTAMPING'),
      flags.reduce((x, y) => x | y),
    );
    client.setsockopt(a, c('SOL_TCP'), c('TCP_CORK'), 1);
    for (const n of [10, 20]) client.send(a, new Uint8Array(n));
    const sentUs = world.now();
    client.setsockopt(a, c('SOL_TCP'), c('TCP_CORK'), 0);
    client.tick();
    pass(100_000);
    expect(report()).toMatchObject([{ us: sentUs }, { info: c('SCM_TSTAMP_SND'), data: 29 }]);
    expect(report()).toMatchObject([{}, { info: c('SCM_TSTAMP_ACK'), data: 29 }]);
    expect(report()).toBe('EAGAIN');
  });

  it('flags that are not here are no success', () => {
    const of = (name: string) =>
      client.setsockopt(a, c('SOL_SOCKET'), c('SO_TIMESTAMPING'), c(`SOF_TIMESTAMPING_${name}`)).kind;
    expect([of('TX_HARDWARE'), of('OPT_STATS'), of('TX_ACK')]).toEqual([
      'unsupported',
      'unsupported',
      'done',
    ]);
  });
});

describe('files', () => {
  it('are bounded in number and size', () => {
    expect(() => client.store('/x', 2 ** 24 + 1)).toThrow(RangeError);
    for (let i = 0; i < 64; i++) client.store(`/${i}`, 1);
    expect(() => client.store('/64', 1)).toThrow(RangeError);
    client.store('/0', null);
    client.store('/64', 1);
    expect([client.openFile('/0'), client.openFile('/64').kind]).toMatchObject([{ errno: 'ENOENT' }, 'done']);
  });

  it('what sendfile could not send is read again', () => {
    client.setsockopt(a, c('SOL_SOCKET'), c('SO_SNDBUF'), 5000);
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    client.store('/zeros', 500_000);
    const file = value(client.openFile('/zeros'));
    let sent = 0;
    for (let i = 0; i < 500 && sent < 500_000; i++) {
      const r = client.sendfile(a, file, null, 1_000_000) as Result;
      if (r.kind === 'done') sent += r.value;
      else expect(r).toMatchObject({ errno: 'EAGAIN' });
      pass(20_000);
      server.receive(b, 1_000_000, c('MSG_DONTWAIT') | c('MSG_TRUNC'));
    }
    expect(sent).toBe(500_000);
    expect(client.sendfile(a, file, null, 10)).toMatchObject({ value: 0 });
  });

  it('a pipe holds 64 KiB, and ends with its writer', () => {
    const fds = (client.pipe() as { out: number[] }).out;
    const [r = -1, w = -1] = fds;
    for (const fd of fds) client.fcntl(fd, c('F_SETFL'), c('O_NONBLOCK'));
    expect(client.send(w, new Uint8Array(100_000))).toMatchObject({ value: 65_536 });
    expect(client.send(w, new Uint8Array(1))).toMatchObject({ errno: 'EAGAIN' });
    expect(client.splice(r, a, 1000, 0)).toMatchObject({ value: 1000 });
    client.close(w);
    expect(client.receive(r, 100_000, 0)).toMatchObject({ value: 64_536 });
    expect(client.receive(r, 100_000, 0)).toMatchObject({ value: 0 });
    expect(client.splice(r, a, 1000, 0)).toMatchObject({ value: 0 });
  });
});

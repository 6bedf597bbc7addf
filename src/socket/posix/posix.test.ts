// Socket calls over two hosts of one world: results and errno as Linux gives them.

import { beforeEach, describe, expect, it } from 'vitest';
import { Host, type HostInterface } from '../../host/index.ts';
import { Wire, World } from '../../sim/index.ts';
import { constant, freebsd, linux, type Outcome, type Personality, Posix, type Result } from './index.ts';

const c = constant;
const ANY = { address: null, port: 80 };
const TO = { address: '10.0.0.2', port: 80 };

let world: World;
let client: Posix;
let server: Posix;
let wire: Wire;

/** Two hosts. */
function start(personality: Personality): void {
  world = new World();
  const make = (name: string, address: string): Posix => {
    const dice = world.random.fork(name);
    const { clock, memory } = world;
    const host = new Host({ name, clock, memory, random: () => dice.nextUint32() });
    host.addInterface({ addresses: [address] });
    world.addNode(host);
    return new Posix({ host, personality });
  };
  client = make('client', '10.0.0.1/24');
  server = make('server', '10.0.0.2/24');
  const port = (p: Posix): HostInterface => p.host.interfaces[1] as HostInterface;
  wire = new Wire(world, port(client), port(server), { delayUs: 1000 });
}

beforeEach(() => start(linux));

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

function show(o: Outcome): number | string {
  return o.kind === 'done' ? o.value : o.kind === 'error' ? o.errno : o.kind;
}

function value(o: Outcome): number {
  if (o.kind !== 'done') throw new Error(`not done: ${show(o)}`);
  return o.value;
}

function socket(p: Posix, type = 'SOCK_STREAM'): number {
  return value(p.socket(c('AF_INET'), c(type), 0));
}

/** A blocked call's result now. */
function now(o: Outcome): Result | null {
  return o.kind === 'blocked' ? o.retry(world.now()) : o;
}

/** Connected descriptors: client's, server's. */
function connected(): [number, number] {
  const l = socket(server);
  server.bind(l, ANY);
  server.listen(l, 5);
  const a = socket(client);
  const opening = client.connect(a, TO);
  pass(10_000);
  expect(show(now(opening) as Result)).toBe(0);
  return [a, value(server.accept(l))];
}

const zeros = (n: number): Uint8Array => new Uint8Array(n);

describe('descriptors', () => {
  it('the lowest free number is given out, from 3 on', () => {
    const [a, b] = [socket(client), socket(client)];
    client.close(a);
    expect([a, b, socket(client)]).toEqual([3, 4, 3]);
  });

  it('EBADF and ENOTSOCK', () => {
    const e = value(client.epollCreate());
    expect(show(client.read(99, 1))).toBe('EBADF');
    expect(show(client.close(99))).toBe('EBADF');
    expect(show(client.read(e, 1))).toBe('ENOTSOCK');
    expect(show(client.epollWait(99, 1, 0))).toBe('EBADF');
  });

  it('F_GETFL tells what F_SETFL has set', () => {
    const a = socket(client);
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    expect(show(client.fcntl(a, c('F_GETFL'), 0))).toBe(c('O_RDWR') | c('O_NONBLOCK'));
    expect(client.fcntl(a, 1234, 0).kind).toBe('unsupported');
  });

  it('unknown types are unsupported, unknown families an error', () => {
    expect(client.socket(c('AF_INET'), c('SOCK_STREAM'), c('IPPROTO_SCTP')).kind).toBe('unsupported');
    expect(show(client.socket(1, c('SOCK_STREAM'), 0))).toBe('EAFNOSUPPORT');
  });
});

describe('opening', () => {
  it('bind: a local address, once, and not one that another socket holds', () => {
    const [a, b] = [socket(server), socket(server)];
    expect(show(server.bind(a, { address: '10.0.0.9', port: 1 }))).toBe('EADDRNOTAVAIL');
    expect([show(server.bind(a, ANY)), show(server.bind(a, ANY))]).toEqual([0, 'EINVAL']);
    expect(show(server.bind(b, ANY))).toBe('EADDRINUSE');
    for (const fd of [a, b]) server.setsockopt(fd, c('SOL_SOCKET'), c('SO_REUSEADDR'), 1);
    expect(show(server.bind(b, ANY))).toBe(0);
    expect([show(server.listen(a, 1)), show(server.listen(b, 1))]).toEqual([0, 'EADDRINUSE']);
  });

  it('accept blocks, or gives EAGAIN; EINVAL on what does not listen', () => {
    const l = socket(server);
    expect(show(server.accept(l))).toBe('EINVAL');
    server.bind(l, ANY);
    server.listen(l, 1);
    const waiting = server.accept(l);
    expect([waiting.kind, now(waiting)]).toEqual(['blocked', null]);
    client.connect(socket(client), TO);
    pass(10_000);
    expect(show(now(waiting) as Result)).toBe(4);
    server.fcntl(l, c('F_SETFL'), c('O_NONBLOCK'));
    expect(show(server.accept(l))).toBe('EAGAIN');
  });

  it('connect: EINPROGRESS, EALREADY, 0 once, EISCONN', () => {
    const l = socket(server);
    server.bind(l, ANY);
    server.listen(l, 1);
    const a = socket(client);
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    expect([show(client.connect(a, TO)), show(client.connect(a, TO))]).toEqual(['EINPROGRESS', 'EALREADY']);
    expect([show(client.send(a, zeros(1))), show(client.read(a, 1))]).toEqual(['EAGAIN', 'EAGAIN']);
    pass(10_000);
    expect([show(client.connect(a, TO)), show(client.connect(a, TO)), show(server.connect(l, TO))]).toEqual([
      0,
      'EISCONN',
      'EISCONN',
    ]);
  });

  it('connect to nobody: ECONNREFUSED, told once; the socket can try again', () => {
    const a = socket(client);
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    client.connect(a, TO);
    pass(10_000);
    const error = (): Outcome => client.getsockopt(a, c('SOL_SOCKET'), c('SO_ERROR'));
    expect([error(), error()]).toMatchObject([{ out: c('ECONNREFUSED') }, { out: 0 }]);
    expect(show(client.connect(a, TO))).toBe('EINPROGRESS');
    expect(show(client.connect(socket(client), { address: '99.9.9.9', port: 1 }))).toBe('ENETUNREACH');
  });

  it('reading and writing without a connection: ENOTCONN, EPIPE', () => {
    const a = socket(client);
    expect([show(client.read(a, 1)), show(client.send(a, zeros(1)))]).toEqual(['ENOTCONN', 'EPIPE']);
    expect([show(client.shutdown(a, 2)), show(client.getpeername(a))]).toEqual(['ENOTCONN', 'ENOTCONN']);
  });
});

describe('data', () => {
  it('arrives; peeking leaves it; a blocked read returns with what came', () => {
    const [a, b] = connected();
    const waiting = server.read(b, 100);
    expect(waiting.kind).toBe('blocked');
    expect(show(client.send(a, Uint8Array.of(1, 2, 3)))).toBe(3);
    pass(10_000);
    expect(now(waiting)).toMatchObject({ value: 3, out: Uint8Array.of(1, 2, 3) });
    client.send(a, zeros(10));
    pass(10_000);
    expect(show(server.receive(b, 100, c('MSG_PEEK')))).toBe(10);
    expect(server.ioctl(b, c('SIOCINQ'), 0)).toMatchObject({ out: 10 });
    expect(show(server.receive(b, 4, c('MSG_TRUNC')))).toBe(4);
    expect(show(server.read(b, 100))).toBe(6);
    expect(show(server.receive(b, 1, c('MSG_DONTWAIT')))).toBe('EAGAIN');
    expect(show(server.receive(b, 1, c('MSG_ERRQUEUE')))).toBe('EAGAIN');
    expect(server.receive(b, 1, c('MSG_CTRUNC')).kind).toBe('unsupported');
  });

  it('SO_RCVLOWAT and MSG_WAITALL wait for more; the end of the stream does not', () => {
    const [a, b] = connected();
    server.setsockopt(b, c('SOL_SOCKET'), c('SO_RCVLOWAT'), 5);
    const waiting = server.read(b, 100);
    client.send(a, zeros(4));
    pass(100_000);
    expect([now(waiting), server.poll([{ fd: b, events: 1 }], 0)]).toMatchObject([null, { value: 0 }]);
    const all = server.receive(b, 6, c('MSG_WAITALL'));
    client.send(a, zeros(1));
    pass(100_000);
    expect([show(now(waiting) as Result), now(all)]).toEqual([5, null]);
    client.send(a, zeros(2));
    client.shutdown(a, c('SHUT_WR'));
    pass(100_000);
    expect([show(now(all) as Result), show(server.read(b, 1))]).toEqual([2, 0]);
  });

  it('a full send buffer takes part of a write, or makes it wait', () => {
    start(freebsd);
    const [a, b] = connected();
    client.setsockopt(a, c('SOL_SOCKET'), c('SO_SNDBUF'), 5000);
    expect(client.getsockopt(a, c('SOL_SOCKET'), c('SO_SNDBUF'))).toMatchObject({ out: 5000 });
    const n = client.send(a, zeros(6000));
    expect(n.kind).toBe('blocked');
    expect(client.ioctl(a, c('SIOCOUTQ'), 0)).toMatchObject({ out: 5000 });
    expect(show(client.send(a, zeros(10), c('MSG_DONTWAIT')))).toBe('EAGAIN');
    pass(100_000);
    expect([show(now(n) as Result), server.ioctl(b, c('SIOCINQ'), 0)]).toMatchObject([6000, { out: 5000 }]);
    expect(show(client.send(a, zeros(9000), c('MSG_DONTWAIT')))).toBe(4000);
  });
});

describe('what is unread and unacknowledged', () => {
  it('SIOCOUTQ counts a FIN that the peer has not acknowledged', () => {
    const [a] = connected();
    client.send(a, zeros(10));
    client.shutdown(a, c('SHUT_WR'));
    expect(client.ioctl(a, c('SIOCOUTQ'), 0)).toMatchObject({ out: 11 });
    pass(100_000);
    expect(client.ioctl(a, c('SIOCOUTQ'), 0)).toMatchObject({ out: 0 });
  });

  it('SIOCINQ counts up to the urgent octet as long as that is ahead, then what is behind it', () => {
    const [a, b] = connected();
    client.send(a, zeros(10), c('MSG_OOB'));
    client.send(a, zeros(5));
    pass(100_000);
    const unread = (): unknown => server.ioctl(b, c('SIOCINQ'), 0);
    expect(unread()).toMatchObject({ out: 9 });
    expect(show(server.read(b, 100))).toBe(9);
    expect(unread()).toMatchObject({ out: 0 }); // at the mark
    expect(show(server.read(b, 3))).toBe(3);
    expect(unread()).toMatchObject({ out: 2 });
  });

  it('POLLPRI comes with the urgent octet, not with the pointer that announces it', () => {
    const [a, b] = connected();
    const pri = (): unknown => (server.poll([{ fd: b, events: c('POLLPRI') }], 0) as { out: unknown }).out;
    client.send(a, zeros(100_000), c('MSG_OOB')); // more than the first window of segments
    pass(1_500);
    const connection = server.tcp(b)?.connection;
    expect(connection?.urgentLength).toBeGreaterThan(connection?.readableLength ?? 0);
    expect(pri()).toEqual([0]);
    pass(1_000_000);
    expect(pri()).toEqual([c('POLLPRI')]);
  });
});

describe('closing', () => {
  it('shutdown: the peer reads the end; writing is EPIPE; reading goes on', () => {
    const [a, b] = connected();
    client.shutdown(a, c('SHUT_WR'));
    pass(10_000);
    expect([show(server.read(b, 1)), show(client.send(a, zeros(1)))]).toEqual([0, 'EPIPE']);
    server.send(b, zeros(5));
    pass(10_000);
    expect(show(client.read(a, 10))).toBe(5);
  });

  it('close with unread data, and SO_LINGER 0, reset: ECONNRESET once, then the end', () => {
    for (const lingering of [true, false]) {
      const [a, b] = connected();
      if (lingering) server.setsockopt(b, c('SOL_SOCKET'), c('SO_LINGER'), { on: true, seconds: 0 });
      else client.send(a, zeros(5));
      pass(10_000);
      server.close(b);
      pass(10_000);
      expect([show(client.read(a, 1)), show(client.read(a, 1)), show(client.send(a, zeros(1)))]).toEqual([
        'ECONNRESET',
        0,
        'EPIPE',
      ]);
      server.close(3);
    }
  });

  it('a RST in CLOSE-WAIT is EPIPE', () => {
    const [a, b] = connected();
    server.shutdown(b, c('SHUT_WR'));
    pass(10_000);
    server.setsockopt(b, c('SOL_SOCKET'), c('SO_LINGER'), { on: true, seconds: 0 });
    client.tick();
    server.close(b);
    client.send(a, zeros(1));
    pass(10_000);
    expect(show(client.send(a, zeros(1)))).toBe('EPIPE');
  });

  it('a lingering close waits for the FIN to be acknowledged, at most so long', () => {
    const [a] = connected();
    client.setsockopt(a, c('SOL_SOCKET'), c('SO_LINGER'), { on: true, seconds: 5 });
    const closing = client.close(a);
    expect([closing.kind, now(closing)]).toEqual(['blocked', null]);
    pass(60_000);
    expect(show(now(closing) as Result)).toBe(0);
  });
});

describe('readiness', () => {
  it('poll: a timeout, readable, writable, hang-up, a bad descriptor', () => {
    const [a, b] = connected();
    const IN = c('POLLIN');
    const waiting = server.poll([{ fd: b, events: IN }], 50);
    expect(now(waiting)).toBe(null);
    pass(50_000);
    expect(show(now(waiting) as Result)).toBe(0);
    expect(
      server.poll(
        [
          { fd: b, events: IN | c('POLLOUT') },
          { fd: 77, events: IN },
          { fd: -1, events: IN },
        ],
        0,
      ),
    ).toMatchObject({
      value: 2,
      out: [c('POLLOUT'), c('POLLNVAL'), 0],
    });
    client.close(a);
    pass(10_000);
    expect(server.poll([{ fd: b, events: IN | c('POLLRDHUP') }], 0)).toMatchObject({
      out: [IN | c('POLLRDHUP')],
    });
    expect(server.poll([{ fd: socket(server), events: c('POLLOUT') }], 0)).toMatchObject({
      out: [c('POLLOUT') | c('POLLHUP')],
    });
  });

  it('epoll: level-triggered tells again, edge-triggered not, one-shot only after it is armed', () => {
    const [a, b] = connected();
    const e = value(server.epollCreate());
    const events = (): number => value(server.epollWait(e, 4, 0));
    const control = (op: string, flags: number): Outcome =>
      server.epollControl(e, c(op), b, c('EPOLLIN') | flags, b);
    control('EPOLL_CTL_ADD', 0);
    expect([show(control('EPOLL_CTL_ADD', 0)), events()]).toEqual(['EEXIST', 0]);
    client.send(a, zeros(5));
    pass(10_000);
    expect([events(), events()]).toEqual([1, 1]);
    control('EPOLL_CTL_MOD', c('EPOLLET'));
    expect([events(), events()]).toEqual([1, 0]);
    control('EPOLL_CTL_MOD', c('EPOLLONESHOT'));
    expect([events(), events()]).toEqual([1, 0]);
    control('EPOLL_CTL_MOD', c('EPOLLONESHOT'));
    expect(events()).toBe(1);
    control('EPOLL_CTL_DEL', 0);
    expect([events(), show(control('EPOLL_CTL_DEL', 0))]).toEqual([0, 'ENOENT']);
  });
});

describe('options', () => {
  it('are inherited from the listener, and reach the connection', () => {
    const l = socket(server);
    server.bind(l, ANY);
    server.setsockopt(l, c('SOL_TCP'), c('TCP_NODELAY'), 1);
    server.setsockopt(l, c('SOL_TCP'), c('TCP_MAXSEG'), 700);
    server.setsockopt(l, c('SOL_TCP'), c('TCP_KEEPIDLE'), 9);
    server.listen(l, 1);
    const a = socket(client);
    client.connect(a, TO);
    pass(10_000);
    const b = value(server.accept(l));
    const get = (name: string): Outcome => server.getsockopt(b, c('SOL_TCP'), c(name));
    expect([get('TCP_NODELAY'), get('TCP_KEEPIDLE')]).toMatchObject([{ out: 1 }, { out: 9 }]);
    expect(client.tcp(a)?.connection?.tcb.snd.peerMss).toBe(700);
    expect(server.tcp(b)?.connection?.tcb.config.keepAliveIdleMs).toBe(9000);
  });

  it.each([
    ['plainly', 0],
    ['in datagrams', 9899],
  ])('IP_PMTUDISC_DONT: packets of text have no DF, %s', (_how, port) => {
    client.host.tcpOverUdp = port;
    server.host.tcpOverUdp = port;
    const l = socket(server);
    server.bind(l, ANY);
    server.listen(l, 1);
    const a = socket(client);
    client.setsockopt(a, c('SOL_TCP'), c('TCP_REMOTE_UDP_ENCAPS_PORT'), port);
    client.setsockopt(a, c('SOL_TCP'), c('TCP_NODELAY'), 1);
    const opening = client.connect(a, TO);
    pass(10_000);
    expect(show(now(opening) as Result)).toBe(0);
    const fragments: boolean[] = [];
    wire.tap = {
      sent: (p) => {
        if (p.direction === 'a->b') fragments.push(((p.mem.u8[p.off + 6] as number) & 0x40) === 0);
      },
    };
    for (const how of ['IP_PMTUDISC_WANT', 'IP_PMTUDISC_DONT', 'IP_PMTUDISC_DO']) {
      client.setsockopt(a, c('SOL_IP'), c('IP_MTU_DISCOVER'), c(how));
      expect(show(client.send(a, zeros(10)))).toBe(10);
      pass(10_000);
    }
    expect(fragments).toEqual([false, true, false]);
  });

  it('what cannot be is EINVAL, what is read-only ENOPROTOOPT, what is not here unsupported', () => {
    const a = socket(client);
    const set = (level: string, name: string, v: number): Outcome =>
      client.setsockopt(a, c(level), c(name), v);
    expect(show(set('SOL_TCP', 'TCP_KEEPIDLE', 0))).toBe('EINVAL');
    expect(show(set('SOL_TCP', 'TCP_MAXSEG', 1))).toBe('EINVAL');
    expect(show(set('SOL_SOCKET', 'SO_ERROR', 1))).toBe('ENOPROTOOPT');
    expect(set('SOL_TCP', 'TCP_MD5SIG', 1).kind).toBe('unsupported');
    expect(client.setsockopt(a, c('SOL_TCP'), c('TCP_CONGESTION'), 'no such').kind).toBe('unsupported');
    expect(client.getsockopt(a, c('SOL_TCP'), c('TCP_REPAIR')).kind).toBe('unsupported');
  });
});

it('UDP: datagrams keep their borders; ports that nobody has give nothing', () => {
  const [a, b] = [socket(client, 'SOCK_DGRAM'), socket(server, 'SOCK_DGRAM')];
  server.bind(b, ANY);
  const waiting = server.receive(b, 2, 0);
  expect(show(client.send(a, zeros(3)))).toBe('EDESTADDRREQ');
  client.connect(a, TO);
  client.send(a, zeros(3));
  client.send(a, zeros(4));
  pass(10_000);
  expect([show(now(waiting) as Result), show(server.receive(b, 10, 0))]).toEqual([2, 4]);
});

describe('TCP Fast Open', () => {
  const FLAG = c('MSG_FASTOPEN');
  const octets = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i);

  /** A listener of the server with a bound of early connections. */
  function fastListener(): number {
    const l = socket(server);
    server.bind(l, ANY);
    expect(show(server.setsockopt(l, c('SOL_TCP'), c('TCP_FASTOPEN'), 5))).toBe(0);
    server.listen(l, 5);
    return l;
  }

  /** A first connection brings the client a cookie. */
  function acquaint(l: number): void {
    const a = socket(client);
    const sending = client.send(a, octets(10), FLAG, TO);
    expect(sending.kind).toBe('blocked');
    pass(10_000);
    expect(show(now(sending) as Result)).toBe(10);
    server.close(value(server.accept(l)));
    client.close(a);
    pass(10_000);
  }

  it('sendto with MSG_FASTOPEN and no cookie opens first: EINPROGRESS without blocking, nothing is queued', () => {
    const l = fastListener();
    const a = socket(client, 'SOCK_STREAM');
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    expect(show(client.send(a, octets(10), FLAG, TO))).toBe('EINPROGRESS');
    expect(show(client.send(a, octets(10), FLAG, TO))).toBe('EALREADY');
    pass(10_000);
    const s = value(server.accept(l));
    expect(show(server.receive(s, 10, c('MSG_DONTWAIT')))).toBe('EAGAIN');
    // It connects once more, which succeeds the first time.
    expect(show(client.send(a, octets(10), FLAG, TO))).toBe(10);
    expect(show(client.send(a, octets(10), FLAG, TO))).toBe('EISCONN');
  });

  it('with a cookie the octets go with the SYN, and the server reads and answers before the ACK', () => {
    const l = fastListener();
    acquaint(l);
    const a = socket(client);
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    expect(show(client.send(a, octets(100), FLAG, TO))).toBe(100);
    pass(1_000);
    const s = value(server.accept(l));
    expect(server.tcp(s)?.connection?.state).toBe('SYN-RECEIVED');
    expect((server.read(s, 1000) as Result & { out: Uint8Array }).out).toEqual(octets(100));
    expect(show(server.send(s, octets(50)))).toBe(50);
    pass(1_000);
    expect(show(client.read(a, 1000))).toBe(50);
    const info = client.getsockopt(a, c('SOL_TCP'), c('TCP_INFO')) as { out: { tcpi_options: number } };
    expect(info.out.tcpi_options & 32).toBe(32);
  });

  it('a blocking sendto returns when everything is queued; one that is not answered fails as connect does', () => {
    const l = fastListener();
    acquaint(l);
    const a = socket(client);
    const sending = client.send(a, new Uint8Array(5000), FLAG, TO);
    expect(now(sending)).toBe(null);
    pass(10_000);
    expect(show(now(sending) as Result)).toBe(5000);
    server.close(l);
    pass(10_000);
    const b = socket(client);
    const refused = client.send(b, octets(10), FLAG, TO);
    pass(10_000);
    expect(show(now(refused) as Result)).toBe('ECONNREFUSED');
  });

  it('TCP_FASTOPEN_CONNECT leaves the SYN to the first write when there is a cookie', () => {
    const l = fastListener();
    acquaint(l);
    const a = socket(client);
    client.setsockopt(a, c('SOL_TCP'), c('TCP_FASTOPEN_CONNECT'), 1);
    client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
    expect(show(client.connect(a, TO))).toBe(0);
    expect(show(client.connect(a, TO))).toBe('EISCONN');
    expect(client.host.connections.length).toBe(0);
    expect(show(client.send(a, octets(100)))).toBe(100);
    pass(1_000);
    expect(server.tcp(value(server.accept(l)))?.receiving.unread).toBe(100);
  });

  it('TCP_FASTOPEN_CONNECT without a cookie connects, and asks for one', () => {
    const l = fastListener();
    for (const result of ['EINPROGRESS', 0]) {
      const a = socket(client);
      client.setsockopt(a, c('SOL_TCP'), c('TCP_FASTOPEN_CONNECT'), 1);
      client.fcntl(a, c('F_SETFL'), c('O_NONBLOCK'));
      expect(show(client.connect(a, TO))).toBe(result);
      pass(10_000);
    }
    expect(show(server.accept(l)) as number).toBeGreaterThan(0);
  });

  it('the options are what was set; TCP_FASTOPEN of a connection and a bound below 0 are EINVAL', () => {
    const l = fastListener();
    const get = (name: string): unknown =>
      (server.getsockopt(l, c('SOL_TCP'), c(name)) as { out: unknown }).out;
    expect([get('TCP_FASTOPEN'), get('TCP_FASTOPEN_CONNECT')]).toEqual([5, 0]);
    server.setsockopt(l, c('SOL_TCP'), c('TCP_FASTOPEN'), 7);
    expect([get('TCP_FASTOPEN'), server.tcp(l)?.listener?.fastOpen]).toEqual([7, 7]);
    expect(show(server.setsockopt(l, c('SOL_TCP'), c('TCP_FASTOPEN'), -1))).toBe('EINVAL');
    expect(show(server.setsockopt(l, c('SOL_TCP'), c('TCP_FASTOPEN_CONNECT'), 1))).toBe('EINVAL');
    expect(show(client.setsockopt(socket(client), c('SOL_TCP'), c('TCP_FASTOPEN_CONNECT'), 2))).toBe(
      'EINVAL',
    );
  });
});

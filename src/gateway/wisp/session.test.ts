import { describe, expect, test } from 'vitest';
import type {
  Outer,
  OuterConnection,
  OuterConnectionEvents,
  OuterDatagramEvents,
  OuterError,
} from '../outer.ts';
import { WispSession, type WispSocket } from './index.ts';

/** A WebSocket whose client is the test. */
class FakeSocket implements WispSocket {
  binaryType = 'arraybuffer';
  readyState = 1;
  bufferedAmount = 0;
  readonly highWaterMark = 1000;
  sent: number[][] = [];
  readonly #listeners = new Map<string, (event: object) => void>();
  send(data: Uint8Array): void {
    this.sent.push([...data]);
  }
  close(): void {}
  addEventListener(type: string, listener: (event: object) => void): void {
    this.#listeners.set(type, listener);
  }
  removeEventListener(): void {}
  emit(type: string, event: object = {}): void {
    this.#listeners.get(type)?.(event);
  }
  /** A message of the client. */
  says(...octets: number[]): void {
    this.emit('message', { data: Uint8Array.from(octets).buffer });
  }
  /** What was sent since the last call. */
  heard(): number[][] {
    return this.sent.splice(0);
  }
}

/** A connection outside in the test's hand. */
class FakeConnection implements OuterConnection {
  readonly events: OuterConnectionEvents;
  readonly calls: string[] = [];
  room = true;
  constructor(events: OuterConnectionEvents) {
    this.events = events;
  }
  write(octets: Uint8Array): boolean {
    this.calls.push(`write ${octets.join(' ')}`);
    return this.room;
  }
  end = (): void => void this.calls.push('end');
  reset = (): void => void this.calls.push('reset');
  pause = (): void => void this.calls.push('pause');
  resume = (): void => void this.calls.push('resume');
}

/** Streams that outside knows, by where they went. */
class FakeOuter implements Outer {
  readonly connections: FakeConnection[] = [];
  readonly datagramEvents: OuterDatagramEvents[] = [];
  readonly sent: string[] = [];
  readonly targets: string[] = [];
  connect(
    { address, port }: { address: string; port: number },
    events: OuterConnectionEvents,
  ): OuterConnection {
    this.targets.push(`${address}:${port}`);
    const connection = new FakeConnection(events);
    this.connections.push(connection);
    return connection;
  }
  datagrams({ address, port }: { address: string; port: number }, events: OuterDatagramEvents) {
    this.targets.push(`udp ${address}:${port}`);
    this.datagramEvents.push(events);
    return {
      send: (octets: Uint8Array): void => void this.sent.push(octets.join(' ')),
      close: (): void => void this.sent.push('close'),
    };
  }
}

const HOSTS: Readonly<Record<string, readonly string[]>> = { a: ['192.0.2.1'], nowhere: [] };
const TCP = 1;
const UDP = 2;

/** CONNECT of a stream to port 80 of a name. */
const connect = (stream: number, kind = TCP, host = 'a', port = 80): number[] => [
  ...[0x01, stream, 0, 0, 0, kind, port & 0xff, port >> 8],
  ...new TextEncoder().encode(host),
];
const data = (stream: number, ...octets: number[]): number[] => [0x02, stream, 0, 0, 0, ...octets];
const goOn = (stream: number): number[] => [0x03, stream, 0, 0, 0, 32, 0, 0, 0];
const close = (stream: number, reason: number): number[] => [0x04, stream, 0, 0, 0, reason];
/** Lookups are done. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function session(mostStreams = 8) {
  const socket = new FakeSocket();
  const outer = new FakeOuter();
  const resolve = async (host: string): Promise<readonly string[]> => {
    const found = HOSTS[host];
    if (found === undefined) throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
    return found;
  };
  return { socket, outer, wisp: new WispSession(socket, { outer, resolve }, mostStreams) };
}

/** A session with stream 1 open, and its connection. */
async function opened() {
  const all = session();
  all.socket.says(...connect(1));
  await turn();
  const connection = all.outer.connections[0] as FakeConnection;
  connection.events.open();
  all.socket.heard();
  return { ...all, connection };
}

test('the server says first how many packets it takes on a stream; a stream goes to the name’s address', async () => {
  const { socket, outer, wisp } = session();
  expect(socket.heard()).toEqual([goOn(0)]);
  socket.says(...connect(7, TCP, 'a', 8080));
  socket.says(...data(7, 1, 2)); // at once: it waits for the connection
  await turn();
  expect([outer.targets, outer.connections[0]?.calls]).toEqual([['192.0.2.1:8080'], []]);
  outer.connections[0]?.events.open();
  outer.connections[0]?.events.data(Uint8Array.of(3));
  expect([outer.connections[0]?.calls, socket.heard(), wisp.streams]).toEqual([
    ['write 1 2'],
    [data(7, 3)],
    1,
  ]);
});

describe('a stream that does not come about is closed with its reason', () => {
  const rows: readonly [string, number[], number][] = [
    ['a name that there is not', connect(1, TCP, 'b'), 0x42],
    ['a name without an address', connect(1, TCP, 'nowhere'), 0x42],
    ['no name', connect(1, TCP, ''), 0x41],
    ['port 0', connect(1, TCP, 'a', 0), 0x41],
    ['a kind that there is not', connect(1, 3), 0x41],
  ];
  test.each(rows)('%s', async (_what, octets, reason) => {
    const { socket, wisp } = session();
    socket.heard();
    socket.says(...octets);
    await turn();
    expect([socket.heard(), wisp.streams]).toEqual([[close(1, reason)], 0]);
  });

  const errors: readonly [OuterError, number][] = [
    [{ code: 'ECONNREFUSED' }, 0x44],
    [{ code: 'ETIMEDOUT' }, 0x43],
    [{ code: 'ENETUNREACH' }, 0x42],
    [{ code: 'EACCES' }, 0x48],
    [{ code: 'ECONNRESET' }, 0x03],
    [{}, 0x01],
  ];
  test.each(errors)('outside says %o', async (error, reason) => {
    const { socket, outer } = session();
    socket.heard();
    socket.says(...connect(1));
    await turn();
    outer.connections[0]?.events.closed(error);
    expect(socket.heard()).toEqual([close(1, reason)]);
  });

  test('more streams than there may be: throttled, and the others stay', async () => {
    const { socket, outer, wisp } = session(1);
    socket.says(...connect(1));
    socket.heard();
    socket.says(...connect(2));
    await turn();
    expect([socket.heard(), outer.connections.length, wisp.counters.throttled]).toEqual([
      [close(2, 0x49)],
      1,
      1,
    ]);
  });
});

describe('flow control', () => {
  test('the client may send 32 packets, and hears when it may send 32 more', async () => {
    const { socket, connection } = await opened();
    for (let i = 0; i < 31; i++) socket.says(...data(1, i));
    expect(socket.heard()).toEqual([]);
    socket.says(...data(1, 31));
    expect([socket.heard(), connection.calls.length]).toEqual([[goOn(1)], 32]);
  });

  test('not while outside has no room; and who sends more all the same is closed', async () => {
    const { socket, connection, wisp } = await opened();
    connection.room = false;
    for (let i = 0; i < 32; i++) socket.says(...data(1, i));
    expect(socket.heard()).toEqual([]);
    connection.events.drain();
    expect(socket.heard()).toEqual([goOn(1)]);
    for (let i = 0; i < 32; i++) socket.says(...data(1, i));
    socket.says(...data(1, 0));
    expect([socket.heard(), connection.calls.at(-1), wisp.counters.overrun]).toEqual([
      [close(1, 0x49)],
      'reset',
      1,
    ]);
  });

  test('while the WebSocket is full outside is paused', async () => {
    const { socket, connection } = await opened();
    socket.bufferedAmount = 1001;
    connection.events.data(Uint8Array.of(1));
    connection.events.data(Uint8Array.of(2));
    socket.bufferedAmount = 0;
    socket.emit('drain');
    expect([connection.calls, socket.heard()]).toEqual([
      ['pause', 'resume'],
      [data(1, 1), data(1, 2)],
    ]);
  });
});

describe('the end of a stream', () => {
  test('the client closes: what it sent goes, then a FIN; what comes back meets nobody: a RST', async () => {
    const { socket, connection, wisp } = await opened();
    socket.says(...data(1, 5));
    socket.says(...close(1, 2));
    expect([connection.calls, wisp.streams]).toEqual([['write 5', 'end', 'resume'], 0]);
    connection.events.data(Uint8Array.of(1));
    expect([connection.calls.at(-1), socket.heard()]).toEqual(['reset', []]);
  });

  test('outside ends: the client hears a voluntary close, once; a DATA that crosses it is no error', async () => {
    const { socket, connection, wisp } = await opened();
    connection.events.end();
    socket.says(...data(1, 5));
    connection.events.closed(null);
    expect([socket.heard(), connection.calls, wisp.counters.malformed]).toEqual([
      [close(1, 2)],
      ['end', 'resume'],
      0,
    ]);
  });

  test('the client gives up an attempt: it is reset', async () => {
    const { socket, outer } = session();
    socket.says(...connect(1));
    await turn();
    socket.says(...close(1, 2));
    expect(outer.connections[0]?.calls).toEqual(['reset']);
  });

  test('a stream that is closed while its name is looked up opens nothing', async () => {
    const { socket, outer } = session();
    socket.says(...connect(1));
    socket.says(...close(1, 2));
    await turn();
    expect(outer.targets).toEqual([]);
  });

  test('the client goes: all streams are reset, those that were ending, too', async () => {
    const { socket, outer, connection, wisp } = await opened();
    socket.says(...connect(2, UDP));
    socket.says(...connect(3));
    await turn();
    socket.says(...close(1, 2));
    socket.emit('close');
    expect([connection.calls.at(-1), outer.connections[1]?.calls, outer.sent, wisp.streams]).toEqual([
      'reset',
      ['reset'],
      ['close'],
      0,
    ]);
  });
});

test('UDP: each DATA is a datagram, both ways, without credit', async () => {
  const { socket, outer } = session();
  socket.says(...connect(4, UDP, 'a', 53));
  await turn();
  socket.heard();
  for (let i = 0; i < 40; i++) socket.says(...data(4, i));
  outer.datagramEvents[0]?.data(Uint8Array.of(9));
  expect([outer.targets, outer.sent.length, socket.heard()]).toEqual([
    ['udp 192.0.2.1:53'],
    40,
    [data(4, 9)],
  ]);
});

test('what is no packet of a client is counted, and a stream whose number is taken is closed as invalid', async () => {
  const { socket, connection, wisp } = await opened();
  socket.says(...[]);
  socket.says(1, 2, 3);
  socket.says(9, 1, 0, 0, 0);
  socket.says(0x03, 1, 0, 0, 0, 1, 0, 0, 0); // only servers say so
  socket.says(0x04, 1, 0, 0, 0);
  socket.says(...connect(0));
  expect([wisp.counters.malformed, connection.calls]).toEqual([6, []]);
  socket.says(...connect(1));
  expect([socket.heard(), connection.calls]).toEqual([[close(1, 0x41)], ['reset']]);
});

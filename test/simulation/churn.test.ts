// Connection after connection against one port: nothing may grow, no port may be refused because its
// last connection is still in TIME-WAIT (RFC 9293 section 3.6.1 MAY-2, RFC 6191).

import { expect, it } from 'vitest';
import type { Connection, ConnectionHandler, Host } from '../../src/host/index.ts';
import { expectNothingLeft, Net, octets } from '../../src/host/testing.ts';
import type { TcpError } from '../../src/tcp/index.ts';

const QUESTION = octets(20);
const ANSWER = octets(30, 5);

/** Answers and, if it is to be the active closer, closes. */
function serve(host: Host, closes: boolean): void {
  const handler: ConnectionHandler = {
    readable(c) {
      if (c.take() !== null) {
        c.offer(ANSWER);
        if (closes) void c.end();
      }
      if (c.eof) c.close();
    },
  };
  host.listen({ port: 80, handler });
}

/** Opens, asks, is answered, closes; then the next one, `pauseUs` later. */
class Client {
  done = 0;
  readonly errors: TcpError[] = [];
  readonly #net: Net;
  readonly #host: Host;
  readonly #count: number;
  readonly #localPort: number;
  readonly #pauseUs: number;
  readonly #handler: ConnectionHandler;

  constructor(net: Net, host: Host, count: number, localPort: number, closes: boolean, pauseUs: number) {
    this.#net = net;
    this.#host = host;
    this.#count = count;
    this.#localPort = localPort;
    this.#pauseUs = pauseUs;
    this.#handler = {
      open: (c) => void c.offer(QUESTION),
      readable: (c: Connection) => {
        if (c.take() !== null && closes) void c.end();
        if (c.eof) c.close();
      },
      close: (_, error) => {
        if (error !== null) this.errors.push(error);
        this.done++;
        this.next();
      },
    };
  }

  next(): void {
    if (this.done < this.#count) this.#net.world.schedule(this.#net.world.now() + this.#pauseUs, this);
  }

  run(): void {
    this.#host.open({
      address: '10.0.0.2',
      port: 80,
      localPort: this.#localPort,
      handler: this.#handler,
    });
  }
}

interface Outcome {
  net: Net;
  a: Host;
  b: Host;
  /** Most TIME-WAIT records at once, of either host. */
  most: number;
  seconds: number;
}

function churn(count: number, localPort: number, clientCloses: boolean, pauseUs = 0): Outcome {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 });
  serve(b, !clientCloses);
  const client = new Client(net, a, count, localPort, clientCloses, pauseUs);
  client.next();
  let most = 0;
  while (client.done < count) {
    const before = client.done;
    net.world.runSync(net.world.now() + 10_000_000);
    most = Math.max(most, a.tcp.timeWait.size, b.tcp.timeWait.size);
    if (client.done === before) throw new Error(`stuck at connection ${client.done}`);
  }
  expect(client.errors).toEqual([]);
  return { net, a, b, most, seconds: net.world.now() / 1e6 };
}

/** Lets 2 MSL pass: nothing is left. */
function expectNothingAfter2Msl({ net, a, b }: Outcome): void {
  net.world.runSync(net.world.now() + 60_000_000);
  for (const host of [a, b]) expectNothingLeft(host);
  expect(net.memory.used).toBe(0);
}

it('100,000 connections one after another against one port leave nothing behind after 2 MSL', () => {
  const outcome = churn(100_000, 0, true);
  expect(outcome.b.tcp.timeWait.size).toBe(0); // the active closer keeps the records
  expect(outcome.most).toBeGreaterThan(1000);
  expectNothingAfter2Msl(outcome);
  expect([outcome.a.counters.activeOpens, outcome.b.counters.passiveOpens]).toEqual([100_000, 100_000]);
});

it('100,000 connections from one source port: the TIME-WAIT of the server makes way for each, at once', () => {
  const outcome = churn(100_000, 5555, false);
  expect(outcome.most).toBe(1);
  // Handshake, question, answer and FINs take less than 4 round trips: no SYN had to be sent twice.
  expect(outcome.seconds).toBeLessThan(100_000 * 4 * 0.002);
  expectNothingAfter2Msl(outcome);
});

it('1,000 connections from one source port whose own TIME-WAIT is a second old (RFC 6191)', () => {
  const outcome = churn(1000, 5555, true, 1_100_000);
  expect(outcome.most).toBe(1);
  expectNothingAfter2Msl(outcome);
});

// The client's side of iperf3's protocol, over any connection of ours: what is measured is our stack against the
// kernel's, driven by a program of C at the other end. One control connection, on which states are told by one octet
// and parameters and results as JSON behind four octets of length, and one connection for the data.

import type { Connection, Host } from '../../src/host/index.ts';

const TEST_START = 1;
const TEST_RUNNING = 2;
const TEST_END = 4;
const PARAM_EXCHANGE = 9;
const CREATE_STREAMS = 10;
const EXCHANGE_RESULTS = 13;
const DISPLAY_RESULTS = 14;
const IPERF_DONE = 16;

const PORT = 5201;
const BLOCK = 131_072;

/** What a transfer came to. */
export interface Transfer {
  /** Octets that the receiver's program has read. */
  readonly octets: number;
  readonly seconds: number;
}

/** Reads exact numbers of octets. */
class Control {
  readonly #c: Connection;
  #rest = new Uint8Array(0);

  constructor(c: Connection) {
    this.#c = c;
  }

  async octets(n: number): Promise<Uint8Array> {
    while (this.#rest.length < n) {
      const more = await this.#c.read();
      if (more === null) throw new Error('iperf3 has closed the control connection');
      this.#rest = Buffer.concat([this.#rest, more]);
    }
    const out = this.#rest.subarray(0, n);
    this.#rest = this.#rest.subarray(n);
    return out;
  }

  async expect(state: number): Promise<void> {
    const [got] = await this.octets(1);
    if (got !== state) throw new Error(`iperf3 is in state ${got}, not ${state}`);
  }

  async json(): Promise<unknown> {
    const length = Buffer.from(await this.octets(4)).readUInt32BE();
    return JSON.parse(Buffer.from(await this.octets(length)).toString());
  }

  async tell(state: number): Promise<void> {
    await this.#c.write(Uint8Array.of(state));
  }

  async tellJson(value: object): Promise<void> {
    const text = Buffer.from(JSON.stringify(value));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    await this.#c.write(Buffer.concat([length, text]));
  }
}

/** Writes whenever there is room. */
function pump(c: Connection, until: () => boolean): void {
  const block = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i++) block[i] = (i * 2654435761) >>> 13;
  const more = (): void => {
    while (!until() && c.offer(block) > 0);
  };
  c.handler = { writable: more };
  more();
}

/** Reads whatever comes; what is called back tells how much there was. */
function drain(c: Connection): () => number {
  const sink = new Uint8Array(BLOCK);
  let octets = 0;
  const more = (): void => {
    for (let n = c.readInto(sink); n > 0; n = c.readInto(sink)) octets += n;
  };
  c.handler = { readable: more };
  more();
  return () => octets;
}

/** One transfer of `seconds` with the iperf3 server at `address`: `in`, the server sends; `out`, we do. */
export async function iperf(
  host: Host,
  address: string,
  direction: 'in' | 'out',
  seconds: number,
): Promise<Transfer> {
  const cookie = Buffer.from(`synfin${'0123456789abcdefghijklmnopqrst'}\0`);
  await new Promise((resolve) => setTimeout(resolve, 200)); // after a test the server listens anew
  const connection = await host.connect({ address, port: PORT });
  connection.setNoDelay();
  const control = new Control(connection);
  await connection.write(cookie);
  await control.expect(PARAM_EXCHANGE);
  await control.tellJson({
    tcp: true,
    omit: 0,
    time: 0,
    num: 0,
    blockcount: 0,
    parallel: 1,
    len: BLOCK,
    pacing_timer: 1000,
    client_version: '3.12',
    ...(direction === 'in' ? { reverse: true } : {}),
  });
  await control.expect(CREATE_STREAMS);
  const data = await host.connect({ address, port: PORT });
  await data.write(cookie);
  await control.expect(TEST_START);
  await control.expect(TEST_RUNNING);
  let over = false;
  const begin = performance.now();
  const received = direction === 'in' ? drain(data) : null;
  if (received === null) pump(data, () => over);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  over = true;
  const elapsed = (performance.now() - begin) / 1000;
  const here = received?.() ?? 0;
  await control.tell(TEST_END);
  await control.expect(EXCHANGE_RESULTS);
  await control.tellJson({
    cpu_util_total: 0,
    cpu_util_user: 0,
    cpu_util_system: 0,
    sender_has_retransmits: 0,
    streams: [
      {
        id: 1,
        bytes: here,
        retransmits: 0,
        jitter: 0,
        errors: 0,
        packets: 0,
        start_time: 0,
        end_time: elapsed,
      },
    ],
  });
  const { streams } = (await control.json()) as { streams: { bytes: number }[] };
  await control.expect(DISPLAY_RESULTS);
  await control.tell(IPERF_DONE);
  data.close();
  connection.close();
  const octets = direction === 'in' ? here : (streams[0]?.bytes ?? 0);
  return { octets, seconds: elapsed };
}

// One program for every runtime: two hosts in real time, a MessageChannel between them, 20 MB both ways at once with
// every octet looked at, and a half-close: one end says its FIN, and still hears what the other has to say.

import { type Connection, Host, messagePortDevice } from '../../src/index.ts';

const LENGTH = 20_000_000;
/** What the server says after the client’s FIN: more than a window, so it cannot all come with the ACK of that. */
const AFTERWARDS = 12_000_000;
const CHUNK = 65_536;

/** What {@link realTime} found. */
export interface Found {
  /** Octets that arrived, as they were sent. */
  readonly toServer: number;
  readonly toClient: number;
  /** What the client had read when its own FIN was acknowledged is less than `toClient`: it heard more after it. */
  readonly heardAfterFin: number;
  readonly states: string;
  readonly ms: number;
}

/** The octet at a place of a stream: none is like its neighbours, and no two streams are alike. */
function octetAt(at: number, seed: number): number {
  return Math.imul(at + seed, 0x9e3779b1) >>> 24;
}

async function send(c: Connection, from: number, to: number, seed: number): Promise<void> {
  for (let at = from; at < to; at += CHUNK) {
    const chunk = new Uint8Array(Math.min(CHUNK, to - at));
    for (let i = 0; i < chunk.length; i++) chunk[i] = octetAt(at + i, seed);
    await c.write(chunk);
  }
}

/** Reads to the end of the stream; how many octets came. Throws when one is not what was sent. */
async function receive(c: Connection, seed: number): Promise<number> {
  let at = 0;
  for (let chunk = await c.read(); chunk !== null; chunk = await c.read()) {
    for (const octet of chunk) {
      if (octet !== octetAt(at, seed)) throw new Error(`octet ${at} is ${octet}, not ${octetAt(at, seed)}`);
      at++;
    }
  }
  return at;
}

/** Runs it, in whatever this is. When it resolves, nothing of it is left that could keep a process. */
export async function realTime(): Promise<Found> {
  const { port1, port2 } = new MessageChannel();
  const client = new Host({ name: 'client' });
  const server = new Host({ name: 'server' });
  client.attach(messagePortDevice(port1), { addresses: ['10.0.0.1/24', 'fd00::1/64'] });
  server.attach(messagePortDevice(port2), { addresses: ['10.0.0.2/24', 'fd00::2/64'] });
  try {
    return await transfer(client, server);
  } finally {
    await Promise.all([client.close(), server.close()]);
  }
}

async function transfer(client: Host, server: Host): Promise<Found> {
  const began = Date.now();
  const listener = server.listen({ port: 80 });
  const connecting = client.connect({ address: 'fd00::2', port: 80 });
  const there = await listener.accept();
  const here = await connecting;

  const serve = async (): Promise<number> => {
    const sending = send(there, 0, LENGTH, 2);
    const got = await receive(there, 1);
    await sending;
    await send(there, LENGTH, LENGTH + AFTERWARDS, 2);
    await there.end();
    return got;
  };
  const ask = async (): Promise<number> => {
    await send(here, 0, LENGTH, 1);
    await here.end();
    return here.bytesRead;
  };
  const [toServer, atFin, toClient] = await Promise.all([serve(), ask(), receive(here, 2)]);
  await Promise.all([here.closed, there.closed]);
  return {
    toServer,
    toClient,
    heardAfterFin: toClient - atFin,
    states: `${here.state}/${there.state}`,
    ms: Date.now() - began,
  };
}

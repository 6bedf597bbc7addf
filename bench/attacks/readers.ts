// Clients of `synfin serve` that ask for a file and then hardly take it: buffers, descriptors, connections. Files
// are read in real time, so this attack waits for them; what a client may take of its time is real time too.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileServer } from '../../src/cli/http.ts';
import { type Outcome, Stage } from './stage.ts';
import { connect, type Puppet } from './strangers.ts';

const PORT = 81;
const FILE_BYTES = 4 << 20;
const REQUEST = new TextEncoder().encode('GET /big HTTP/1.1\r\nHost: victim\r\n\r\n');
const LARGE = 128 * 1024;
const SMALL = 8 * 1024;
/** Large buffers of the server: for one reader in four. */
const LARGE_SHARE = 4;
/** Octets of buffers that are not the files': requests as they were read, the client's packets. */
const OTHERS = 4 << 20;
const IDLE_MS = 4000;
/** The window of a reader: one segment of the MSS that counts without an option (RFC 9293 MUST-15). */
const WINDOW = 536;
/** Segments that each takes. */
const SEGMENTS = 30;
/** Turns of the event loop at most until every file was opened and read from. */
const TURNS = 2000;

/** `readers` clients; each takes a segment at a time, and then nothing more. */
export async function slowReaders(readers: number): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-attack-'));
  writeFileSync(join(dir, 'big'), new Uint8Array(FILE_BYTES));
  try {
    return await read(readers, dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function read(readers: number, dir: string): Promise<Outcome> {
  const large = Math.floor(readers / LARGE_SHARE);
  const files = await FileServer.of(dir, { bufferBytes: large * LARGE, idleMs: IDLE_MS });
  const stage = new Stage('slow-readers', { memoryMax: 64 << 20 });
  let served = 0;
  const open = (c: Parameters<FileServer['serve']>[0]): void => {
    served++;
    void files.serve(c).then(() => served--);
  };
  stage.victim.listen({ port: PORT, backlog: readers, handler: { open } });
  stage.watch('octets of Memory', stage.memory.max, () => stage.used);
  const { arrayBuffers } = process.memoryUsage();
  stage.watch(
    'octets of buffers',
    large * LARGE + (readers - large) * SMALL + OTHERS,
    () => process.memoryUsage().arrayBuffers - arrayBuffers,
  );
  stage.peace();
  const peers: Puppet[] = [];
  for (let i = 0; i < readers; i++) {
    const peer = connect(stage, i, PORT, WINDOW);
    if (peer !== null) peers.push(peer);
    if (i % 100 === 99) stage.pass(10_000);
  }
  stage.flood(peers.length, 10_000, (mem, off, i) => (peers[i] as Puppet).write(mem, off, 0, REQUEST));
  // An acknowledgment of the request, and the first segment.
  const answered = stage.replies + 2 * peers.length;
  for (let turn = 0; turn < TURNS && stage.replies < answered; turn++) {
    await sleep(1);
    stage.pass(10_000);
  }
  for (let n = 1; n <= SEGMENTS; n++) {
    await sleep(1);
    const ack = n * WINDOW;
    stage.flood(peers.length, 100_000, (mem, off, i) =>
      (peers[i] as Puppet).write(mem, off, REQUEST.length, 0, ack),
    );
  }
  stage.facts['readers served'] = served;
  stage.facts['octets taken by each'] = SEGMENTS * WINDOW;
  await sleep(IDLE_MS + 500);
  stage.pass(100_000);
  await sleep(100);
  stage.facts['readers served after the idle time'] = served;
  return stage.end();
}

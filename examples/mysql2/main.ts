// mysql2 against a server of its own: the client takes a stream, and the `net.Server` in its server listens on the host.

import { once } from 'node:events';
import type { Server } from 'node:net';
import mysql, { type Connection } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import { netOf, serveOn } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

/** What of a server's connection its types do not show. */
interface Served extends Omit<Connection, 'writeTextResult'> {
  sequenceId: number;
  serverHandshake(options: object): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
}

const network = new Network();

const COLUMN = {
  catalog: 'def',
  schema: '',
  table: '',
  orgTable: '',
  orgName: '',
  characterSet: 45,
  flags: 0,
  decimals: 0,
};
const LONG = { ...COLUMN, columnLength: 11, columnType: 3 };
const TEXT = { ...COLUMN, columnLength: 400, columnType: 253 };
let connections = 0;
const server = mysql.createServer((connection) => {
  const served = connection as unknown as Served;
  served.serverHandshake({
    protocolVersion: 10,
    serverVersion: '8.0.0',
    connectionId: ++connections,
    statusFlags: 2,
    characterSet: 45,
    capabilityFlags: 0xffffff & ~0x800, // no TLS
    authCallback: (_who: object, done: (error: null) => void) => {
      done(null);
      served.sequenceId = 0;
    },
  });
  served.on('query', (sql: string) => {
    const count = Number(/LIMIT (\d+)/.exec(sql)?.[1] ?? 0);
    const rows = Array.from({ length: count }, (_, n) => ({ n, word: 'x'.repeat(n % 100) }));
    served.writeTextResult(rows, [
      { ...LONG, name: 'n' },
      { ...TEXT, name: 'word' },
    ]);
    served.sequenceId = 0; // each command counts from 0: mysql2 leaves that to who answers
  });
  served.on('quit', () => served.end());
  served.on('error', () => {});
});
const { _server: listener } = server as unknown as { _server: Server };
serveOn(network.server, listener);
server.listen(3306);
await once(listener, 'listening');

const client = await createConnection({
  user: 'guest',
  stream: () => netOf(network.client).connect({ host: SERVER, port: 3306 }),
});
const [rows] = await client.query('SELECT n, word FROM numbers LIMIT 5000');
const all = rows as { n: number; word: string }[];
const right = all.filter(({ n, word }, i) => n === i && word.length === n % 100).length;
console.log(`${right} rows of ${all.length} are right`);

await client.end();
listener.close();
await network.end();

// pg and a real PostgreSQL, which does not know that its client is no kernel: over a TUN device, with loss. Linux, as
// root, with Debian's package postgresql; the server runs in a namespace and a folder of this program's own.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { netOf } from '../../src/node/index.ts';
import { enterNamespace, KERNEL, Machine } from '../kernel.ts';

await enterNamespace('initdb', 'postgres');
const machine = new Machine('postgres');
try {
  await machine.join();
  const data = join(machine.folder, 'data');
  machine.run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync']);
  appendFileSync(join(data, 'pg_hba.conf'), 'host all all 10.7.0.0/24 trust\n');
  const settings = [`listen_addresses=${KERNEL}`, 'unix_socket_directories=', 'fsync=off'];
  await machine.start(
    'postgres',
    ['-D', data, ...settings.flatMap((each) => ['-c', each])],
    'ready to accept connections',
  );

  const { Socket } = netOf(machine.host);
  const at = { host: KERNEL, user: 'postgres', database: 'postgres', stream: () => new Socket() };
  const pool = new pg.Pool({ ...at, max: 4 });
  await pool.query('CREATE TABLE squares (n int PRIMARY KEY, square int)');
  const inserts = Array.from({ length: 200 }, (_, n) =>
    pool.query('INSERT INTO squares VALUES ($1, $2)', [n, n * n]),
  );
  await Promise.all(inserts);
  const { rows } = await pool.query('SELECT count(*), sum(square) FROM squares');
  console.log(rows[0]);
  const long = await pool.query("SELECT repeat('x', 1000) AS x FROM generate_series(1, 1000)");
  console.log(`${long.rows.map(({ x }) => x).join('').length} octets of rows`);

  const ear = new pg.Client(at);
  await ear.connect();
  const heard = new Promise<string | undefined>((resolve) => {
    ear.once('notification', ({ payload }) => resolve(payload));
  });
  await ear.query('LISTEN news');
  await pool.query("NOTIFY news, 'hello'");
  console.log(`notified: ${await heard}`);
  await ear.end();
  await pool.end();
} finally {
  await machine.end();
}

// ioredis and a real Redis, over a TUN device, with loss. Linux, as root, with Debian's package redis-server; the server
// runs in a namespace and a folder of this program's own.

import type { Socket } from 'node:net';
import { AbstractConnector, Redis } from 'ioredis';
import { netOf } from '../../src/node/index.ts';
import { enterNamespace, KERNEL, Machine } from '../kernel.ts';

await enterNamespace('redis-server');
const machine = new Machine('nobody');

/** What ioredis asks for its sockets. */
class Connector extends AbstractConnector {
  constructor() {
    super(1000);
  }
  override async connect(): Promise<Socket> {
    const socket = netOf(machine.host).connect({ host: KERNEL, port: 6379 });
    this.stream = socket;
    return socket;
  }
}

try {
  await machine.join();
  await machine.start(
    'redis-server',
    ['--bind', KERNEL, '--protected-mode', 'no', '--save', ''],
    'Ready to accept connections',
  );

  const redis = new Redis({ Connector });
  const pipeline = redis.pipeline();
  for (let n = 0; n < 1000; n++) pipeline.incrby('sum', n);
  await pipeline.exec();
  console.log(`sum: ${await redis.get('sum')}`);
  await redis.set('long', 'x'.repeat(1_000_000));
  console.log(`${(await redis.get('long'))?.length} octets there and back`);

  const ear = new Redis({ Connector });
  await ear.subscribe('news');
  const heard = new Promise<string>((resolve) => {
    ear.once('message', (_channel, message) => resolve(message));
  });
  await redis.publish('news', 'hello');
  console.log(`published: ${await heard}`);
  await Promise.all([ear.quit(), redis.quit()]);
} finally {
  await machine.end();
}

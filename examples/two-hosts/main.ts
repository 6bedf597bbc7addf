// Two hosts of a world, in virtual time: the first FIN is lost, and sent again. Same seed, same run, every time.

import { World } from '../../src/index.ts';

const world = new World({ seed: 1 });
const client = world.host('client', '10.0.0.1/24', 'fd00::1/64');
const server = world.host('server', '10.0.0.2/24', 'fd00::2/64');
world.wire(client, server, { delayUs: 20_000 }).rule('drop FIN#1');

const listener = server.listen({ port: 7 });

async function echo(): Promise<void> {
  const connection = await listener.accept();
  for await (const chunk of connection) await connection.write(chunk);
  await connection.end();
}

async function ask(): Promise<void> {
  const connection = await client.connect({ address: '10.0.0.2', port: 7 });
  await connection.write(new TextEncoder().encode('hello'));
  connection.end();
  let text = '';
  for await (const chunk of connection) text += new TextDecoder().decode(chunk);
  const { retransmissions } = connection.info();
  console.log(`${text}, ${retransmissions} retransmission, ${connection.state}`);
}

await world.settle(Promise.all([echo(), ask()]));
console.log(`${world.now() / 1000} ms of virtual time`);

// A test that loses exactly the third packet: `node examples/test-with-loss/main.ts`, or `node --test` on it.
// Virtual time: the second that TCP waits before it sends again takes none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../src/index.ts';

test('a request is answered though the third packet of the connection is lost', async () => {
  const world = new World({ seed: 1 });
  const client = world.host('client', '10.0.0.1/24');
  const server = world.host('server', '10.0.0.2/24');
  const wire = world.wire(client, server, { delayUs: 10_000 });
  const lost = wire.rule('drop any#3');

  const listener = server.listen({ port: 80 });
  const answer = async (): Promise<void> => {
    const connection = await listener.accept();
    await connection.write((await connection.read()) ?? new Uint8Array());
    await connection.end();
  };
  const ask = async (): Promise<string> => {
    const connection = await client.connect({ address: '10.0.0.2', port: 80 });
    await connection.write(new TextEncoder().encode('who is there?'));
    connection.end();
    let text = '';
    for await (const chunk of connection) text += new TextDecoder().decode(chunk);
    return text;
  };

  const [text] = await world.settle(Promise.all([ask(), answer()]));
  assert.equal(text, 'who is there?');
  assert.equal(lost.fired, 1);
});

// SSH by ssh2, both sides: a command and its answer, and a megabyte through `cat`.

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import ssh2, { type ClientChannel } from 'ssh2';
import { netOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();
const keys = ssh2.utils.generateKeyPairSync('ed25519');

const server = new ssh2.Server({ hostKeys: [keys.private] }, (connection) => {
  connection.on('authentication', (context) => {
    if (context.method === 'password' && context.password === 'open sesame') context.accept();
    else context.reject(['password']);
  });
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      if (command === 'cat') channel.pipe(channel);
      else channel.end(`you said: ${command}`);
      channel.on('end', () => channel.exit(0));
    });
  });
});
// A server of ssh2 takes connections from whoever accepts them.
const listener = netOf(network.server).createServer((socket) => server.injectSocket(socket));
listener.listen(22);
await once(listener, 'listening');

const client = new ssh2.Client();
client.connect({
  sock: netOf(network.client).connect({ host: SERVER, port: 22 }),
  username: 'guest',
  password: 'open sesame',
});
await once(client, 'ready');
const exec = (command: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
console.log(await text(await exec('who is there?')));
const cat = await exec('cat');
cat.end('x'.repeat(1_000_000));
console.log(`${(await text(cat)).length} octets there and back`);

client.end();
await once(client, 'close');
listener.close();
await network.end();

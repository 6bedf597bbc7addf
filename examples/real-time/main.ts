// Two hosts in real time, each as it could be in a thread, a worker or a page of its own: what joins them is a
// MessagePort. Without a clock in its options a host drives itself.

import { Host, messagePortDevice } from '../../src/index.ts';

const { port1, port2 } = new MessageChannel();
const client = new Host({ name: 'client' });
const server = new Host({ name: 'server' });
client.attach(messagePortDevice(port1), { addresses: ['10.0.0.1/24'] });
server.attach(messagePortDevice(port2), { addresses: ['10.0.0.2/24'] });

const listener = server.listen({ port: 80 });
const connecting = client.connect({ address: '10.0.0.2', port: 80 });
const [there, here] = await Promise.all([listener.accept(), connecting]);

const MEGABYTE = new Uint8Array(1_000_000);
const sending = (async () => {
  for (let i = 0; i < 10; i++) await there.write(MEGABYTE); // waits while the client's window is closed
  await there.end();
})();
let octets = 0;
for await (const chunk of here) octets += chunk.length;
await here.end();
await sending;
await Promise.all([client.close(), server.close()]);
console.log(`${octets} octets through a MessagePort`);

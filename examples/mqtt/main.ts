// MQTT: aedes is the broker, a handler of connections; mqtt are two clients, whose builder makes the stream.

import { once } from 'node:events';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { netOf } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();

const broker = await Aedes.createBroker();
const server = netOf(network.server).createServer(broker.handle);
server.listen(1883);
await once(server, 'listening');

async function client(clientId: string): Promise<mqtt.MqttClient> {
  const made = new mqtt.MqttClient(() => netOf(network.client).connect({ host: SERVER, port: 1883 }), {
    clientId,
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  await new Promise<void>((resolve, reject) => {
    made.once('connect', () => resolve());
    made.once('error', reject);
  });
  return made;
}
const [meter, screen] = [await client('meter'), await client('screen')];
await screen.subscribeAsync('rooms/+/temperature', { qos: 1 });
const seen: string[] = [];
const all = new Promise<void>((resolve) => {
  screen.on('message', (topic, payload) => {
    seen.push(`${topic} ${payload}`);
    if (seen.length === 100) resolve();
  });
});
for (let n = 0; n < 100; n++) await meter.publishAsync(`rooms/${n}/temperature`, `${n / 2}`, { qos: 1 });
await all;
console.log(`${new Set(seen).size} messages, the last: ${seen.at(-1)}`);

await Promise.all([meter.endAsync(), screen.endAsync()]);
await new Promise<void>((resolve) => broker.close(() => resolve()));
server.close();
await network.end();

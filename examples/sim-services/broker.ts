// The broker of MQTT: aedes.

import { createServer } from 'node:net';
import { Aedes } from 'aedes';

const broker = await Aedes.createBroker();
broker.on('connectionError', () => {});
createServer(broker.handle).listen(1883);

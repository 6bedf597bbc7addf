// A host on the network card of v86, the PC in a page. In a page of your own:
//
//   const emulator = new V86({ …, net_device: { type: 'ne2k' } });
//   emulator.add_listener('emulator-loaded', () => greetGuest(emulator.bus));
//
// and in the guest: `ip addr add 192.168.86.100/24 dev eth0; ip link set eth0 up; nc 192.168.86.1 80`. Here a second
// host stands for the guest.

import { Host } from '../../src/index.ts';
import { Bus, card } from './stand-in.ts';
import { greetGuest } from './v86-device.ts';

const bus = new Bus();
const gateway = greetGuest(bus);

const guest = new Host({ name: 'guest' });
guest.attach(card(bus), { addresses: ['192.168.86.100/24'] });
const connection = await guest.connect({ address: '192.168.86.1', port: 80 });
let text = '';
for await (const chunk of connection) text += new TextDecoder().decode(chunk);
await connection.end();
process.stdout.write(`the guest reads: ${text}`);
await Promise.all([gateway.close(), guest.close()]);

// A network for v86, the PC in a page, without a relay. In a page of your own:
//
//   const emulator = new V86({ …, net_device: { type: 'virtio' } });
//   const network = greetGuest(emulator);
//
// and in the guest: `udhcpc; wget -O - http://page.test/`, or `httpd -p 8080`, which the page fetches from. Here a host
// stands for the guest.

import { Host } from '../../src/index.ts';
import { fetchOn, serve } from '../../src/socket/web/index.ts';
import { greetGuest } from './greet.ts';
import { card, StandIn } from './stand-in.ts';

const emulator = new StandIn();
const network = greetGuest(emulator);

const guest = new Host({ name: 'guest' });
guest.attach(card(emulator), { addresses: ['10.0.2.15/24'] });
const fetchInGuest = fetchOn(guest, { lookup: () => network.gateway.address });
const greeting = await fetchInGuest('http://page.test/');
process.stdout.write(`the guest reads: ${await greeting.text()}`);

const server = serve(guest, { port: 8080 }, () => new Response('hello, page\n'));
const answer = await network.fetch('http://guest:8080/');
process.stdout.write(`the page reads: ${await answer.text()}`);
await Promise.all([network.close(), guest.close({ timeoutMs: 0 })]);
await server.close();

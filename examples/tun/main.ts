// A host behind a TUN device, and the kernel's own sockets as its clients: Node's `fetch` asks Node's `http` on our host.
// Linux, as root or where a user may make namespaces: it happens in a network namespace of this program's own, and the
// machine's network is not touched.

import { Host } from '../../src/index.ts';
import {
  attachTun,
  canUseNamespaces,
  canUseTun,
  inNamespace,
  reexecInNamespace,
} from '../../src/link/tun/index.ts';
import { httpOf } from '../../src/node/index.ts';

if (!inNamespace()) {
  const namespaces = await canUseNamespaces();
  const can = namespaces.ok ? await canUseTun() : namespaces;
  if (!can.ok) {
    console.error(`This example needs root on Linux, and a TUN device: ${can.why}`);
    process.exit(1);
  }
  process.exit(await reexecInNamespace(process.argv.slice(1)));
}

const host = new Host({ name: 'server' });
const attachment = await attachTun(host, { addresses: ['10.7.0.2/24'], peers: ['10.7.0.1'] });
const server = httpOf(host).createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end(`${request.socket.remoteAddress} asked for ${request.url}\n`);
});
server.listen(80);

const answer = await fetch('http://10.7.0.2/hello');
process.stdout.write(`${answer.status}: ${await answer.text()}`);
server.close();
await host.close();
attachment.close();

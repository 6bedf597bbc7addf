// Node's http2 over TLS: a hundred streams at once on one connection, one of them a megabyte.

import { once } from 'node:events';
import * as http2 from 'node:http2';
import { buffer, text } from 'node:stream/consumers';
import { serveOn, tlsConnect } from '../../src/node/index.ts';
import { makeAuthority } from '../certificates.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();
const authority = await makeAuthority();

const server = serveOn(network.server, http2.createSecureServer(await authority.issue('server', SERVER)));
server.on('stream', (stream: http2.ServerHttp2Stream, headers) => {
  stream.respond({ ':status': 200 });
  stream.end(
    headers[':path'] === '/megabyte' ? Buffer.alloc(1_000_000) : `you asked for ${headers[':path']}`,
  );
});
server.listen(443);
await once(server, 'listening');

const session = http2.connect(`https://${SERVER}`, {
  createConnection: () =>
    tlsConnect(network.client, { host: SERVER, port: 443, ca: authority.certificate, ALPNProtocols: ['h2'] }),
});
const megabyte = buffer(session.request({ ':path': '/megabyte' }));
const texts = Array.from({ length: 99 }, (_, n) => text(session.request({ ':path': `/${n}` })));
console.log(
  new Set(await Promise.all(texts)).size,
  'different answers, and',
  (await megabyte).length,
  'octets',
);

session.close();
await once(session, 'close');
server.close();
await network.end();

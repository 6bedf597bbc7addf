// TLS with certificates on both sides: the server lets in whom its authority knows, and nobody else.

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import * as tls from 'node:tls';
import { serveOn, tlsConnect } from '../../src/node/index.ts';
import { type Issued, makeAuthority } from '../certificates.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();
const authority = await makeAuthority();
const stranger = await makeAuthority('a stranger');

const own = await authority.issue('server', SERVER);
const server = serveOn(
  network.server,
  tls.createServer(
    { ...own, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.end(`welcome, ${socket.getPeerCertificate().subject.CN}`);
    },
  ),
);
server.on('tlsClientError', (_error, socket) => console.log(`server: ${socket.authorizationError}`));
server.listen(443);
await once(server, 'listening');

/** What the server says to the owner of a certificate. */
async function visit(certificate: Issued): Promise<string> {
  const { certificate: ca } = authority;
  const said = await text(tlsConnect(network.client, { host: SERVER, port: 443, ca, ...certificate }));
  return said === '' ? '(hung up)' : said;
}
console.log(`Alice: ${await visit(await authority.issue('Alice'))}`);
console.log(`Mallory: ${await visit(await stranger.issue('Mallory'))}`);

server.close();
await network.end();

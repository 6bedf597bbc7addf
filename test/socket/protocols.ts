// A program that speaks what stands on node:net, with itself, and prints what happens; it knows nothing of synfin. On
// standard error, at the end: how many listeners the host of `register` had while each server listened (0: none, or none).

import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { TEST_CERTIFICATE as cert, TEST_KEY as key } from '../fixtures/certificate.ts';

const seen: number[] = [];

async function listen<S extends Server>(server: S): Promise<S & { port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { [Symbol.for('synfin.register')]: registered } = process as unknown as Record<
    symbol,
    { host: { listeners: readonly unknown[] } } | undefined
  >;
  seen.push(registered?.host.listeners.length ?? 0);
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

const say = (what: string, ...values: readonly unknown[]): void =>
  console.log([what, ...values.map((each) => JSON.stringify(each))].join(' '));

const big = 'octets '.repeat(50_000);

{
  const server = await listen(net.createServer((socket) => socket.pipe(socket)));
  const socket = net.connect(server.port, '127.0.0.1');
  socket.end(big);
  say('net', (await text(socket)) === big, socket.bytesRead, socket.bytesWritten);
  await close(server);
}

{
  const server = await listen(
    http.createServer((request, response) => {
      response.setHeader('x-path', request.url ?? '');
      request.pipe(response);
    }),
  );
  const sockets = new Set<number | undefined>();
  server.on('connection', (socket) => sockets.add(socket.remotePort));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const answers = Array.from({ length: 20 }, async (_, n) => {
    const request = http.request({
      port: server.port,
      host: '127.0.0.1',
      path: `/${n}`,
      method: 'POST',
      agent,
    });
    request.end(`body ${n}`);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return [response.statusCode, response.headers['x-path'], await text(response)];
  });
  say('http', await Promise.all(answers), sockets.size);
  const aborted = http
    .get({ port: server.port, host: '127.0.0.1', agent })
    .on('error', ({ message }) => say('abort', message));
  await once(aborted, 'socket');
  aborted.destroy(new Error('enough'));
  await new Promise((resolve) => aborted.once('close', resolve));
  const answer = await fetch(`http://127.0.0.1:${server.port}/fetched`, { method: 'POST', body: big });
  say('fetch', answer.status, answer.headers.get('x-path'), (await answer.text()) === big);
  agent.destroy();
  server.closeAllConnections();
  await close(server);
  const refused = await fetch(`http://127.0.0.1:${server.port}/`).catch(({ cause }) => cause);
  say('refused', refused.code, refused.syscall, refused.message.replace(server.port, 'PORT'));
}

{
  const server = await listen(
    https.createServer({ key, cert }, (request, response) => request.pipe(response)),
  );
  const request = https.request({
    port: server.port,
    host: 'localhost',
    ca: cert,
    method: 'POST',
    agent: false,
  });
  request.end(big);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const { authorized } = response.socket as tls.TLSSocket;
  say('https', response.statusCode, (await text(response)) === big, authorized);
  const answer = await fetch(`https://localhost:${server.port}/`, { method: 'POST', body: 'over TLS' });
  say('fetch over TLS', answer.status, await answer.text());
  const untrusted = https.get({ port: server.port, host: 'localhost', ca: [], agent: false });
  const [error] = (await once(untrusted, 'error')) as [NodeJS.ErrnoException];
  say('untrusted', error.code);
  server.closeAllConnections();
  await close(server);
}

{
  const server = await listen(tls.createServer({ key, cert, ALPNProtocols: ['one', 'two'] }));
  const connected = once(server, 'connection') as Promise<[net.Socket]>;
  const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
  const options = {
    port: server.port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: cert,
    ALPNProtocols: ['two'],
  };
  const client = tls.connect(options);
  await once(client, 'secureConnect');
  const [[there], [raw]] = await Promise.all([accepted, connected]);
  there.write('hello');
  say(
    'tls',
    client.getProtocol(),
    client.alpnProtocol,
    client.authorized,
    String((await once(client, 'data'))[0]),
  );
  const failed = once(client, 'error') as Promise<[NodeJS.ErrnoException]>;
  there.on('error', () => {});
  raw.resetAndDestroy();
  const [error] = await failed;
  say('reset under TLS', error.code, error.message);
  await close(server);
}

{
  const server = await listen(http2.createSecureServer({ key, cert }) as unknown as Server);
  (server as unknown as http2.Http2SecureServer).on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  });
  const session = http2.connect(`https://localhost:${server.port}`, { ca: cert });
  const answers = Array.from({ length: 20 }, async (_, n) => {
    const stream = session.request({ ':method': 'POST', ':path': `/${n}` });
    stream.end(`${n} ${big}`);
    return (await text(stream)) === `${n} ${big}`;
  });
  say('http2', (await Promise.all(answers)).filter(Boolean).length, session.alpnProtocol);
  const closed = once(session, 'close');
  session.close();
  await closed;
  await close(server);
}

console.error(JSON.stringify(seen));

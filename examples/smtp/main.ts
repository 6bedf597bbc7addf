// Mail: nodemailer sends to smtp-server, with STARTTLS and a password.

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { netOf, serveOn } from '../../src/node/index.ts';
import { makeAuthority } from '../certificates.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();
const authority = await makeAuthority();

const mails: string[] = [];
const server = new SMTPServer({
  ...(await authority.issue('server', SERVER)),
  onAuth({ username, password }, session, done) {
    if (session.secure && password === 'open sesame') done(null, { user: username });
    else done(new Error('who are you?'));
  },
  onData(stream, _session, done) {
    text(stream).then((mail) => {
      mails.push(mail);
      done();
    }, done);
  },
});
serveOn(network.server, server.server);
server.listen(587);
await once(server.server, 'listening');

const transport = nodemailer.createTransport({
  host: SERVER,
  port: 587,
  requireTLS: true,
  tls: { ca: authority.certificate },
  auth: { user: 'alice', pass: 'open sesame' },
  getSocket(_options, done) {
    const connection = netOf(network.client).connect({ host: SERVER, port: 587 });
    connection.once('connect', () => done(null, { connection }));
    connection.once('error', done);
  },
});
const { response } = await transport.sendMail({
  from: 'alice@example.net',
  to: 'bob@example.net',
  subject: 'hello',
  text: 'a picture for you',
  attachments: [{ filename: 'picture', content: Buffer.alloc(300_000, 1) }],
});
console.log(response);
const [mail = ''] = mails;
console.log(/^Subject: .*$/m.exec(mail)?.[0], mail.length > 400_000);

transport.close();
await new Promise<void>((resolve) => server.close(() => resolve()));
await network.end();

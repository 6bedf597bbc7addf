// A host on which much happens and nothing is wrong: for SECONDS it serves itself HTTP, by kept connections, by new ones for each
// request, with a slow answer to a half-closed connection among them. `node busy.mjs SECONDS`: it prints "ready" when it is busy.
import { Agent, createServer, get } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';

const seconds = Number(process.argv[2]);
const body = 'x'.repeat(20_000);
const server = createServer((_, response) => response.end(body)).listen(8000, '127.0.0.1');
// Answers slowly to peers that have sent FIN: CLOSE-WAIT that is of use.
const slow = createTcpServer({ allowHalfOpen: true }, (socket) => {
  socket.resume();
  let left = 40;
  const timer = setInterval(() => {
    if (left-- > 0) return void socket.write('more');
    clearInterval(timer);
    socket.end();
  }, 100);
  socket.on('error', () => clearInterval(timer));
}).listen(8001, '127.0.0.1');
const agent = new Agent({ keepAlive: true, maxSockets: 20 });

let over = false;
const ask = (options) =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port: 8000, ...options }, (response) => response.resume().on('end', resolve)).on(
      'error',
      resolve,
    );
  });
const loop = async (options, pause) => {
  while (!over) {
    await ask(options);
    await new Promise((done) => setTimeout(done, pause));
  }
};
await new Promise((done) => setTimeout(done, 100));
for (let n = 0; n < 20; n++) void loop({ agent }, 30);
for (let n = 0; n < 4; n++) void loop({ agent: false }, 25);
for (let n = 0; n < 5; n++) connect(8001, '127.0.0.1').end('tell me').resume();
setTimeout(() => console.log('ready'), 500);
setTimeout(() => {
  over = true;
  agent.destroy();
  server.close();
  slow.close();
}, seconds * 1000);
setTimeout(() => process.exit(), seconds * 1000 + 500);

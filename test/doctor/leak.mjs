// A server with a mistake: it lets its sockets be half-open, reads to the end, and never ends its own side.
// `node leak.mjs PORT COUNT`: it prints "ready" when the connections are there, and ends with its standard input.
import { connect, createServer } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
let ended = 0;
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.resume();
  socket.on('end', () => {
    if (++ended === count) console.log('ready');
  });
});
server.listen(port, '127.0.0.1', () => {
  for (let n = 0; n < count; n++) connect(port, '127.0.0.1').end('hello');
});
process.stdin.on('end', () => process.exit()).resume();

// Who is told of what happens, by socket.io: it comes back where the connection is lost.

import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { pingInterval: 2000, pingTimeout: 2000 });
setInterval(() => io.emit('time', Math.round(performance.now() / 1000)), 1000);
server.listen(80);
process.on('SIGTERM', () => void io.close(() => process.exit()));

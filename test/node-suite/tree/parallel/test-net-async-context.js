'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// AsyncLocalStorage: a socket's events are in the context that made it, 'connection' in that of listen; what was
// accepted is in nobody's, and never in the client's.
const { AsyncLocalStorage } = require('node:async_hooks');
const storage = new AsyncLocalStorage();
const inContext = (name) => common.mustCall(() => assert.strictEqual(storage.getStore(), name));
const notOfClient = common.mustCall(() => assert.notStrictEqual(storage.getStore(), 'client'), 2);
let server;
storage.run('server', () => {
  server = net.createServer(
    common.mustCall((socket) => {
      assert.strictEqual(storage.getStore(), 'server');
      socket.once('data', notOfClient);
      socket.on('close', notOfClient);
      socket.pipe(socket);
    }),
  );
  server.listen(0, common.localhostIPv4);
});
server.on('listening', () => {
  storage.run('client', () => {
    const socket = net.connect(server.address().port, common.localhostIPv4);
    socket.on('connect', inContext('client'));
    socket.once('data', inContext('client'));
    socket.on('end', inContext('client'));
    socket.on('close', inContext('client'));
    socket.on('close', () => server.close());
    socket.end('text');
  });
});

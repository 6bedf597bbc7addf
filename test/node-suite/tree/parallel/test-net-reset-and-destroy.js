'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// resetAndDestroy: ECONNRESET there, close here; once more is nothing; of a socket that is closed ERR_SOCKET_CLOSED.
const server = net.createServer(
  common.mustCall((socket) => {
    socket.on(
      'error',
      common.mustCall((error) => {
        assert.strictEqual(error.code, 'ECONNRESET');
        assert.strictEqual(error.syscall, 'read');
        assert.strictEqual(error.message, 'read ECONNRESET');
        assert.ok(error.errno < 0);
      }),
    );
    socket.on(
      'close',
      common.mustCall((hadError) => {
        assert.strictEqual(hadError, true);
        server.close();
      }),
    );
    socket.resume();
  }),
);
server.listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port, common.localhostIPv4);
    socket.on(
      'connect',
      common.mustCall(() => {
        socket.resetAndDestroy();
        assert.strictEqual(socket.destroyed, true);
        socket.resetAndDestroy();
      }),
    );
    socket.on('error', (error) => assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED'));
    socket.on('close', common.mustCall());
  }),
);
const unconnected = new net.Socket();
unconnected.resetAndDestroy();
unconnected.on(
  'error',
  common.mustCall((error) => assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED')),
);

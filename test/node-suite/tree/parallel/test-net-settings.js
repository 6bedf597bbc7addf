'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// setNoDelay, setKeepAlive, ref and unref return the socket, before it is connected and after.
const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 }, (socket) =>
  socket.resume(),
);
server.listen(
  0,
  common.mustCall(() => {
    const socket = new net.Socket();
    for (const call of [
      () => socket.setNoDelay(),
      () => socket.setNoDelay(false),
      () => socket.setKeepAlive(true, 1000),
      () => socket.setKeepAlive(false),
      () => socket.unref(),
      () => socket.ref(),
    ])
      assert.strictEqual(call(), socket);
    socket.connect(server.address().port, common.localhostIPv4);
    socket.on(
      'connect',
      common.mustCall(() => {
        assert.strictEqual(socket.setNoDelay(true), socket);
        assert.strictEqual(socket.setKeepAlive(true, 5000), socket);
        socket.end();
        server.close();
      }),
    );
  }),
);

'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Destroyed at once: no connect, no error, one close.
const server = net.createServer().listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port, common.localhostIPv4, common.mustNotCall('connect'));
    socket.on('error', common.mustNotCall('error'));
    socket.on(
      'close',
      common.mustCall((hadError) => {
        assert.strictEqual(hadError, false);
        server.close();
      }),
    );
    socket.destroy();
    assert.strictEqual(socket.connecting, false);
  }),
);

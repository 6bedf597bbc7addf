'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// A write after destroy: ERR_STREAM_DESTROYED for the callback, and no 'error'.
const server = net
  .createServer((socket) => socket.resume())
  .listen(
    0,
    common.mustCall(() => {
      const socket = net.connect(server.address().port, common.localhostIPv4, () => {
        socket.destroy();
        socket.write(
          'x',
          common.mustCall((error) => assert.strictEqual(error.code, 'ERR_STREAM_DESTROYED')),
        );
        server.close();
      });
      socket.on('error', common.mustNotCall('error'));
    }),
  );

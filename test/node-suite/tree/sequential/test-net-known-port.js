'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// A server on a port that the runner names, connected to by it.
const server = net
  .createServer((socket) => socket.end('here'))
  .listen(
    common.PORT,
    common.localhostIPv4,
    common.mustCall(() => {
      assert.strictEqual(server.address().port, common.PORT);
      const socket = net.connect(common.PORT, common.localhostIPv4);
      socket.on(
        'data',
        common.mustCall((chunk) => assert.strictEqual(String(chunk), 'here')),
      );
      socket.on('close', () => server.close());
    }),
  );

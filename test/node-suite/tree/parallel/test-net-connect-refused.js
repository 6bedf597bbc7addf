'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// ECONNREFUSED with its fields, and of a name with two addresses both.
common.withClosedPort((port) => {
  const socket = net.connect(port, common.localhostIPv4, common.mustNotCall('connect'));
  socket.on(
    'error',
    common.mustCall((error) => {
      const { code, syscall, address, message } = error;
      assert.deepStrictEqual(
        { code, syscall, address, port: error.port, message },
        {
          code: 'ECONNREFUSED',
          syscall: 'connect',
          address: common.localhostIPv4,
          port,
          message: `connect ECONNREFUSED ${common.localhostIPv4}:${port}`,
        },
      );
    }),
  );
  socket.on(
    'close',
    common.mustCall((hadError) => assert.strictEqual(hadError, true)),
  );
});

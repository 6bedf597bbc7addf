'use strict';
const common = require('../common');
const { cert, key } = require('../common/certificate');
const assert = require('node:assert');
const tls = require('node:tls');

// A certificate that nobody has vouched for ends the connection, with its own code, on both sides.
const server = tls.createServer(
  { cert, key },
  common.mustNotCall('the listener of a client that does not trust it'),
);
server.on('tlsClientError', common.mustCall());
server.listen(
  0,
  '127.0.0.1',
  common.mustCall(() => {
    const socket = tls.connect(server.address().port, '127.0.0.1', common.mustNotCall('secureConnect'));
    socket.on(
      'error',
      common.mustCall((error) => {
        assert.strictEqual(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
        server.close();
      }),
    );
  }),
);

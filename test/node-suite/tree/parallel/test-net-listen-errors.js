'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// EADDRINUSE, EADDRNOTAVAIL, and ports that are none.
const server = net.createServer().listen(
  0,
  common.localhostIPv4,
  common.mustCall(() => {
    const { port } = server.address();
    const second = net.createServer();
    second.on(
      'error',
      common.mustCall(({ code, syscall, address, port: named }) => {
        assert.deepStrictEqual(
          [code, syscall, address, named],
          ['EADDRINUSE', 'listen', common.localhostIPv4, port],
        );
        server.close();
      }),
    );
    second.listen(port, common.localhostIPv4, common.mustNotCall('listening'));
  }),
);
net
  .createServer()
  .listen(0, '192.0.2.1')
  .on(
    'error',
    common.mustCall(({ code }) => assert.strictEqual(code, 'EADDRNOTAVAIL')),
  );
for (const port of [-1, 65536, 1.5])
  assert.throws(() => net.createServer().listen(port), { code: 'ERR_SOCKET_BAD_PORT' });
for (const port of [-1, 65536]) assert.throws(() => net.connect(port), { code: 'ERR_SOCKET_BAD_PORT' });

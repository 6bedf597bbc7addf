'use strict';
const common = require('../common');
const { cert, key } = require('../common/certificate');
const assert = require('node:assert');
const tls = require('node:tls');

// A megabyte both ways, the name and the protocol agreed on, and an end that waits for the other.
const body = Buffer.alloc(1_000_000, 'synfin');
const server = tls.createServer({ cert, key, ALPNProtocols: ['echo'] }, (socket) => socket.pipe(socket));
server.listen(
  0,
  '127.0.0.1',
  common.mustCall(() => {
    const { port } = server.address();
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      ca: cert,
      servername: 'localhost',
      ALPNProtocols: ['echo'],
    });
    const got = [];
    socket.on(
      'secureConnect',
      common.mustCall(() => {
        assert.strictEqual(socket.authorized, true);
        assert.strictEqual(socket.alpnProtocol, 'echo');
        assert.strictEqual(socket.remoteAddress, '127.0.0.1');
        assert.strictEqual(socket.remotePort, port);
      }),
    );
    socket.on('data', (chunk) => got.push(chunk));
    socket.on(
      'end',
      common.mustCall(() => {
        assert.ok(Buffer.concat(got).equals(body));
        server.close();
      }),
    );
    socket.end(body);
  }),
);

'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Above maxConnections a connection is dropped, and the server told whose it was; there is room again after a close.
const server = net.createServer(common.mustCall((socket) => socket.resume(), 2));
server.maxConnections = 1;
server.on(
  'drop',
  common.mustCall((data) => {
    assert.strictEqual(data.remoteAddress, common.localhostIPv4);
    assert.strictEqual(data.remoteFamily, 'IPv4');
    assert.strictEqual(data.localPort, server.address().port);
  }),
);
server.listen(
  0,
  common.localhostIPv4,
  common.mustCall(() => {
    const { port } = server.address();
    const first = net.connect(port, common.localhostIPv4);
    server.once('connection', (there) => {
      const second = net.connect(port, common.localhostIPv4);
      second.resume();
      second.on('error', () => {});
      second.on('close', () => {
        there.on('close', () => {
          const third = net.connect(port, common.localhostIPv4);
          server.once('connection', () => {
            third.destroy();
            server.close();
          });
        });
        first.end();
      });
    });
  }),
);

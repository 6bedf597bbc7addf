'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// One socket, connected fifty times.
const COUNT = 50;
let left = COUNT;
const server = net.createServer(common.mustCall((socket) => socket.end('hello\r\n'), COUNT));
server.listen(
  0,
  common.mustCall(() => {
    const { port } = server.address();
    const socket = net.connect(port);
    socket.setEncoding('utf8');
    socket.on(
      'connect',
      common.mustCall(() => {}, COUNT),
    );
    socket.on('data', (text) => assert.strictEqual(text, 'hello\r\n'));
    socket.on(
      'end',
      common.mustCall(() => {}, COUNT),
    );
    socket.on(
      'close',
      common.mustCall((hadError) => {
        assert.strictEqual(hadError, false);
        if (--left > 0) socket.connect(port);
        else server.close();
      }, COUNT),
    );
  }),
);

'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// A write to a connection that the other end has left: EPIPE or ECONNRESET, once.
const server = net
  .createServer((socket) => socket.destroy())
  .listen(
    0,
    common.mustCall(() => {
      const socket = net.connect({
        port: server.address().port,
        host: common.localhostIPv4,
        allowHalfOpen: true,
      });
      socket.resume();
      socket.on('end', () => {
        const timer = setInterval(() => socket.write('x'), 5);
        socket.on(
          'error',
          common.mustCall((error) => {
            clearInterval(timer);
            assert.match(error.code, /^(EPIPE|ECONNRESET)$/);
            server.close();
          }),
        );
      });
    }),
  );

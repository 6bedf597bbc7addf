'use strict';
const common = require('../common');
const net = require('node:net');

// A server and a connection that are unref'd do not keep the process.
const server = net
  .createServer((socket) => socket.unref())
  .listen(
    0,
    common.mustCall(() => {
      const socket = net.connect(server.address().port, common.localhostIPv4);
      socket.on(
        'connect',
        common.mustCall(() => {
          socket.unref();
          server.unref();
        }),
      );
      socket.setTimeout(60_000, common.mustNotCall('timeout'));
    }),
  );
server.on('close', common.mustNotCall('close'));

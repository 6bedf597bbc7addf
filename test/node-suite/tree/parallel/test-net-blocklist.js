'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// blockList: ERR_IP_BLOCKED for a client, 'drop' for a server.
const blockList = new net.BlockList();
blockList.addAddress('127.0.0.1');
const socket = net.connect({ port: 9, host: '127.0.0.1', blockList });
socket.on(
  'error',
  common.mustCall(({ code }) => assert.strictEqual(code, 'ERR_IP_BLOCKED')),
);
const server = net.createServer({ blockList }, common.mustNotCall('connection'));
server.listen(
  0,
  common.mustCall(() => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.on('error', () => {});
    client.on(
      'close',
      common.mustCall(() => server.close()),
    );
    client.resume();
  }),
);

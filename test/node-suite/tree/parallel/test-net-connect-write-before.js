'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// What is written before the connection is there is sent in order, and counted.
const server = net.createServer(
  common.mustCall((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on(
      'end',
      common.mustCall(() => {
        assert.strictEqual(text, 'one héé three');
        server.close();
      }),
    );
  }),
);
server.listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port);
    assert.strictEqual(socket.write('one ', common.mustSucceed()), true);
    socket.write('h\u00e9\u00e9 ', 'utf8', common.mustSucceed());
    socket.write('746872', 'hex', common.mustSucceed());
    socket.write(Buffer.from('ee'), common.mustSucceed());
    assert.strictEqual(socket.bytesWritten, 4 + 6 + 3 + 2);
    socket.end(common.mustCall(() => assert.strictEqual(socket.bytesWritten, 15)));
    socket.on('connect', common.mustCall());
  }),
);

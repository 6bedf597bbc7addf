'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// pauseOnConnect: nothing is read before resume.
const server = net.createServer(
  { pauseOnConnect: true },
  common.mustCall((socket) => {
    let isOpen = false;
    socket.on(
      'data',
      common.mustCall((chunk) => {
        assert.strictEqual(isOpen, true);
        assert.strictEqual(String(chunk), 'text');
      }),
    );
    socket.on('end', () => server.close());
    setTimeout(() => {
      assert.strictEqual(socket.bytesRead, 0);
      isOpen = true;
      socket.resume();
    }, 30);
  }),
);
server.listen(0, () => net.connect(server.address().port, common.localhostIPv4).end('text'));

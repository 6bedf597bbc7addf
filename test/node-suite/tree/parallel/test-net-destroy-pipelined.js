'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Several writes and a destroy in one turn: all of it arrives, then a FIN, and every callback is called.
const server = net.createServer(
  common.mustCall((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on(
      'end',
      common.mustCall(() => {
        assert.strictEqual(text, 'HTTP/1.1 400 Bad Request\r\n\r\nbody');
        server.close();
      }),
    );
  }),
);
server.listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port, common.localhostIPv4, () => {
      socket.write('HTTP/1.1 400 Bad Request\r\n', common.mustCall());
      socket.write('\r\n', 'latin1', common.mustCall());
      socket.write(Buffer.from('body'), common.mustCall());
      socket.destroy();
    });
  }),
);

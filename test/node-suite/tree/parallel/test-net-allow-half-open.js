'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// The server answers after the client's FIN; without allowHalfOpen the end is answered by an end.
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('end', () => {
    assert.strictEqual(socket.writable, true);
    setTimeout(() => socket.end(`you said ${text}`), 10);
  });
});
server.listen(
  0,
  common.mustCall(() => {
    const { port } = server.address();
    let left = 2;
    for (const allowHalfOpen of [false, true]) {
      const socket = net.connect({ port, allowHalfOpen });
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on(
        'end',
        common.mustCall(() => assert.strictEqual(text, 'you said hello')),
      );
      socket.on(
        'close',
        common.mustCall(() => {
          if (--left === 0) server.close();
        }),
      );
      socket.end('hello');
    }
  }),
);

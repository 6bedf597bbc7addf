'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// A write after end is an error of the stream, for the callback and for 'error'; end twice is none.
const server = net.createServer((socket) => socket.resume());
server.listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port, () => {
      socket.end();
      socket.end();
      socket.write(
        'late',
        common.mustCall((error) => {
          assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
        }),
      );
    });
    socket.on(
      'error',
      common.mustCall((error) => {
        assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
        server.close();
      }),
    );
  }),
);

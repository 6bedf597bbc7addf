'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// onread: octets come in the buffer of the program, its own or one made for each read; false stops reading.
const MESSAGE = Buffer.from('hello world, in parts of four');
const server = net.createServer((socket) => socket.end(MESSAGE));
server.listen(
  0,
  common.mustCall(() => {
    const { port } = server.address();
    let left = 2;
    for (const isFunction of [false, true]) {
      const got = [];
      const own = Buffer.alloc(4);
      let stopped = false;
      const socket = net.connect({
        port,
        host: common.localhostIPv4,
        onread: {
          buffer: isFunction ? () => Buffer.alloc(4) : own,
          callback(octets, buffer) {
            if (!isFunction) assert.strictEqual(buffer, own);
            assert.strictEqual(stopped, false);
            got.push(Buffer.from(buffer.subarray(0, octets)));
            if (got.length !== 2) return true;
            stopped = true;
            setTimeout(() => {
              stopped = false;
              socket.resume();
            }, 20);
            return false;
          },
        },
      });
      socket.on('data', common.mustNotCall('data'));
      socket.on(
        'end',
        common.mustCall(() => {
          assert.deepStrictEqual(Buffer.concat(got), MESSAGE);
          if (--left === 0) server.close();
        }),
      );
    }
  }),
);

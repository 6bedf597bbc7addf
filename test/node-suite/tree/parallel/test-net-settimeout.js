'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// 'timeout' comes when nothing happens, is put off by what happens, and ends nothing; 0 takes it back.
const server = net
  .createServer((socket) => socket.resume())
  .listen(
    0,
    common.mustCall(() => {
      const socket = net.connect(server.address().port, common.localhostIPv4);
      const began = Date.now();
      let wrote = 0;
      const timer = setInterval(() => {
        wrote = Date.now();
        socket.write('x');
        if (wrote - began > 150) clearInterval(timer);
      }, 20);
      assert.strictEqual(socket.setTimeout(100), socket);
      assert.strictEqual(socket.timeout, 100);
      socket.on(
        'timeout',
        common.mustCall(() => {
          assert.ok(Date.now() - wrote >= 90);
          assert.strictEqual(socket.destroyed, false);
          socket.setTimeout(0);
          setTimeout(() => {
            socket.end();
            server.close();
          }, 150);
        }),
      );
    }),
  );
for (const wrong of ['100', null, {}])
  assert.throws(() => new net.Socket().setTimeout(wrong), { code: 'ERR_INVALID_ARG_TYPE' });
for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY])
  assert.throws(() => new net.Socket().setTimeout(wrong), { code: 'ERR_OUT_OF_RANGE' });

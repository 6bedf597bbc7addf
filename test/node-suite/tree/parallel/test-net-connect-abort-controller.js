'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// signal: at once, and later; ABORT_ERR, and nothing keeps listening to the signal.
const { getEventListeners } = require('node:events');
const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
});
server.listen(
  0,
  common.mustCall(() => {
    const { port } = server.address();
    let left = 2;
    const aborted = (when) => {
      const controller = new AbortController();
      const { signal } = controller;
      const socket = net.connect({ port, host: common.localhostIPv4, signal });
      socket.on(
        'error',
        common.mustCall((error) => assert.strictEqual(error.name, 'AbortError')),
      );
      socket.on(
        'close',
        common.mustCall(() => {
          assert.strictEqual(getEventListeners(signal, 'abort').length, 0);
          if (--left === 0) server.close();
        }),
      );
      if (when === 'at once') controller.abort();
      if (when === 'later') socket.on('connect', () => controller.abort());
    };
    for (const when of ['at once', 'later']) aborted(when);
  }),
);

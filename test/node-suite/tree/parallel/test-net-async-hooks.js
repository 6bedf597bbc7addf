'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Every callback of a socket runs in a resource that async_hooks knows, and no stack of them is left.
const asyncHooks = require('node:async_hooks');
let depth = 0;
const hook = asyncHooks.createHook({
  before() {
    depth++;
  },
  after() {
    depth--;
  },
});
hook.enable();
const server = net
  .createServer((socket) => socket.end('bye'))
  .listen(
    0,
    common.mustCall(() => {
      const socket = net.connect(server.address().port, common.localhostIPv4);
      const check = () => assert.notStrictEqual(asyncHooks.executionAsyncId(), 0);
      for (const event of ['connect', 'data', 'end', 'close']) socket.on(event, common.mustCall(check));
      socket.on('close', () => server.close());
    }),
  );
process.on('exit', () => {
  hook.disable();
  assert.ok(depth <= 1, `${depth} callbacks are open`);
});

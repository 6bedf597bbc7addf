'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// close waits for connections; a second close is ERR_SERVER_NOT_RUNNING; listen twice ERR_SERVER_ALREADY_LISTEN.
const events = [];
const server = net.createServer((socket) => {
  socket.on('end', () => events.push('end'));
  socket.resume();
});
server.once('close', () => events.push('close'));
server.listen(
  0,
  common.mustCall(() => {
    assert.strictEqual(server.listening, true);
    assert.throws(() => server.listen(0), { code: 'ERR_SERVER_ALREADY_LISTEN' });
    const socket = net.connect(server.address().port, common.localhostIPv4, () => {
      server.getConnections(common.mustSucceed((count) => assert.strictEqual(count, 1)));
      server.close(
        common.mustSucceed(() => {
          server.close(common.mustCall((error) => assert.strictEqual(error.code, 'ERR_SERVER_NOT_RUNNING')));
        }),
      );
      assert.strictEqual(server.listening, false);
      assert.strictEqual(server.address(), null);
      setTimeout(() => socket.end(), 20);
    });
  }),
);
process.on('exit', () => assert.deepStrictEqual(events, ['end', 'close']));

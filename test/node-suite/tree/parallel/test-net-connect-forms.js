'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Every form of connect: (port), (port, host), (options), with a callback; net.Socket#connect; connecting and pending.
const server = net
  .createServer(common.mustCall((socket) => socket.end(), 5))
  .listen(0, common.mustCall(next));
const forms = [
  (port, done) => net.connect(port, done),
  (port, done) => net.connect(port, common.localhostIPv4, done),
  (port, done) => net.createConnection({ port, host: common.localhostIPv4 }, done),
  (port, done) => new net.Socket().connect({ port, family: 4 }, done),
  (port, done) => net.connect(String(port)).on('connect', done),
];

function next() {
  const form = forms.shift();
  if (form === undefined) return server.close();
  const { port } = server.address();
  const socket = form(
    port,
    common.mustCall(() => {
      assert.strictEqual(socket.connecting, false);
      assert.strictEqual(socket.pending, false);
      assert.strictEqual(socket.readyState, 'open');
      assert.strictEqual(socket.remotePort, port);
      assert.strictEqual(socket.localPort, socket.address().port);
    }),
  );
  assert.strictEqual(socket.connecting, true);
  assert.strictEqual(socket.pending, true);
  assert.strictEqual(socket.readyState, 'opening');
  socket.resume();
  socket.on('close', common.mustCall(next));
}

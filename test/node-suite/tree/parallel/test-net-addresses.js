'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Both ends name the same addresses; a server on every address shows IPv4 as IPv4-mapped; localAddress is taken.
if (!common.hasIPv6) common.skip('no IPv6');
const server = net.createServer().listen(0, common.mustCall(next));
const cases = [
  { host: '127.0.0.1', there: '::ffff:127.0.0.1', family: 'IPv4' },
  { host: '127.0.0.1', localAddress: '127.0.0.2', there: '::ffff:127.0.0.2', family: 'IPv4' },
  { host: '::1', there: '::1', family: 'IPv6' },
];

function next() {
  const one = cases.shift();
  if (one === undefined) return server.close();
  const { host, localAddress, there, family } = one;
  assert.strictEqual(server.address().address, '::');
  const socket = net.connect({ port: server.address().port, host, localAddress });
  server.once('connection', (other) => {
    const check = () => {
      assert.strictEqual(other.remoteAddress, there);
      assert.strictEqual(other.remoteFamily, 'IPv6');
      assert.strictEqual(other.remotePort, socket.localPort);
      assert.strictEqual(socket.localAddress, localAddress ?? host);
      assert.strictEqual(socket.remoteFamily, family);
      assert.deepStrictEqual(socket.address(), {
        address: socket.localAddress,
        family,
        port: socket.localPort,
      });
      socket.on('close', next);
      socket.resume();
      other.end();
    };
    if (socket.connecting) socket.on('connect', check);
    else check();
  });
}

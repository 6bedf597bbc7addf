'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Happy Eyeballs: the first address refuses, the second answers; all refuse: an AggregateError with each.
if (!common.hasIPv6) common.skip('no IPv6');
const lookup = (_name, _options, done) =>
  done(null, [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]);
const server = net.createServer((socket) => socket.end('four'));
server.listen(
  0,
  '127.0.0.1',
  common.mustCall(() => {
    const { port } = server.address();
    const options = { port, host: 'example.org', lookup, autoSelectFamily: true };
    const socket = net.connect(options);
    socket.on(
      'connectionAttemptFailed',
      common.mustCall((address) => assert.strictEqual(address, '::1')),
    );
    socket.on('data', (chunk) => assert.strictEqual(String(chunk), 'four'));
    socket.on(
      'close',
      common.mustCall(() => {
        assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses, [
          `::1:${port}`,
          `127.0.0.1:${port}`,
        ]);
        server.close(() => refused(options));
      }),
    );
  }),
);

function refused(options) {
  net.connect(options).on(
    'error',
    common.mustCall((error) => {
      assert.strictEqual(error.constructor.name, 'AggregateError');
      assert.strictEqual(error.code, 'ECONNREFUSED');
      assert.deepStrictEqual(
        error.errors.map(({ address }) => address),
        ['::1', '127.0.0.1'],
      );
    }),
  );
}

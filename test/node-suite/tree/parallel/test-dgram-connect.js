'use strict';
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');

// connect, send without an address, remoteAddress, disconnect; each in the wrong state throws by its code.
const server = dgram.createSocket('udp4').bind(0, common.localhostIPv4);
const client = dgram.createSocket('udp4');
assert.throws(() => client.remoteAddress(), { code: 'ERR_SOCKET_DGRAM_NOT_CONNECTED' });
assert.throws(() => client.disconnect(), { code: 'ERR_SOCKET_DGRAM_NOT_CONNECTED' });
for (const port of [-1, 65536, 0, 'no port', undefined])
  assert.throws(() => client.connect(port), { code: 'ERR_SOCKET_BAD_PORT' });
server.on(
  'listening',
  common.mustCall(() => {
    const { port } = server.address();
    client.connect(
      port,
      common.mustCall(() => {
        assert.throws(() => client.connect(port), { code: 'ERR_SOCKET_DGRAM_IS_CONNECTED' });
        assert.throws(() => client.send('x', 0, 1, port), { code: 'ERR_SOCKET_DGRAM_IS_CONNECTED' });
        assert.deepStrictEqual(client.remoteAddress(), {
          address: common.localhostIPv4,
          family: 'IPv4',
          port,
        });
        client.send(
          'hello',
          common.mustSucceed((bytes) => assert.strictEqual(bytes, 5)),
        );
      }),
    );
  }),
);
server.on(
  'message',
  common.mustCall((message, from) => {
    assert.strictEqual(String(message), 'hello');
    assert.strictEqual(from.port, client.address().port);
    client.disconnect();
    assert.throws(() => client.send('x'), { code: 'ERR_SOCKET_BAD_PORT' });
    assert.throws(() => client.disconnect(), { code: 'ERR_SOCKET_DGRAM_NOT_CONNECTED' });
    client.close(common.mustCall());
    server.close();
  }),
);

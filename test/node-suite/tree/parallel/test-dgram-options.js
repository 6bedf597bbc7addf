'use strict';
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');

// Types, lookup, buffer sizes of the constructor, ipv6Only and reuseAddr, TTLs and broadcast.
for (const type of ['udp', 'tcp', 1, undefined, {}])
  assert.throws(() => dgram.createSocket(type), { code: 'ERR_SOCKET_BAD_TYPE' });
assert.throws(() => dgram.createSocket({ type: 'udp4', lookup: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });

const sized = dgram.createSocket({ type: 'udp4', recvBufferSize: 10_000, sendBufferSize: 15_000 });
sized.bind(
  0,
  common.mustCall(() => {
    const factor = process.platform === 'linux' ? 2 : 1;
    assert.strictEqual(sized.getRecvBufferSize(), 10_000 * factor);
    assert.strictEqual(sized.getSendBufferSize(), 15_000 * factor);
    for (const size of [-1, Infinity, 'many'])
      assert.throws(() => sized.setRecvBufferSize(size), { code: 'ERR_SOCKET_BAD_BUFFER_SIZE' });
    assert.throws(() => sized.setTTL('x'), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => sized.setTTL(1000), /^Error: setTTL EINVAL$/);
    assert.throws(() => sized.setMulticastTTL(1000), /^Error: setMulticastTTL EINVAL$/);
    assert.deepStrictEqual(
      [sized.setTTL(1), sized.setMulticastTTL(16), sized.setMulticastLoopback(16)],
      [1, 16, 16],
    );
    sized.setBroadcast(true);
    sized.close();
  }),
);

const named = dgram.createSocket({
  type: 'udp4',
  lookup: common.mustCall((name, family, done) => {
    assert.deepStrictEqual([name, family], ['a.name', 4]);
    process.nextTick(done, null, common.localhostIPv4, 4);
  }),
});
named.bind(
  0,
  'a.name',
  common.mustCall(() => {
    assert.strictEqual(named.address().address, common.localhostIPv4);
    named.close();
  }),
);

const first = dgram.createSocket({ type: 'udp4', reuseAddr: true });
first.bind(
  0,
  common.mustCall(() => {
    const { port } = first.address();
    const second = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    second.bind(
      port,
      common.mustCall(() => {
        second.close();
        const third = dgram.createSocket('udp4');
        third.bind(port);
        third.on(
          'error',
          common.mustCall((error) => {
            assert.strictEqual(error.code, 'EADDRINUSE');
            first.close();
          }),
        );
      }),
    );
  }),
);
if (common.hasIPv6) {
  const six = dgram.createSocket({ type: 'udp6', ipv6Only: true });
  six.bind(
    0,
    common.mustCall(() => {
      const four = dgram.createSocket('udp4');
      four.bind(
        six.address().port,
        common.mustCall(() => {
          four.close();
          six.close();
        }),
      );
    }),
  );
}

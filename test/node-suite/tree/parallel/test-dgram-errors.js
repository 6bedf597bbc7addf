'use strict';
// Flags: --expose-internals
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');
const { internalBinding } = require('internal/test/binding');
const { kStateSymbol, _createSocketHandle } = require('internal/dgram');

// A refused datagram is an error of a connected socket; what the handle says reaches the program; a handle is a UDP.
const { UDP } = internalBinding('udp_wrap');
const handle = _createSocketHandle(null, null, 'udp4');
assert(handle instanceof UDP);
assert.strictEqual(typeof handle.getAsyncId(), 'number');
handle.close();
const unbound = _createSocketHandle(common.localhostIPv4, 0, 'udp4', undefined, 0);
assert(unbound instanceof UDP);
unbound.close();

common.withClosedPort((port) => {
  const socket = dgram.createSocket('udp4');
  socket.connect(
    port,
    common.localhostIPv4,
    common.mustCall(() => socket.send('x', common.mustSucceed())),
  );
  socket.on(
    'error',
    common.mustCall((error) => {
      assert.deepStrictEqual([error.code, error.syscall], ['ECONNREFUSED', 'recvmsg']);
      socket.close();
    }),
  );
});

const socket = dgram.createSocket('udp4');
socket.bind(
  0,
  common.mustCall(() => {
    socket.once(
      'error',
      common.mustCall((error) => {
        assert.deepStrictEqual([error.message, error.syscall], ['recvmsg EPERM', 'recvmsg']);
        socket.close();
        for (const call of ['address', 'close', 'remoteAddress', 'bind'])
          assert.throws(() => socket[call](), { code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' });
      }),
    );
    const { handle } = socket[kStateSymbol];
    handle.onmessage(-1, handle, null, null);
  }),
);

dgram
  .createSocket('udp4')
  .on(
    'error',
    common.mustCall((error) => assert.strictEqual(error.message, 'bind EADDRNOTAVAIL 198.51.100.1')),
  )
  .bind(0, '198.51.100.1');

'use strict';
const common = require('../common');
const { cert, key } = require('../common/certificate');
const assert = require('node:assert');
const net = require('node:net');
const tls = require('node:tls');

// A RST under TLS is what it is under net: ECONNRESET of a read.
const accepted = [];
const server = net.createServer((socket) => {
  accepted.push(socket);
  const secure = new tls.TLSSocket(socket, { isServer: true, cert, key });
  secure.on('error', () => {});
  secure.on('secure', () => secure.write('hello'));
});
server.listen(
  0,
  '127.0.0.1',
  common.mustCall(() => {
    const socket = tls.connect({
      port: server.address().port,
      host: '127.0.0.1',
      ca: cert,
      servername: 'localhost',
    });
    socket.once(
      'data',
      common.mustCall((chunk) => {
        assert.strictEqual(String(chunk), 'hello');
        accepted[0].resetAndDestroy();
      }),
    );
    socket.on(
      'error',
      common.mustCall(({ code, syscall }) => assert.deepStrictEqual([code, syscall], ['ECONNRESET', 'read'])),
    );
    // Not what `close` says: over a net.Socket TLS hears of the error from that, which is closed already.
    socket.on(
      'close',
      common.mustCall(() => server.close()),
    );
  }),
);

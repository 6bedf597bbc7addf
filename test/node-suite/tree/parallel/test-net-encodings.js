'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// Strings of every encoding, corked or not, are the octets that Buffer makes of them.
const TEXT = 'h\u00e9llo \u2603';
const ENCODINGS = ['utf8', 'utf-8', 'latin1', 'binary', 'ascii', 'ucs2', 'utf16le'];
const wanted = Buffer.concat([
  ...ENCODINGS.map((encoding) => Buffer.from(TEXT, encoding)),
  Buffer.from('cafe', 'hex'),
  Buffer.from('aGk=', 'base64'),
  ...ENCODINGS.map((encoding) => Buffer.from(TEXT, encoding)),
]);
const server = net.createServer((socket) => {
  const got = [];
  socket.on('data', (chunk) => got.push(chunk));
  socket.on(
    'end',
    common.mustCall(() => {
      assert.deepStrictEqual(Buffer.concat(got), wanted);
      server.close();
    }),
  );
});
server.listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port, common.localhostIPv4, () => {
      for (const encoding of ENCODINGS) socket.write(TEXT, encoding);
      socket.write('cafe', 'hex');
      socket.write('aGk=', 'base64');
      socket.cork();
      for (const encoding of ENCODINGS) socket.write(TEXT, encoding, common.mustSucceed());
      socket.uncork();
      socket.end();
    });
  }),
);

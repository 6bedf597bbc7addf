'use strict';
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');

// send: strings, buffers, views, lists and parts, with and without an address and a callback; message tells who.
const cases = [
  [['text'], 'text'],
  [[Buffer.from('buffer')], 'buffer'],
  [[new Uint16Array([0x6261, 0x6463])], 'abcd'],
  [[['a', Buffer.from('list'), 'of']], 'alistof'],
  [[Buffer.from('a part of it'), 2, 4], 'part'],
  [[[]], ''],
];
const server = dgram.createSocket('udp4');
const seen = [];
server.on('message', (message, from) => {
  seen.push(String(message));
  assert.deepStrictEqual(Object.keys(from), ['address', 'family', 'port', 'size']);
  assert.deepStrictEqual(
    [from.address, from.family, from.size],
    [common.localhostIPv4, 'IPv4', message.length],
  );
  if (seen.length < 2 * cases.length) return;
  assert.deepStrictEqual(seen.sort(), [...cases, ...cases].map(([, text]) => text).sort());
  server.close();
  client.close();
});
const client = dgram.createSocket('udp4');
server.bind(
  0,
  common.mustCall(() => {
    const { port } = server.address();
    for (const [args, text] of cases) {
      client.send(
        ...args,
        port,
        common.mustSucceed((bytes) => assert.strictEqual(bytes, text.length)),
      );
      client.send(...args, port, common.localhostIPv4);
    }
  }),
);

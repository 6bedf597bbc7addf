'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// A reader that waits stops the writer, and loses nothing: write is false, then 'drain'; pause and resume.
const SIZE = 8_000_000;
const server = net.createServer((socket) => {
  socket.pause();
  setTimeout(() => socket.resume(), 50);
  let count = 0;
  socket.on('data', (chunk) => {
    for (const octet of [chunk[0], chunk[chunk.length - 1]]) assert.strictEqual(octet, 0x61);
    count += chunk.length;
  });
  socket.on(
    'end',
    common.mustCall(() => {
      assert.strictEqual(count, SIZE);
      assert.strictEqual(socket.bytesRead, SIZE);
      server.close();
    }),
  );
});
server.listen(
  0,
  common.mustCall(() => {
    const socket = net.connect(server.address().port, common.localhostIPv4);
    const chunk = Buffer.alloc(SIZE / 4, 'a');
    for (let i = 0; i < 4; i++) socket.write(chunk);
    assert.strictEqual(socket.write(''), false);
    assert.strictEqual(socket.writableNeedDrain, true);
    socket.on(
      'drain',
      common.mustCall(() => {
        assert.strictEqual(socket.writableLength, 0);
        assert.strictEqual(socket.bytesWritten, SIZE);
        socket.end();
      }),
    );
  }),
);

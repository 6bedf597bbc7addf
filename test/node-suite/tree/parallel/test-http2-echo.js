'use strict';
const common = require('../common');
const assert = require('node:assert');
const http2 = require('node:http2');

// Ten streams of one session at once, each larger than a window.
const server = http2.createServer();
server.on('stream', (stream) => {
  stream.respond();
  stream.pipe(stream);
});
server.listen(
  0,
  common.mustCall(() => {
    const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
    let left = 10;
    for (let i = 0; i < 10; i++) {
      const body = Buffer.alloc(200_000, i);
      const stream = session.request({ ':method': 'POST' });
      const got = [];
      stream.on('data', (chunk) => got.push(chunk));
      stream.on(
        'end',
        common.mustCall(() => {
          assert.deepStrictEqual(Buffer.concat(got), body);
          if (--left > 0) return;
          session.close();
          server.close();
        }),
      );
      stream.end(body);
    }
  }),
);

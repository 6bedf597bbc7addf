'use strict';
const common = require('../common');
const assert = require('node:assert');
const http = require('node:http');

// A request that is given up while its answer comes: both ends are told, and the server goes on.
const server = http.createServer((request, response) => {
  if (request.url === '/whole') return response.end('whole');
  response.write('begun');
  response.on(
    'close',
    common.mustCall(() => assert.strictEqual(response.writableFinished, false)),
  );
});
server.listen(
  0,
  common.mustCall(() => {
    const { port } = server.address();
    const request = http.get({ port, path: '/cut' }, (response) => {
      response.once('data', () => request.destroy());
      response.on(
        'error',
        common.mustCall((error) => assert.strictEqual(error.code, 'ECONNRESET')),
      );
    });
    request.on(
      'close',
      common.mustCall(() => {
        http.get({ port, path: '/whole', agent: false }, (response) => {
          response.resume();
          response.on(
            'end',
            common.mustCall(() => server.close()),
          );
        });
      }),
    );
  }),
);

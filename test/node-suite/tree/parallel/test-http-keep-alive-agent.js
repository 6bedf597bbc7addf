'use strict';
const common = require('../common');
const assert = require('node:assert');
const http = require('node:http');

// An agent that keeps connections alive uses one for a second request; a body of any size is whole.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const ports = new Set();
const server = http.createServer(
  common.mustCall((request, response) => {
    ports.add(request.socket.remotePort);
    request.pipe(response);
  }, 3),
);
server.listen(
  0,
  common.mustCall(() => {
    let left = 3;
    for (let i = 0; i < 3; i++) {
      const body = Buffer.alloc(300_000 + i, i);
      const request = http.request({ port: server.address().port, agent, method: 'POST' }, (response) => {
        const got = [];
        response.on('data', (chunk) => got.push(chunk));
        response.on('end', () => {
          assert.deepStrictEqual(Buffer.concat(got), body);
          if (--left > 0) return;
          assert.strictEqual(ports.size, 1);
          agent.destroy();
          server.close();
        });
      });
      request.end(body);
    }
  }),
);

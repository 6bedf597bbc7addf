'use strict';
const common = require('../common');
const { cert, key } = require('../common/certificate');
const assert = require('node:assert');
const https = require('node:https');

// Five requests over one connection of an agent, each with the certificate checked.
const ports = new Set();
const server = https.createServer(
  { cert, key },
  common.mustCall((request, response) => {
    ports.add(request.socket.remotePort);
    response.end(request.url);
  }, 5),
);
server.listen(
  0,
  '127.0.0.1',
  common.mustCall(() => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: cert });
    const ask = (n) => {
      if (n === 5) {
        assert.strictEqual(ports.size, 1);
        agent.destroy();
        server.close();
        return;
      }
      https.get(
        { port: server.address().port, host: '127.0.0.1', servername: 'localhost', path: `/${n}`, agent },
        common.mustCall((response) => {
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (part) => {
            text += part;
          });
          response.on(
            'end',
            common.mustCall(() => {
              assert.strictEqual(text, `/${n}`);
              setImmediate(ask, n + 1);
            }),
          );
        }),
      );
    };
    ask(0);
  }),
);

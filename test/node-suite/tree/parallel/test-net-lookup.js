'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// lookup: the program's own; 'lookup' is told; an error of it is the socket's; addresses are not looked up.
const server = net
  .createServer((socket) => socket.end())
  .listen(
    0,
    common.localhostIPv4,
    common.mustCall(() => {
      const { port } = server.address();
      const socket = net.connect({
        port,
        host: 'a.name',
        autoSelectFamily: false,
        lookup: common.mustCall((name, _options, done) => {
          assert.strictEqual(name, 'a.name');
          process.nextTick(done, null, common.localhostIPv4, 4);
        }),
      });
      socket.on(
        'lookup',
        common.mustCall((error, address, family, name) =>
          assert.deepStrictEqual([error, address, family, name], [null, common.localhostIPv4, 4, 'a.name']),
        ),
      );
      socket.resume();
      socket.on('close', () => server.close());
      const failure = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      net.connect({ port, host: 'no.name', lookup: (_name, _options, done) => done(failure) }).on(
        'error',
        common.mustCall((error) => assert.strictEqual(error, failure)),
      );
      net
        .connect({ port, host: common.localhostIPv4, lookup: common.mustNotCall('lookup') })
        .on('connect', common.mustCall())
        .resume();
    }),
  );

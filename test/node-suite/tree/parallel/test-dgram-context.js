'use strict';
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');
const { AsyncLocalStorage } = require('node:async_hooks');

// message and callbacks run where the socket was made, and where the send was called.
const storage = new AsyncLocalStorage();
const server = storage.run('server', () =>
  dgram.createSocket(
    'udp4',
    common.mustCall(() => {
      assert.strictEqual(storage.getStore(), 'server');
      server.close();
    }),
  ),
);
storage.run('binder', () =>
  server.bind(
    0,
    common.mustCall(() => {
      storage.run('client', () => {
        const client = dgram.createSocket('udp4');
        client.send(
          'x',
          server.address().port,
          common.mustSucceed(() => {
            assert.strictEqual(storage.getStore(), 'client');
            client.close();
          }),
        );
      });
    }),
  ),
);

'use strict';
const common = require('../common');
const assert = require('node:assert');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

// Every form of tls.connect gets there: (options), (port, options), (port, host, options), where the host of the options
// counts more, each with a callback or without; and (path), (path, options), to a pipe.
const options = { rejectUnauthorized: false };
const nobody = '127.0.0.77';
const toPort = [
  (port) => tls.connect({ port, host: common.localhostIPv4, ...options }),
  (port) => tls.connect({ port, host: common.localhostIPv4 }, common.mustNotCall('secureConnect')),
  (port) => tls.connect(port, { host: common.localhostIPv4, ...options }),
  (port) => tls.connect(String(port), common.localhostIPv4, common.mustNotCall('secureConnect')),
  (port) => tls.connect(port, common.localhostIPv4, options, common.mustNotCall('secureConnect')),
  (port) => tls.connect(port, nobody, { host: common.localhostIPv4 }),
];
const toPath = [
  (pipe) => tls.connect(pipe),
  (pipe) => tls.connect(pipe, options, common.mustNotCall('secureConnect')),
  (pipe) => tls.connect({ path: pipe }),
];

/** Calls each of `forms` when the one before has met the server, which hangs up. */
function each(forms, server, at) {
  const form = forms.shift();
  if (form === undefined) return server.close();
  server.once(
    'connection',
    common.mustCall((socket) => socket.once('data', () => socket.destroy())),
  );
  form(at).on(
    'error',
    common.mustCall((error) => {
      assert.strictEqual(error.code, 'ECONNRESET');
      each(forms, server, at);
    }),
  );
}

const overTcp = net.createServer().listen(
  0,
  common.localhostIPv4,
  common.mustCall(() => each(toPort, overTcp, overTcp.address().port)),
);
const pipe = path.join(process.env.NODE_TEST_DIR, 'tls.sock');
fs.rmSync(pipe, { force: true });
const overPipe = net.createServer().listen(
  pipe,
  common.mustCall(() => each(toPath, overPipe, pipe)),
);

'use strict';
const common = require('../common');
const net = require('node:net');

// listen with a signal: abort closes the server.
const controller = new AbortController();
const server = net.createServer();
server.on('close', common.mustCall());
server.listen(
  { port: 0, signal: controller.signal },
  common.mustCall(() => controller.abort()),
);
const late = net.createServer();
late.on('listening', common.mustNotCall('listening'));
late.on('close', common.mustCall());
late.listen({ port: 0, signal: AbortSignal.abort() });

'use strict';
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

// A socket that was never connected ends and is destroyed like any stream.
const socket = new net.Socket();
socket.end(common.mustCall(() => assert.strictEqual(socket.writable, false)));
const other = new net.Socket();
other.on('close', common.mustCall());
other.destroy();

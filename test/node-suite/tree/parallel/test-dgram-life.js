'use strict';
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');

// A socket that receives keeps the process; unref lets it go, also before bind and after close. A signal closes.
const forgotten = dgram.createSocket('udp4');
forgotten.unref();
forgotten.bind();
dgram.createSocket('udp4').bind().unref();
setTimeout(common.mustNotCall('the process lives on'), 20_000).unref();

const closed = dgram.createSocket('udp4').bind();
closed.close(common.mustCall(() => assert.strictEqual(closed.ref(), closed)));
closed.unref();

const controller = new AbortController();
dgram.createSocket({ type: 'udp4', signal: controller.signal }).on('close', common.mustCall());
controller.abort();
dgram.createSocket({ type: 'udp4', signal: AbortSignal.abort() }).on('close', common.mustCall());

const early = dgram.createSocket('udp4');
early.bind(0, common.mustNotCall('listening'));
early.close(common.mustCall());

(async () => {
  const socket = dgram.createSocket('udp4').bind();
  await socket[Symbol.asyncDispose]?.();
  assert.throws(() => socket.address(), socket[Symbol.asyncDispose] ? /Not running/ : undefined);
})().then(common.mustCall());

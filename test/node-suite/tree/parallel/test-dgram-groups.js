'use strict';
const common = require('../common');
const assert = require('node:assert');
const dgram = require('node:dgram');

// Memberships: of what is no group, twice, none; with names of nothing; a datagram to a group is heard.
const group = '224.0.0.114';
const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });
assert.throws(() => socket.addMembership(), { code: 'ERR_MISSING_ARGS' });
socket.bind(
  0,
  common.mustCall(() => {
    assert.throws(() => socket.addMembership('256.256.256.256'), /^Error: addMembership EINVAL$/);
    assert.throws(
      () => socket.dropMembership(group, common.localhostIPv4),
      /^Error: dropMembership EADDRNOTAVAIL$/,
    );
    assert.throws(() => socket.addSourceSpecificMembership(0, group), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(
      () => socket.addSourceSpecificMembership('::1', group),
      /^Error: addSourceSpecificMembership EINVAL$/,
    );
    assert.throws(() => socket.setMulticastInterface('no address'), /^Error: setMulticastInterface EINVAL$/);
    socket.setMulticastInterface('0.0.0.0');
    socket.addMembership(group, common.localhostIPv4);
    assert.throws(
      () => socket.addMembership(group, common.localhostIPv4),
      /^Error: addMembership EADDRINUSE$/,
    );
    const sender = dgram.createSocket('udp4');
    sender.bind(
      0,
      common.mustCall(() => {
        sender.setMulticastInterface(common.localhostIPv4);
        sender.send('to the group', socket.address().port, group);
      }),
    );
    socket.on(
      'message',
      common.mustCall((message) => {
        assert.strictEqual(String(message), 'to the group');
        socket.dropMembership(group, common.localhostIPv4);
        socket.close();
        sender.close();
        assert.throws(() => socket.setMulticastInterface('0.0.0.0'), /Not running/);
      }),
    );
  }),
);

'use strict';
// What the files of this tree share, by the names that Node's own test/common has.

const assert = require('node:assert');
const os = require('node:os');

const expectations = [];

process.on('exit', (code) => {
  if (code !== 0) return;
  for (const { fn, exact, actual, stack } of expectations) {
    if (actual() !== exact) {
      console.error(`${fn.name || 'a function'} was called ${actual()} times, not ${exact}\n${stack}`);
      process.exitCode = 1;
    }
  }
});

function mustCall(fn = () => {}, exact = 1) {
  let count = 0;
  expectations.push({ fn, exact, actual: () => count, stack: new Error().stack });
  return function (...args) {
    count++;
    return fn.apply(this, args);
  };
}

function mustNotCall(what = 'this') {
  const { stack } = new Error();
  return (...args) => assert.fail(`${what} should not have been called, with ${args}\n${stack}`);
}

function mustSucceed(fn = () => {}, exact = 1) {
  return mustCall(function (error, ...args) {
    assert.ifError(error);
    return fn.apply(this, args);
  }, exact);
}

const hasIPv6 = Object.values(os.networkInterfaces()).some((addresses) =>
  addresses.some(({ address }) => address === '::1'),
);

function skip(why) {
  console.log(`1..0 # Skipped: ${why}`);
  process.exit(0);
}

/** A port that nobody listens on, for `use`. */
function withClosedPort(use) {
  const net = require('node:net');
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => use(port));
  });
}

module.exports = {
  mustCall,
  mustNotCall,
  mustSucceed,
  hasIPv6,
  skip,
  withClosedPort,
  localhostIPv4: '127.0.0.1',
  get PORT() {
    if (process.env.TEST_PARALLEL) throw new Error('a port of its own is for sequential tests');
    return Number(process.env.NODE_COMMON_PORT) || 12346;
  },
};

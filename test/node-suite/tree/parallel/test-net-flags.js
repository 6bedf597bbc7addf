'use strict';
// Flags: --expose-gc --no-warnings
const common = require('../common');
const assert = require('node:assert');

// The runner gives the flags that a file names, and its places.
assert.strictEqual(typeof globalThis.gc, 'function');
assert.ok(process.execArgv.includes('--no-warnings'));
assert.strictEqual(process.env.TEST_PARALLEL, '1');
assert.match(process.env.TEST_THREAD_ID, /^\d+$/);
assert.throws(() => common.PORT, /sequential/);

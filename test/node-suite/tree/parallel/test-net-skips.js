'use strict';
const common = require('../common');
const assert = require('node:assert');

// A file that skips itself.
assert.ok(common);
common.skip('there is nothing to see');

'use strict';
// The certificate of localhost that all tests share, by the names that https and tls have for it.

const { TEST_CERTIFICATE: cert, TEST_KEY: key } = require('../../../fixtures/certificate.ts');

module.exports = { cert, key };

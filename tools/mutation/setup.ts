// Random tests of a mutation run: the same ones every time, and the first failure is enough.

import fc from 'fast-check';

fc.configureGlobal({ seed: 1, endOnFailure: true });

// `node --import synfin/register app.js`: everything of `register`, and one registration as it is by default.

import { register } from './register.ts';

export * from './register.ts';
export { ConfigError } from './register-config.ts';
export type { RegisterConfig, RegisterFaults, RegisterOptions } from './register-options.ts';

register();

// Node's own modules as CommonJS has them: objects whose members can be changed.

import type * as Crypto from 'node:crypto';
import type * as Http from 'node:http';
import type * as Http2 from 'node:http2';
import type * as Https from 'node:https';
import type * as Inspector from 'node:inspector';
import type * as Module from 'node:module';
import { createRequire } from 'node:module';
import type * as Timers from 'node:timers';
import type * as Tls from 'node:tls';

const require = createRequire(import.meta.url);

/** The modules that are changed, or looked into. */
export interface NodeModules {
  readonly crypto: typeof Crypto;
  readonly http: typeof Http;
  readonly http2: typeof Http2;
  readonly https: typeof Https;
  readonly inspector: typeof Inspector;
  readonly module: typeof Module;
  readonly timers: typeof Timers;
  readonly tls: typeof Tls;
}

/** One of them. */
export function nodeModule<K extends keyof NodeModules>(name: K): NodeModules[K] {
  return require(`node:${name}`) as NodeModules[K];
}

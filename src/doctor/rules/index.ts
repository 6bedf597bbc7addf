// The door of the rules, and all of them.

import { closeWaitRules } from './close-wait.ts';
import { closingRules } from './closing.ts';
import { limitRules } from './limits.ts';
import { listenRules } from './listen.ts';
import { openingRules } from './opening.ts';
import { pathRules } from './path.ts';
import { readingRules } from './reading.ts';
import type { SocketRule } from './rule.ts';
import { idleRules, silentRules } from './silent.ts';

export { descriptorTexts, hostRules } from './host.ts';
export type { Found, Grouping, HostRule, RuleTexts, Runtime, SocketRule } from './rule.ts';
export { percent } from './rule.ts';

export { runtimeOfName } from './runtimes.ts';

/** The rules about sockets. */
export const socketRules: readonly SocketRule[] = [
  ...listenRules,
  ...closeWaitRules,
  ...readingRules,
  ...silentRules,
  ...openingRules,
  ...closingRules,
  ...pathRules,
  ...limitRules,
  ...idleRules,
];

// The door of the rules, and all of them.

import { closeWaitRules } from './close-wait.ts';
import { closingRules } from './closing.ts';
import { slowRules, stalledRules } from './established.ts';
import { listenRules } from './listen.ts';
import { openingRules } from './opening.ts';
import type { SocketRule } from './rule.ts';

export { descriptorTexts, hostRules } from './host.ts';
export type { Found, Grouping, HostRule, RuleTexts, Runtime, SocketRule } from './rule.ts';
export { percent } from './rule.ts';

export { runtimeOfName } from './runtimes.ts';

/** The rules about sockets. */
export const socketRules: readonly SocketRule[] = [
  ...listenRules,
  ...closeWaitRules,
  ...stalledRules,
  ...openingRules,
  ...closingRules,
  ...slowRules,
];

// The door of the policy.

export { ClientHelloReader, type HelloReader, readClientHello } from './hello.ts';
export { LearnedNames } from './learned.ts';
export {
  type ConnectionVerdict,
  type DenyAnswer,
  Policy,
  type PolicyOptions,
  policyOptions,
  type Verdict,
} from './policy.ts';
export { RequestReader } from './requests.ts';
export { type PolicyRule, ruleOptions, type Subject } from './rule.ts';

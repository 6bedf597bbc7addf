// The door of the explanations: what happened, why, who knows what; states, terms, fields and octets in words.

export { type Beliefs, beliefs, inFlight, type RunningTimer, timersAt } from './beliefs.ts';
export { decidingEvent, segmentsMeant } from './deciding.ts';
export { type DissectBase, dissect, type Field, fieldsAt, octetsOf } from './dissect.ts';
export { type DropInfo, dropInfo, dropLabel, explainDrop } from './drops.ts';
export { type Explanation, explainEvent } from './event.ts';
export { type FieldInfo, fieldsById, ipv4Fields, ipv6Fields, tcpFields } from './fields.ts';
export { findTerms, type Term, type TermUse, termNamed, terms } from './glossary.ts';
export { type Fact, type FactName, type Knowledge, knowledge, knowledgeSentence } from './knowledge.ts';
export { explainRule, ruleText } from './rules.ts';
export { type StateInfo, stateNames, stateSpelled, states } from './states.ts';
export { summarize } from './summary.ts';
export {
  diffTcb,
  queueFields,
  type TcbDifference,
  type TcbFieldInfo,
  tcbFields,
  valueAt,
} from './tcb-fields.ts';

// The door of the explanations: what happened, why, who knows what; states, terms, fields and octets in words.

export { type DissectBase, dissect, type Field, fieldsAt, octetsOf } from './dissect.ts';
export { type Explanation, explainEvent } from './event.ts';
export { type FieldInfo, fieldsById, ipv4Fields, ipv6Fields, tcpFields } from './fields.ts';
export { type Fact, type FactName, type Knowledge, knowledge, knowledgeSentence } from './knowledge.ts';
export { type StateInfo, stateNames, stateSpelled, states } from './states.ts';

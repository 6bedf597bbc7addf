// The door of the doctor: sockets and counters of a host in, what is wrong with its connections out. Runs in any JavaScript
// engine; who asks the kernel, and reads files, is above.

export {
  type Examination,
  examineHost,
  type Host,
  type HostFinding,
  type ProcessFacts,
} from './examine.ts';
export { examinationJson, statesOf } from './json.ts';
export { CounterReader, DiagReader, readSample } from './read/index.ts';
export { hostRules, type RuleTexts, type Runtime, runtimeOfName, socketRules } from './rules/index.ts';
export { Look, type Sample, type SampleSource } from './sample.ts';
export { HostSocket, type Owner, stateNamed } from './socket.ts';
export { findingText } from './texts.ts';

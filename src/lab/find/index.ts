// The door of the search: what is meant by a text.

export { type Finding, longerAnswer } from './documents.ts';
export {
  answerLanguage,
  clearFinding,
  type Found,
  findInLab,
  findingId,
  judgeHits,
  scenarioOf,
} from './find.ts';
export type { Hit } from './phrase-index.ts';

// The door of "why": questions about rules of TCP, answered by searching the real engine with and without the rule.

export type { WhyQuestion } from './question.ts';
export { whyNamed, whyQuestions } from './questions.ts';
export {
  answerWhy,
  counterexampleOf,
  WHY_PREFIX,
  type WhyAnswer,
  type WhyOptions,
  type WhyProgress,
  WhyRun,
  type WhySearch,
  whyModel,
} from './run.ts';
export { failureText, modelText, PROPERTY_TEXTS } from './texts.ts';

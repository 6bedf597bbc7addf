// `synfin interview`: asks a question, waits for the answer that is said aloud or thought, shows the right one with its
// traps and the run that proves it, and remembers how well it went. Line by line, so that it works through a pipe, too.

import { createInterface } from 'node:readline';
import {
  claims,
  DeckError,
  deckState,
  GRADES,
  type Grade,
  graded,
  INTERVIEW_TOPICS,
  type InterviewQuestion,
  type InterviewTopic,
  interviewNamed,
  interviewQuestions,
  nextQuestion,
  playScenario,
  type ReviewDeck,
  scenarioNamed,
} from '../lab/index.ts';
import { nearNames } from '../options/index.ts';
import { type Command, type Io, optionText, UsageError, type Values } from './command.ts';
import { interviewHelp } from './guide-help.ts';
import { readDeck, stateFile, writeDeck } from './interview-state.ts';
import { t } from './messages.ts';
import { runCommandText } from './run-command.ts';
import { showOptions } from './run-options.ts';
import { Show, showOptionsOf } from './show.ts';

/** The options, as `util.parseArgs` wants them. */
export const interviewOptions = {
  list: { type: 'boolean' },
  topic: { type: 'string' },
  state: { type: 'string' },
  json: { type: 'boolean' },
  plain: showOptions.plain,
  ascii: showOptions.ascii,
  color: showOptions.color,
} as const;

const DAY_MS = 86_400_000;

function topicOf(values: Values): InterviewTopic | null {
  const text = optionText(values, 'topic');
  if (text === undefined) return null;
  const topic = INTERVIEW_TOPICS.find((one) => one === text);
  if (topic === undefined)
    throw new UsageError('notOneOf', { what: '--topic', choices: INTERVIEW_TOPICS.join(', '), text });
  return topic;
}

function wanted(id: string): InterviewQuestion {
  const found = interviewNamed(id);
  if (found !== undefined) return found;
  const names = interviewQuestions.map((question) => question.id);
  const near = nearNames(id, names);
  if (near.length > 0) throw new UsageError('noInterviewNear', { text: id, near: near.join(', ') });
  throw new UsageError('noInterview', { text: id });
}

function list(show: Show, some: readonly InterviewQuestion[], { lang }: Io): void {
  const column = Math.max(...interviewQuestions.map(({ id }) => id.length)) + 4;
  for (const topic of INTERVIEW_TOPICS) {
    const of = some.filter((question) => question.topic === topic);
    if (of.length === 0) continue;
    show.title(t(lang, `topic_${topic}`));
    for (const { id, question } of of) show.text(question[lang], `  ${id.padEnd(column - 2)}`);
    show.lines('');
  }
  show.say('interviewCount', { count: some.length });
}

/** The answer: short, in full, traps, run. */
function answer(
  show: Show,
  { short, full, traps, mistakes, run, why }: InterviewQuestion,
  { lang }: Io,
): void {
  show.say('interviewShort', { text: short[lang] });
  show.lines('');
  show.say('interviewFull', { text: full[lang] });
  show.lines('');
  show.say('interviewTraps');
  for (const number of traps) {
    const claim = claims.find((one) => one.number === number);
    if (claim === undefined) continue;
    show.text(t(lang, 'interviewClaim', { number, text: claim.claim[lang], truth: claim.truth[lang] }), '- ');
  }
  for (const { wrong, right } of mistakes)
    show.text(t(lang, 'interviewMistake', { text: wrong[lang], truth: right[lang] }), '- ');
  show.lines('');
  if (run !== null) show.say('interviewRun', { command: runCommandText(run) });
  if (why !== undefined) show.say('askWhy', { command: `synfin why ${why}` });
}

/** The ladder of the run that proves it. */
function prove(show: Show, { run }: InterviewQuestion): void {
  const scenario = run === null ? undefined : scenarioNamed(run.scenario);
  if (scenario !== undefined) show.ladder(playScenario(scenario, { edits: run?.edits ?? [] }).trace);
}

/** A pause as people say it: in minutes, or from a day on in days. */
function wait(ms: number, { lang }: Io): string {
  if (ms >= DAY_MS) return t(lang, 'interviewDays', { days: Math.round(ms / DAY_MS) });
  return t(lang, 'interviewMinutes', { minutes: Math.max(1, Math.round(ms / 60_000)) });
}

/** Lines of standard input; null at its end. */
class Lines {
  readonly #lines: AsyncIterator<string>;

  constructor({ stdin }: Io) {
    this.#lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })[
      Symbol.asyncIterator
    ]();
  }

  async next(): Promise<string | null> {
    const { done, value } = await this.#lines.next();
    return done === true ? null : value.trim();
  }

  async close(): Promise<void> {
    await this.#lines.return?.();
  }
}

/** How the answer is marked; null: no more. `r` shows the run first. */
async function marked(show: Show, question: InterviewQuestion, lines: Lines, io: Io): Promise<Grade | null> {
  for (;;) {
    show.say('interviewMark');
    const line = await lines.next();
    if (line === null || line === 'q') return null;
    const grade = GRADES[Number(line) - 1];
    if (grade !== undefined && /^[1-4]$/.test(line)) return grade;
    if (line === 'r') prove(show, question);
    else io.stderr.write(`synfin interview: ${t(io.lang, 'interviewNoMark', { text: line })}\n`);
  }
}

/** Asks until nothing is due, or it is enough. The exit code. */
async function ask(show: Show, some: readonly InterviewQuestion[], file: string, io: Io): Promise<number> {
  const ids = some.map(({ id }) => id);
  let deck: ReviewDeck = readDeck(file);
  const lines = new Lines(io);
  let asked = 0;
  try {
    for (;;) {
      const now = Date.now();
      const id = nextQuestion(deck, ids, now);
      const { fresh, due, nextDue } = deckState(deck, ids, now);
      if (id === null) {
        show.say('interviewDone', { wait: wait((nextDue ?? now) - now, io) });
        break;
      }
      const question = wanted(id);
      show.lines('');
      show.say('interviewLeft', { due, fresh, topic: t(io.lang, `topic_${question.topic}`) });
      show.title(question.question[io.lang]);
      show.say('interviewThink');
      const line = await lines.next();
      if (line === null || line === 'q') break;
      answer(show, question, io);
      const grade = await marked(show, question, lines, io);
      if (grade === null) break;
      deck = graded(deck, id, grade, Date.now());
      writeDeck(file, deck);
      asked++;
      const again = (deck.reviews[id]?.due ?? now) - Date.now();
      show.say('interviewAgain', { wait: wait(again, io) });
    }
  } finally {
    await lines.close();
  }
  show.say('interviewEnd', { asked, file });
  return 0;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [id, ...more] = positionals;
  if (more.length > 0) throw new UsageError('tooManyArguments', { text: more.join(' ') });
  const topic = topicOf(values);
  const of = interviewQuestions.filter((question) => topic === null || question.topic === topic);
  const some = id === undefined ? of : [wanted(id)];
  if (values['json'] === true) {
    io.stdout.write(`${JSON.stringify(some, null, 1)}\n`);
    return 0;
  }
  const show = new Show(io, showOptionsOf(values, io));
  if (values['list'] === true) {
    list(show, some, io);
    return 0;
  }
  const [only] = some;
  if (id !== undefined && only !== undefined) {
    show.title(only.question[io.lang]);
    show.lines('');
    answer(show, only, io);
    return 0;
  }
  const file = optionText(values, 'state') ?? stateFile(process.env);
  try {
    return await ask(show, some, file, io);
  } catch (error) {
    const isFile = error instanceof DeckError || (error instanceof Error && 'syscall' in error);
    if (!isFile) throw error;
    io.stderr.write(`synfin interview: ${t(io.lang, 'interviewState', { file, message: error.message })}\n`);
    return 1;
  }
}

/** `synfin interview` */
export const interviewCommand: Command = {
  name: 'interview',
  usage: interviewHelp,
  options: interviewOptions,
  run,
};

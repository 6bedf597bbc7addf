// `synfin runbook SYMPTOM`: from a symptom of a running machine to its cause: what it means, whose fault it is, the commands
// that show it and what they print, what to do, and the run that reproduces it.

import { type Lang, type Runbook, runbookNamed, runbooks, runbooksNear, type Text } from '../lab/index.ts';
import { type Command, type Io, UsageError, type Values } from './command.ts';
import { runbookHelp } from './guide-help.ts';
import type { MessageKey } from './messages.ts';
import { runCommandText } from './run-command.ts';
import { showOptions } from './run-options.ts';
import { Show, showOptionsOf } from './show.ts';

/** The options, as `util.parseArgs` wants them. */
export const runbookOptions = {
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  plain: showOptions.plain,
  ascii: showOptions.ascii,
  color: showOptions.color,
} as const;

/** Before what a command prints. */
const INDENT = '   ';

function wanted(name: string): Runbook {
  const found = runbookNamed(name);
  if (found !== undefined) return found;
  const near = runbooksNear(name);
  if (near.length > 0) throw new UsageError('noRunbookNear', { text: name, near: near.join(', ') });
  throw new UsageError('noRunbook', { text: name });
}

function list(show: Show, lang: Lang): void {
  const column = Math.max(...runbooks.map(({ id }) => id.length)) + 4;
  for (const { id, title } of runbooks) show.text(title[lang], `  ${id.padEnd(column - 2)}`);
}

function points(show: Show, head: MessageKey, texts: readonly Text[], lang: Lang): void {
  show.lines('');
  show.say(head);
  for (const text of texts) show.text(text[lang], '- ');
}

/** Prints a runbook. */
export function tellRunbook(
  show: Show,
  { id, title, means, fault, looks, ...rest }: Runbook,
  { lang }: Io,
): void {
  show.title(`${id}: ${title[lang]}`);
  show.lines('');
  show.say('runbookMeans', { text: means[lang] });
  show.say('runbookFault', { text: fault[lang] });
  looks.forEach(({ ask, run, prints, reads }, i) => {
    show.lines('');
    show.text(ask[lang], `${i + 1}. `);
    show.lines(`${INDENT}$ ${run}`);
    for (const line of prints.split('\n')) show.lines(`${INDENT}${line}`);
    show.text(reads[lang], INDENT);
  });
  points(show, 'runbookNow', rest.now, lang);
  points(show, 'runbookForGood', rest.forGood, lang);
  points(show, 'runbookUseless', rest.useless, lang);
  show.lines('');
  show.say('runbookLab', { command: runCommandText(rest) });
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const name = positionals.join(' ').trim();
  const some = name === '' ? runbooks : [wanted(name)];
  if (values['json'] === true) {
    io.stdout.write(`${JSON.stringify(some, null, 1)}\n`);
    return 0;
  }
  const show = new Show(io, showOptionsOf(values, io));
  if (name === '') {
    list(show, io.lang);
    if (values['list'] !== true) show.say('runbookHint');
    return 0;
  }
  tellRunbook(show, some[0] as Runbook, io);
  return 0;
}

/** `synfin runbook` */
export const runbookCommand: Command = { name: 'runbook', usage: runbookHelp, options: runbookOptions, run };

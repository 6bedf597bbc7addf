// The `synfin` command without its process: chooses the language and the command, and reads its arguments.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Lang } from '../lab/text/index.ts';
import { type Command, EXIT_USAGE, type Io, UsageError, type Values } from './command.ts';
import { mainHelp } from './help.ts';
import { type Environment, languageOf } from './terminal.ts';
import { synfinVersion } from './version.ts';

/** Loaded only when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  serve: async () => (await import('./serve.ts')).serve,
  connect: async () => (await import('./connect.ts')).connect,
  drill: async () => (await import('./drill.ts')).drillCommand,
  ask: async () => (await import('./ask.ts')).askCommand,
  claims: async () => (await import('./claims.ts')).claimsCommand,
  why: async () => (await import('./why.ts')).whyCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  prove: async () => (await import('./prove.ts')).proveCommand,
  runbook: async () => (await import('./runbook.ts')).runbookCommand,
  interview: async () => (await import('./interview.ts')).interviewCommand,
  read: async () => (await import('./read.ts')).readCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  query: async () => (await import('./query.ts')).queryCommand,
  mcp: async () => (await import('./mcp.ts')).mcpCommand,
  lab: async () => (await import('./lab.ts')).labCommand,
  exec: async () => (await import('./exec/index.ts')).execCommand,
  gateway: async () => (await import('./gateway/index.ts')).gatewayCommand,
  sim: async () => (await import('./sim/index.ts')).simCommand,
  register: async () => (await import('./register.ts')).registerCommand,
};

const EXIT_FAILED = 1;

const common = { help: { type: 'boolean', short: 'h' }, lang: { type: 'string' } } as const;
const LANGUAGES: readonly Lang[] = ['en', 'zh'];

/** The streams of a process, and the environment that says its language. */
export type MainIo = Omit<Io, 'lang'> & { readonly env: Environment };

/** Runs `synfin ARGV…`; the exit code. Prints one line for wrong arguments. */
export async function main(argv: readonly string[], io: MainIo): Promise<number> {
  let lang = languageOf(io.env);
  try {
    lang = wishedLanguage(argv) ?? lang;
    const at = argv.findIndex((arg, i) => !arg.startsWith('-') && argv[i - 1] !== '--lang');
    if (at < 0) return general(argv, { ...io, lang });
    const name = argv[at] as string;
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) throw new UsageError('unknownCommand', { text: name });
    const command = await load();
    const args = [...argv.slice(0, at), ...argv.slice(at + 1)];
    const parsed = parse(`synfin ${name}`, args, { ...command.options, ...common });
    const { help } = parsed.values;
    if (help === true) {
      io.stdout.write(command.usage(lang));
      return 0;
    }
    return await command.run(parsed.values, parsed.positionals, { ...io, lang });
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`synfin: ${error.text(lang)}\n`);
      return EXIT_USAGE;
    }
    if (!isRefusal(error)) throw error;
    io.stderr.write(`synfin: ${error.message}\n`);
    return EXIT_FAILED;
  }
}

/** The system, or the kernel, refused something: its words are clear, and a stack would not help. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && ('syscall' in error || error.name === 'TunError');
}

/** No command: help, version, or a hint. */
function general(argv: readonly string[], io: Io): number {
  const { values } = parse('synfin', argv, { ...common, version: { type: 'boolean', short: 'V' } });
  const { help, version } = values;
  if (version === true) {
    io.stdout.write(`synfin ${synfinVersion()}\n`);
    return 0;
  }
  if (help === true) {
    io.stdout.write(mainHelp(io.lang));
    return 0;
  }
  io.stderr.write(mainHelp(io.lang));
  return EXIT_USAGE;
}

/** `--lang` wherever it stands: wrong arguments are reported in it, too. */
function wishedLanguage(argv: readonly string[]): Lang | null {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const at = options.findLastIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  if (at < 0) return null;
  const arg = options[at] as string;
  const text = arg === '--lang' ? options[at + 1] : arg.slice('--lang='.length);
  if (text === undefined) return null; // parseArgs complains
  const lang = LANGUAGES.find((l) => l === text);
  if (lang === undefined)
    throw new UsageError('notOneOf', { what: '--lang', choices: LANGUAGES.join(', '), text });
  return lang;
}

interface Parsed {
  readonly values: Values;
  readonly positionals: readonly string[];
}

/** `util.parseArgs`, strict, with errors in one line of our own. */
function parse(
  command: string,
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: true,
      allowNegative: true,
    });
    return { values, positionals };
  } catch (error) {
    throw parseError(command, error);
  }
}

function parseError(command: string, error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string };
  const option = /'([^']+)'/.exec(message)?.[1] ?? '';
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return new UsageError('unknownOption', { command, option });
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const name = option.replace(/ <value>$/, '').replace(/^-\w, /, '');
      const key = /does not take/.test(message) ? 'optionTakesNoValue' : 'optionNeedsValue';
      return new UsageError(key, { option: name });
    }
    default:
      if (code?.startsWith('ERR_PARSE_ARGS') !== true) return error;
      return new UsageError('badArguments', { message: message.split('\n', 1)[0] as string });
  }
}

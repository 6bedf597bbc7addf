// The tools of `synfin mcp`: what an assistant may ask. Every answer comes from the rules and the engine; it can only tell it.
// Tools read files that are named and run scenarios in virtual time; they write nothing and open no socket.

import { Readable, Writable } from 'node:stream';
import {
  type Analysis,
  analysisJson,
  bySeverity,
  CaptureAnalyser,
  verdictText,
  verdictTexts,
} from '../capture/index.ts';
import type { Lang } from '../lab/text/index.ts';
import { nearNames } from '../options/index.ts';
import { type Command, UsageError, type Values } from './command.ts';
import { t } from './messages.ts';
import { captureFiles, readCaptures } from './read-input.ts';

/** The arguments of a tool, as its schema has them. */
type Arguments = Readonly<Record<string, unknown>>;

/** What a tool says. */
export interface Said {
  readonly text: string;
  readonly failed: boolean;
}

/** A tool: its name, what it is for, the JSON schema of its arguments. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly schema: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, object>>;
    readonly required: readonly string[];
    readonly additionalProperties: false;
  };
  run(args: Arguments, lang: Lang): Promise<Said>;
}

const MOST_CONNECTIONS = 50;
const MOST_FINDINGS = 20;
const MOST_FILES = 100;
/** A ladder of ten thousand segments is of no use to a reader with a bound. */
const MOST_CHARACTERS = 60_000;

const files = {
  type: 'array',
  items: { type: 'string' },
  minItems: 1,
  maxItems: MOST_FILES,
  description: 'Capture files (pcap or pcapng, gzip and zstd, too), or patterns; several follow each other.',
};
const number = { type: 'integer', minimum: 0 };

function tool(
  name: string,
  description: string,
  properties: Tool['schema']['properties'],
  required: readonly string[],
  run: Tool['run'],
): Tool {
  return {
    name,
    description,
    run,
    schema: { type: 'object', properties, required, additionalProperties: false },
  };
}

/** A list of texts of the arguments; a UsageError where it is none. */
function texts(args: Arguments, name: string): string[] {
  const value = args[name] ?? [];
  const right =
    Array.isArray(value) && value.length <= MOST_FILES && value.every((one) => typeof one === 'string');
  if (!right) throw new UsageError('mcpNeedsTexts', { name });
  return value as string[];
}

function text(args: Arguments, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || value.trim() === '') throw new UsageError('mcpNeedsText', { name });
  return value;
}

function whole(args: Arguments, name: string): number {
  const value = args[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new UsageError('mcpNeedsWhole', { name });
  return value as number;
}

/** Standard input is the assistant's, not a capture's. */
function named(args: Arguments): string[] {
  const names = texts(args, 'files');
  if (names.length === 0 || names.includes('-')) throw new UsageError('readNeeds');
  return captureFiles(names);
}

/** What a command prints, with its errors; long texts are cut. */
async function printed(
  { run }: Command,
  values: Values,
  positionals: readonly string[],
  lang: Lang,
): Promise<Said> {
  const parts: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      parts.push(String(chunk));
      done();
    },
  });
  const io = { stdin: Readable.from([]), stdout: sink, stderr: sink, lang };
  const code = await run({ plain: true, ...values }, positionals, io);
  return { text: shortened(parts.join(''), lang), failed: code !== 0 };
}

function shortened(all: string, lang: Lang): string {
  if (all.length <= MOST_CHARACTERS) return all;
  return `${all.slice(0, MOST_CHARACTERS)}\n${t(lang, 'mcpShortened', { count: all.length - MOST_CHARACTERS })}`;
}

async function analysisOf(names: readonly string[]): Promise<Analysis> {
  const analyser = new CaptureAnalyser();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await readCaptures(names, analyser, Readable.from([]), nowhere, (_, error) => {
    throw error;
  });
  return analyser.end();
}

async function read(args: Arguments, lang: Lang): Promise<Said> {
  const analysis = await analysisOf(named(args));
  const { connections, findings, ...rest } = analysisJson(analysis, lang);
  const worst = connections
    .map(({ verdicts, ...one }) => ({
      ...one,
      verdicts: verdicts.map(({ id, severity }) => ({ id, severity })),
    }))
    .sort((a, b) => bySeverity(a.verdicts[0]?.severity ?? 'normal', b.verdicts[0]?.severity ?? 'normal'));
  const healthy = !findings.some(({ severity }) => bySeverity(severity, 'note') < 0);
  const shown = {
    ...rest,
    healthy,
    findings: findings.slice(0, MOST_FINDINGS),
    connections: worst.slice(0, MOST_CONNECTIONS),
    more: rest.more + Math.max(0, worst.length - MOST_CONNECTIONS),
  };
  return { text: JSON.stringify(shown, null, 1), failed: rest.file.frames === 0 && rest.problems.length > 0 };
}

async function explain(args: Arguments, lang: Lang): Promise<Said> {
  const id = text(args, 'verdict');
  const found = verdictTexts.get(id);
  if (found === undefined) {
    const names = [...verdictTexts.keys()];
    const near = nearNames(id, names);
    return {
      text: t(lang, 'mcpNoVerdict', { text: id, names: (near.length > 0 ? near : names).join(', ') }),
      failed: true,
    };
  }
  const say = (one: { en: string; zh: string }): string => verdictText(one, {}, lang);
  const { severity, title, means, advice, scenario } = found;
  const said = { id, severity, title: say(title), means: say(means), advice: advice.map(say), scenario };
  return { text: JSON.stringify(said, null, 1), failed: false };
}

/** The tools. */
export const tools: readonly Tool[] = [
  tool(
    'read',
    'What is wrong with the TCP connections of captures: findings, the worst first, each with who, how sure, the frames that show it, what is excluded and by what, what to do; and the connections, the worst first. "healthy": true means that nothing is wrong: then say so, and look for nothing else.',
    { files },
    ['files'],
    read,
  ),
  tool(
    'connection',
    'The ladder of one connection of captures, a line for each segment, with the states of both ends and the frames that show its verdicts marked.',
    { files, number: { ...number, description: 'Its number, from 0, as `read` and Wireshark count.' } },
    ['files', 'number'],
    async (args, lang) => {
      const conn = String(whole(args, 'number'));
      return printed((await import('./read.ts')).readCommand, { conn }, named(args), lang);
    },
  ),
  tool(
    'explain',
    'What a verdict means, whether it is a fault, what to do, and the scenario of the lab that shows the same.',
    { verdict: { type: 'string', description: 'Its id, such as "close-wait-leak".' } },
    ['verdict'],
    explain,
  ),
  tool(
    'ask',
    'An answer to a question about TCP (states, handshake, close, timers, options), with the run of the lab that shows it.',
    { question: { type: 'string' } },
    ['question'],
    async (args, lang) => printed((await import('./ask.ts')).askCommand, {}, [text(args, 'question')], lang),
  ),
  tool(
    'run',
    'Runs a scenario on two simulated hosts in virtual time, with changes, and explains every segment. The same arguments give the same run.',
    {
      scenario: {
        type: 'string',
        description: 'Its id, such as "close4"; a wrong one names those that are near.',
      },
      edits: {
        type: 'array',
        items: { type: 'string' },
        maxItems: MOST_FILES,
        description:
          'Changes: "drop SYN+ACK#1", "delay ACK#1 left->right 200ms", "left close 300ms", "cut 100ms".',
      },
    },
    ['scenario'],
    async (args, lang) => {
      const values = { explain: true, edit: texts(args, 'edits') };
      return printed((await import('./run.ts')).runCommand, values, [text(args, 'scenario')], lang);
    },
  ),
];

/** A tool's answer; arguments that make no sense, and files that cannot be read, are answers, too. */
export async function callTool(name: string, args: Arguments, lang: Lang): Promise<Said> {
  const found = tools.find((one) => one.name === name);
  if (found === undefined)
    return {
      text: t(lang, 'mcpNoTool', { text: name, names: tools.map((one) => one.name).join(', ') }),
      failed: true,
    };
  try {
    return await found.run(args, lang);
  } catch (error) {
    if (error instanceof UsageError) return { text: error.text(lang), failed: true };
    if (error instanceof Error && 'syscall' in error) return { text: error.message, failed: true };
    throw error;
  }
}

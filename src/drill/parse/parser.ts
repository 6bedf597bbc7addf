// A packetdrill script to its parts: option lines, the init command, timed events, the cleanup command.
// Both dialects are read by one grammar; what only one of them has is accepted everywhere.

import { like, list, Schema, text as string } from '../../options/index.ts';
import type { Command, Define, EventBase, EventTime, Script, ScriptEvent, ScriptOption } from '../ast.ts';
import { Cursor } from './cursor.ts';
import { defineTable, parseDefine } from './defines.ts';
import { Source } from './error.ts';
import { parseSyscall } from './expression.ts';
import { lex, quotedEnd, skipBlanks } from './lexer.ts';
import { parsePacket } from './packet.ts';
import { assumedDefaults, ipVersionOf, suiteWords } from './suite.ts';

/** How to read a script. */
export interface ParseOptions {
  /** Name of the text in messages. */
  readonly file?: string;
  /** Definitions of the command line; they win over those of the script. */
  readonly defines?: readonly Define[];
  /** The system whose `#ifdef` blocks count; `Linux` unless told. */
  readonly platform?: string;
}

/** Longest time of an event: 10^9 s, so that microseconds stay exact and sums too. */
const MAX_TIME_US = 1e15;

/** Longest script, in UTF-16 units. */
const MAX_SCRIPT = 1 << 22;

const parseOptions = new Schema<ParseOptions>('parseScript', {
  file: string,
  defines: list(like('a definition, { name, kind, text }', 'name', 'kind', 'text')),
  platform: string,
});

/** The script in `text`. Throws ScriptError for whatever the text is; OptionTypeError. */
export function parseScript(text: string, options: ParseOptions = {}): Script {
  parseOptions.check(options);
  const source = new Source(options.file ?? 'script', text);
  if (text.length > MAX_SCRIPT) throw source.error(0, `script longer than ${MAX_SCRIPT} characters`);
  const head = parseOptionLines(source);
  const version =
    head.options.find(({ name }) => name === 'ip_version')?.value ?? ipVersionOf(text, source.file);
  const words = suiteWords(text, version);
  const table = defineTable(words, head.defines, options.defines ?? []);
  const c = new Cursor(source, lex(source, head.end, table, options.platform ?? 'Linux'));

  const initCommand = c.peek().kind === 'command' ? parseCommand(c) : undefined;
  const assumed = initCommand === undefined ? assumedDefaults(text) : null;
  const events: ScriptEvent[] = [];
  while (c.peek().kind !== 'eof' && c.peek().kind !== 'command') events.push(parseEvent(c));
  if (events.length === 0) throw c.expected('an event (TIME ACTION)');
  const cleanupCommand = c.peek().kind === 'command' ? parseCommand(c) : undefined;
  if (c.peek().kind !== 'eof') {
    throw c.error('nothing may follow the cleanup command; a command before an event needs a time (+0)');
  }
  return {
    file: source.file,
    options: head.options,
    defines: head.defines,
    ...(initCommand !== undefined && { initCommand }),
    ...(assumed !== null && { assumed }),
    events,
    ...(cleanupCommand !== undefined && { cleanupCommand }),
  };
}

const OPTION = /--([A-Za-z0-9_]+)[ \t]*(=?)[ \t]*/y;
const DEFINE_NAME = /[A-Za-z0-9_]+=/y;

/** Offset behind the value of an option that begins at `at`: quoted, or up to a blank or a comment. */
function valueEnd(text: string, at: number, isDefine: boolean): number {
  DEFINE_NAME.lastIndex = at;
  const quote = at + (isDefine ? (DEFINE_NAME.exec(text)?.[0].length ?? 0) : 0);
  if (text[quote] === '"' || (isDefine && text[quote] === '`')) return quotedEnd(text, quote);
  let end = at;
  while (end < text.length && !/[\s"]/.test(text[end]!) && !/^\/[/*]/.test(text.slice(end, end + 2))) end++;
  return end;
}

interface OptionLines {
  readonly options: ScriptOption[];
  readonly defines: Define[];
  /** Offset of what follows. */
  readonly end: number;
}

function parseOptionLines(source: Source): OptionLines {
  const options: ScriptOption[] = [];
  const defines: Define[] = [];
  const text = source.text;
  let at = skipBlanks(source, 0);
  while (text.startsWith('--', at)) {
    OPTION.lastIndex = at;
    const found = OPTION.exec(text);
    if (found === null) throw source.error(at, 'expected --OPTION=VALUE');
    const name = found[1]!;
    const line = source.line(at);
    at = OPTION.lastIndex;
    let value: string | null = null;
    if (found[2] === '=') {
      const end = valueEnd(text, at, name === 'define');
      if (end < 0) throw source.error(at, `unterminated text in the value of --${name}`);
      if (end === at) throw source.error(at, `expected a value for --${name}`);
      value = text.slice(at, end);
      at = end;
      if (name === 'define') {
        const define = parseDefine(value);
        if (typeof define === 'string') throw source.error(at - value.length, define);
        defines.push(define);
      } else if (value.startsWith('"')) value = value.slice(1, -1);
    }
    options.push({ name, value, line });
    at = skipBlanks(source, at);
  }
  return { options, defines, end: at };
}

function parseCommand(c: Cursor): Command {
  const token = c.next();
  return { text: token.text, line: c.source.line(token.start) };
}

function parseEvent(c: Cursor): ScriptEvent {
  const first = c.peek();
  if (first.kind === 'option') throw c.error(`--${first.text} goes before the first event`);
  const time = parseTime(c);
  let endUs: number | null = null;
  if (c.peek().kind === 'ellipsis') {
    if (time.kind !== 'absolute' && time.kind !== 'relative')
      throw c.error('a blocking call starts at a single time');
    c.next();
    endUs = parseSeconds(c);
    if (endUs < time.us) throw c.source.error(first.start, 'a blocking call ends before it starts');
  }
  const action = c.peek();
  const base = (): EventBase => ({
    time,
    line: c.source.line(first.start),
    column: c.source.column(first.start),
    source: c.source.text.slice(first.start, c.lastEnd()).trim(),
  });
  if (endUs === null && (c.isPunct('<') || c.isPunct('>'))) {
    const packet = parsePacket(c);
    if (packet.direction === 'inbound') requireSingleTime(c, first.start, time);
    if (c.isPunct('{')) throw c.error('unsupported: packet fuzzing');
    return { kind: 'packet', packet, ...base() };
  }
  requireSingleTime(c, first.start, time);
  if (endUs === null && action.kind === 'command') {
    const command = parseCommand(c);
    return { kind: 'command', command, ...base() };
  }
  if (endUs === null && action.kind === 'code') {
    c.next();
    return { kind: 'code', text: action.text, textLine: c.source.line(action.textStart), ...base() };
  }
  const syscall = parseSyscall(c, endUs);
  return { kind: 'syscall', syscall, ...base() };
}

function requireSingleTime(c: Cursor, at: number, time: EventTime): void {
  if (time.kind === 'any') throw c.source.error(at, "the time '*' can only be used with outbound packets");
  if (time.kind === 'absolute-range' || time.kind === 'relative-range') {
    throw c.source.error(at, 'a time range can only be used with outbound packets');
  }
}

function parseTime(c: Cursor): EventTime {
  if (c.acceptPunct('*')) return { kind: 'any' };
  const at = c.peek().start;
  const relative = c.acceptPunct('+');
  if (!relative && c.peek().kind !== 'int' && c.peek().kind !== 'float') {
    throw c.expected('the time of an event (1.5, +0.1, 1~2, +1~+2 or *)');
  }
  const us = parseSeconds(c);
  if (!c.acceptPunct('~')) return { kind: relative ? 'relative' : 'absolute', us };
  if (relative) c.expectPunct('+', 'before the end of a relative range');
  const endUs = parseSeconds(c);
  if (endUs < us) throw c.source.error(at, 'time range is backwards');
  return { kind: relative ? 'relative-range' : 'absolute-range', us, endUs };
}

/** A time in seconds, as microseconds. */
function parseSeconds(c: Cursor): number {
  const token = c.peek();
  if (token.kind !== 'int' && token.kind !== 'float') throw c.expected('a time in seconds');
  const us = Math.round(Number(token.text) * 1e6);
  if (token.text.startsWith('-')) throw c.error('negative time');
  if (us > MAX_TIME_US) throw c.error('time beyond 10^9 seconds');
  c.next();
  return us;
}

// Changes to a scenario as text: what a person adds on the command line, by a click on an arrow, or in a
// link. One line each:
//
//   drop ACK#1 left->right            any rule of a simulated wire (link/sim/ruletext.ts)
//   strip wscale left->right          a middlebox takes an option off every SYN
//   inject right RST seq=rcv.nxt+5 120ms
//                                     a forged segment for the right end is put on the wire; flags, seq=, ack=
//                                     (the right end's numbers at that time), len=, win=, port=, conn=; from= an
//                                     address that it claims to come from
//   repeat left#3 500ms               a copy of the left end's third packet arrives once more
//   left close 300ms                  a call of a program: connect, write N|"text", read, shutdown, close, abort,
//                                     keepalive, listen, unlisten, accept; conn=1 for another connection
//   right crash 1s | right reboot 2s  a host
//   cut 100ms | mend 2s               the wire

import { parseRule, RuleError, type WireRule } from '../../sim/index.ts';
import { formatControl, parseAddress, parseControl } from '../../wire/index.ts';
import { printable } from '../text/index.ts';
import type { End } from '../trace.ts';
import { type StripOption, stripRule } from './middlebox.ts';
import type { Action, Forged, Step } from './scenario.ts';

/** A change that cannot be understood; the message says what was expected. */
export class EditError extends Error {
  readonly code = 'ERR_LAB_EDIT';
  /** The whole text. */
  readonly text: string;

  constructor(text: string, problem: string) {
    super(`"${text}": ${problem}`);
    this.name = 'EditError';
    this.text = text;
  }
}

/** What a text means: a rule of the wire, or a step more. */
export type Edit =
  | { readonly kind: 'rule'; readonly text: string; readonly rule: WireRule }
  | { readonly kind: 'step'; readonly text: string; readonly step: Step };

/** The ends of a scenario's wire. */
export const WIRE_ENDS = ['left', 'right'] as const;

const RULE_VERBS = new Set(['drop', 'delay', 'dup', 'corrupt', 'mark', 'hold']);
const STRIPPED: readonly StripOption[] = ['wscale', 'sack', 'timestamps', 'mss'];
const FORMS =
  'a rule of the wire (drop, delay, dup, corrupt, mark, hold), strip, inject, repeat, cut, mend, or an end (left, right) and what it does';
const UNITS: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000 };
const NUMBER = /^(rcv\.nxt|rcv\.edge|snd\.una|snd\.nxt|iss|irs)?([+-]?\d+)?$/;

/** Milliseconds of `120ms`, `1.5s`, `2m`; null if it is no time. */
export function parseTime(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m)$/.exec(text);
  return found === null ? null : Number(found[1]) * (UNITS[found[2] as string] as number);
}

/** The words of a text; what stands in quotes is one word, quotes included. */
function split(text: string): string[] {
  return text.trim().match(/"[^"]*"|\S+/g) ?? [];
}

/**
 * What a change means.
 * @throws EditError
 */
export function parseEdit(text: string): Edit {
  if (printable(text) !== text) throw new EditError(text, 'has a control character');
  const words = split(text);
  const verb = words[0]?.toLowerCase() ?? '';
  if (RULE_VERBS.has(verb)) return { kind: 'rule', text: text.trim(), rule: ruleOf(text) };
  if (verb === 'strip') return { kind: 'rule', text: text.trim(), rule: strip(text, words) };
  if (verb === 'inject') return { kind: 'step', text: text.trim(), step: inject(text, words) };
  if (verb === 'repeat') return { kind: 'step', text: text.trim(), step: repeat(text, words) };
  if (verb === 'cut' || verb === 'mend') {
    const when = timeOf(text, words.pop());
    if (words.length > 1) throw new EditError(text, `unexpected "${words[1]}"`);
    return { kind: 'step', text: text.trim(), step: { do: verb, when } };
  }
  if (verb === 'left' || verb === 'right')
    return { kind: 'step', text: text.trim(), step: call(text, verb, words.slice(1)) };
  throw new EditError(text, `expected ${FORMS}, not "${words[0] ?? ''}"`);
}

function ruleOf(text: string): WireRule {
  try {
    return parseRule(text, WIRE_ENDS);
  } catch (error) {
    if (error instanceof RuleError) throw new EditError(text, error.message.replace(/^rule ".*": /, ''));
    throw error;
  }
}

function strip(text: string, words: readonly string[]): WireRule {
  const [, what, way] = words;
  const option = STRIPPED.find((name) => name === what);
  if (option === undefined) throw new EditError(text, `strip what? Expected ${STRIPPED.join(', ')}`);
  const direction = way === 'left->right' ? 'a->b' : way === 'right->left' ? 'b->a' : undefined;
  if (way !== undefined && direction === undefined)
    throw new EditError(text, `no direction "${way}", expected left->right or right->left`);
  return stripRule(option, text.trim(), direction);
}

function repeat(text: string, words: readonly string[]): Step {
  const [, what = '', time, rest] = words;
  const found = /^(left|right)#([1-9]\d{0,5})$/.exec(what);
  if (found === null) throw new EditError(text, `repeat what? Expected left#3 or right#1, not "${what}"`);
  if (rest !== undefined) throw new EditError(text, `unexpected "${rest}"`);
  const when = timeOf(text, time);
  return { do: 'repeat', from: found[1] === 'left' ? 'left' : 'right', nth: Number(found[2]), when };
}

function timeOf(text: string, word: string | undefined): number {
  const ms = parseTime(word ?? '');
  if (ms === null)
    throw new EditError(text, `must end with a time such as 120ms or 1.5s, not "${word ?? ''}"`);
  return ms;
}

/** Takes `conn=n` out of the words. */
function connectionOf(text: string, words: string[]): { connection?: number } {
  const at = words.findIndex((word) => word.startsWith('conn='));
  if (at < 0) return {};
  const [word = ''] = words.splice(at, 1);
  const n = /^conn=\d{1,3}$/.test(word) ? Number(word.slice(5)) : Number.NaN;
  if (Number.isNaN(n)) throw new EditError(text, `"${word}" must be conn=0, conn=1, …`);
  return { connection: n };
}

function inject(text: string, all: readonly string[]): Step {
  const words = all.slice(1);
  const to = words.shift();
  if (to !== 'left' && to !== 'right')
    throw new EditError(text, `inject for whom? Expected left or right, not "${to ?? ''}"`);
  const word = words.shift() ?? '';
  const bits = parseControl(word);
  if (bits === null) throw new EditError(text, `"${word}" are no control bits, such as RST or SYN,ACK`);
  const flags = formatControl(bits);
  const when = timeOf(text, words.pop());
  const connection = connectionOf(text, words);
  const segment: { -readonly [K in keyof Forged]: Forged[K] } = { flags };
  for (const word of words) {
    const [name, value = ''] = word.split('=', 2) as [string, string?];
    if (name === 'seq' || name === 'ack') {
      if (value === '' || !NUMBER.test(value))
        throw new EditError(text, `"${word}": a number is written as rcv.nxt+5, snd.una, iss, irs or 12345`);
      segment[name] = value;
    } else if (name === 'len' || name === 'win' || name === 'port') {
      if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
        throw new EditError(text, `"${word}" must be a whole number up to 65535`);
      segment[name === 'len' ? 'length' : name === 'win' ? 'window' : 'port'] = Number(value);
    } else if (name === 'from') {
      if (parseAddress(value)?.family !== 4) throw new EditError(text, `"${word}" must be an IPv4 address`);
      segment.address = value;
    } else throw new EditError(text, `no "${word}", expected seq=, ack=, len=, win=, port=, from= or conn=`);
  }
  return { do: 'inject', to, segment, when, ...connection };
}

const PLAIN_CALLS = ['connect', 'read', 'shutdown', 'close', 'abort', 'keepalive'] as const;
const HOST_CALLS = ['listen', 'unlisten', 'accept', 'crash', 'reboot'] as const;

function call(text: string, end: End, words: string[]): Step {
  const name = words.shift() ?? '';
  const when = timeOf(text, words.pop());
  const connection = connectionOf(text, words);
  const action = callAction(text, end, name, words, connection);
  if (words.length > 0) throw new EditError(text, `unexpected "${words[0]}"`);
  return { ...action, when };
}

function callAction(
  text: string,
  end: End,
  name: string,
  words: string[],
  connection: { connection?: number },
): Action {
  if (name === 'write') {
    const what = words.shift() ?? '';
    if (/^"[^"]*"$/.test(what)) return { do: 'write', end, what: what.slice(1, -1), ...connection };
    if (/^\d{1,8}$/.test(what)) return { do: 'write', end, what: Number(what), ...connection };
    throw new EditError(text, `write what? Expected a number of octets or a text in quotes, not "${what}"`);
  }
  const plain = PLAIN_CALLS.find((known) => known === name);
  if (plain !== undefined) return { do: plain, end, ...connection };
  const ofHost = HOST_CALLS.find((known) => known === name);
  if (ofHost !== undefined) return { do: ofHost, end };
  throw new EditError(
    text,
    `an end does not "${name}"; expected write, ${PLAIN_CALLS.join(', ')}, ${HOST_CALLS.join(', ')}`,
  );
}

// Rules as text, for tests, the command line and people:
//
//   drop SYN+ACK#1            the first segment with SYN and ACK
//   drop FIN#2 b->a           the second segment with FIN from b to a
//   delay ACK#3 200ms         the third pure ACK, 200 ms more
//   dup data#1 x2             two extra copies of the first segment with text
//   corrupt data#1,3 octet 40 | corrupt any#5 bit 300 | corrupt data#2 (a random bit)
//   mark data#3               the third is marked CE (RFC 3168), if it is ECN-capable
//   hold data#4-              from the fourth on, until released
//
// Selectors: SYN (without ACK), ACK (nothing else, no text), any other control bit or sum of bits
// (all of them set, others do not matter), data (text of at least one octet), tcp, udp, icmp, any. A sum is written
// as people write it: SYN+ACK, SYN,ACK, SYN-ACK, SYNACK, in small letters, too.

import { ACK, FIN, parseControl, RST, SYN } from '../wire/index.ts';
import type { DirectionName, PacketInfo } from './packet.ts';
import type { Corruption, Nth, RuleAction, WireRule } from './rules.ts';

/** The text of a rule that cannot be understood; the message names the word and what was expected. */
export class RuleError extends Error {
  readonly code = 'ERR_WIRE_RULE';
  /** The whole text. */
  readonly text: string;

  constructor(text: string, problem: string) {
    super(`rule "${text}": ${problem}`);
    this.name = 'RuleError';
    this.text = text;
  }
}

const VERBS = 'drop, delay, dup, corrupt, mark or hold';
const SELECTORS =
  'SYN, SYN+ACK, ACK, FIN, RST, PSH, URG, ECE, CWR (or a sum such as FIN+ACK), data, tcp, udp, icmp or any';

const NAMED = new Map<string, (p: PacketInfo) => boolean>(
  Object.entries({
    any: () => true,
    tcp: (p: PacketInfo) => p.tcp !== null,
    udp: (p: PacketInfo) => p.isUdp,
    icmp: (p: PacketInfo) => p.isIcmp,
    data: (p: PacketInfo) => (p.tcp?.textLen ?? 0) > 0,
    SYN: (p: PacketInfo) => p.tcp !== null && (p.tcp.ctl & (SYN | ACK)) === SYN,
    ACK: (p: PacketInfo) =>
      p.tcp !== null && (p.tcp.ctl & (SYN | FIN | RST | ACK)) === ACK && p.tcp.textLen === 0,
  }),
);

/** The predicate of a selector, null if there is no such one. */
function selector(word: string): ((p: PacketInfo) => boolean) | null {
  const upper = word.toUpperCase();
  const named = NAMED.get(upper) ?? NAMED.get(word.toLowerCase());
  if (named !== undefined) return named;
  const bits = parseControl(word);
  if (bits === null) return null;
  return (p) => p.tcp !== null && (p.tcp.ctl & bits) === bits;
}

function ordinal(text: string, what: string): Nth {
  const one = (digits: string): number => {
    const n = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    if (n === 0)
      throw new RuleError(text, `"#${what}" must be a number from 1, a list (1,3) or a range (2-5, 2-)`);
    return n;
  };
  const range = /^([^-,]+)-([^-,]*)$/.exec(what);
  if (range !== null) {
    const from = one(range[1] as string);
    if (range[2] === '') return { from };
    const to = one(range[2] as string);
    if (to < from) throw new RuleError(text, `the range "#${what}" ends before it begins`);
    return { from, to };
  }
  const list = what.split(',').map(one);
  return list.length === 1 ? (list[0] as number) : list;
}

const UNITS = new Map(Object.entries({ us: 1, µs: 1, μs: 1, ms: 1000, s: 1_000_000 }));

/** Words of a rule, taken one by one. */
class Words {
  readonly text: string;
  readonly #words: string[];

  constructor(text: string) {
    this.text = text;
    this.#words = text.trim().split(/\s+/);
  }

  next(): string | undefined {
    return this.#words.shift();
  }

  /** Takes the next word if it is `wanted`. */
  accept(wanted: string): boolean {
    if (this.#words[0]?.toLowerCase() !== wanted) return false;
    this.#words.shift();
    return true;
  }

  get first(): string | undefined {
    return this.#words[0];
  }

  fail(problem: string): never {
    throw new RuleError(this.text, problem);
  }
}

function direction(words: Words, ends: readonly [string, string]): DirectionName | undefined {
  const word = words.first?.replace('→', '->');
  if (word?.includes('->') !== true) return undefined;
  words.next();
  const [a, b] = ends;
  if (word === `${a}->${b}` || word === 'a->b') return 'a->b';
  if (word === `${b}->${a}` || word === 'b->a') return 'b->a';
  return words.fail(`no direction "${word}", expected ${a}->${b} or ${b}->${a}`);
}

function duration(words: Words): number {
  const word = words.next();
  const found = /^(\d+(?:\.\d+)?)(us|µs|μs|ms|s)$/.exec(word ?? '');
  if (found === null)
    words.fail(`delay needs a time such as 200ms, 1.5s or 30us, not "${word ?? 'nothing'}"`);
  return Math.round(Number(found[1]) * (UNITS.get(found[2] as string) as number));
}

function copies(words: Words): number {
  const word = words.first;
  if (word === undefined || !/^x/i.test(word)) return 1;
  words.next();
  const n = /^x\d{1,4}$/i.test(word) ? Number(word.slice(1)) : 0;
  if (n === 0) words.fail(`"${word}" must be x1, x2, …: the number of extra copies`);
  return n;
}

function corruption(words: Words): Corruption {
  for (const unit of ['bit', 'octet'] as const) {
    if (!words.accept(unit)) continue;
    const word = words.next();
    if (word === undefined || !/^\d{1,7}$/.test(word)) {
      words.fail(
        `${unit} needs a number, counted from 0 at the packet's first octet, not "${word ?? 'nothing'}"`,
      );
    }
    return unit === 'bit' ? { bit: Number(word) } : { octet: Number(word) };
  }
  return 'random';
}

function action(verb: string, words: Words): RuleAction {
  switch (verb) {
    case 'drop':
      return { drop: true };
    case 'hold':
      return { hold: true };
    case 'mark':
      return { mark: true };
    case 'delay':
      return { delayUs: duration(words) };
    case 'dup':
      return { duplicate: copies(words) };
    default:
      return { corrupt: corruption(words) };
  }
}

/**
 * The rule that `text` describes: verb, selector with optional #n, and then, in any order, a
 * direction and what the verb needs. `ends` are the names of the wire's ends.
 * @throws RuleError
 */
export function parseRule(text: string, ends: readonly [string, string] = ['a', 'b']): WireRule {
  const words = new Words(text);
  const verb = words.next()?.toLowerCase() ?? '';
  if (!['drop', 'delay', 'dup', 'corrupt', 'mark', 'hold'].includes(verb)) {
    words.fail(`expected ${VERBS}, not "${verb}"`);
  }
  const what = words.next() ?? words.fail(`${verb} what? Expected ${SELECTORS}`);
  const hash = what.indexOf('#');
  const name = hash < 0 ? what : what.slice(0, hash);
  const match = selector(name) ?? words.fail(`no selector "${name}", expected ${SELECTORS}`);
  const nth = hash < 0 ? undefined : ordinal(text, what.slice(hash + 1));
  let way = direction(words, ends);
  const act = action(verb, words);
  way ??= direction(words, ends);
  const rest = words.next();
  if (rest !== undefined) words.fail(`unexpected "${rest}"`);
  return {
    match,
    action: act,
    text: text.trim(),
    ...(nth === undefined ? {} : { nth }),
    ...(way === undefined ? {} : { direction: way }),
  };
}

// What each claim is held against: the section of an RFC, a run on Linux (a test that plays the same with the kernel of
// this machine), and a search of all that can happen.

import { readFileSync } from 'node:fs';
import { whyQuestions } from '../../src/lab/check/why/index.ts';
import type { Claim } from '../../src/lab/claims/index.ts';
import type { Lang, Text } from '../../src/lab/text/index.ts';
import type { Trace } from '../../src/lab/trace.ts';

const LADDERS = readFileSync(new URL('../kernel/ladders.test.ts', import.meta.url), 'utf8');

/** Scenarios of which a test compares the ladder with the kernel's. */
const ladders: ReadonlySet<string> = new Set(
  [...LADDERS.matchAll(/\bid: '([\w-]+)'/g)].map(([, id]) => id as string),
);

/** Scenarios of which the kernel passes a packet script: what its programs are told, and what it sends. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  acceptq: 'accept-queue-full',
  'ack3-data': 'data-completes-handshake',
  'late-data-rst': 'broken-pipe',
  'unread-rst': 'close-unread',
  'ooo-fin': 'fin-out-of-order',
  'fw2-orphan': 'fin-wait-2-linger',
  'blind-rst': 'reset-in-window',
  'syn-lost': 'syn-retransmission',
  keepalive: 'keep-alive',
};

/** Sections that a text names: `§3.10.7.4`, `RFC 1337`. */
function sectionsOf(text: string): string[] {
  const own = [...text.matchAll(/sections? ((?:\d+(?:\.\d+)*(?:, | and )?)+)/g)].flatMap(([, list = '']) =>
    (list.match(/\d+(?:\.\d+)*/g) ?? []).map((section) => `§${section}`),
  );
  const others = [...text.matchAll(/RFC (\d{3,5})/g)].map(([whole]) => whole);
  return [...new Set([...own, ...others.filter((name) => name !== 'RFC 9293')])];
}

/** What a claim is held against, by kind. */
export interface Held {
  readonly rfc: readonly string[];
  readonly linux: readonly string[];
  readonly search: string | null;
}

/** `trace` is the run that decides it, `event` the event. */
export function heldAgainst(claim: Claim, trace: Trace, event: number): Held {
  const ofRule = (trace.events[event]?.changes ?? []).flatMap(({ section }) =>
    section === null
      ? []
      : [/^\d/.test(section) ? `§${section.split(/[ ,]/)[0]}` : (/RFC \d+/.exec(section)?.[0] ?? '')],
  );
  const named = sectionsOf(claim.truth.en);
  const script = SCRIPTS[claim.scenario];
  const rules = trace.scenario?.rules;
  const plain = (claim.edits ?? []).length === 0 && claim.rules === undefined;
  return {
    rfc: named.length > 0 ? named : [...new Set(ofRule.filter((name) => name !== ''))],
    linux: !plain
      ? []
      : [
          ...(ladders.has(claim.scenario) ? [`[ladder](../test/kernel/ladders.test.ts)`] : []),
          ...(script === undefined ? [] : [`[${script}](../test/drill/kernel/${script}.pkt)`]),
        ],
    search: whyQuestions.find(({ mutant }) => mutant === rules)?.id ?? null,
  };
}

export const HELD_WORDS = {
  title: { en: 'What each claim is held against', zh: '每个说法各与什么核对' },
  intro: {
    en: 'The run of the stack decides every claim. Besides: the section that says it; the same run, or what its programs are told, on the Linux kernel of the machine that runs the tests; and, for a TCP without a rule, the search of everything that can happen (`synfin why`).',
    zh: '每个说法都由协议栈的运行判定。此外：写明它的 RFC 章节；在运行测试的机器上，由 Linux 内核跑同一场景，或核对程序得到的结果；缺少某条规则的 TCP 则穷尽搜索一切可能的经过（`synfin why`）。',
  },
  head: {
    en: '| # | Claim | | Held against: RFC 9293, or another | Linux run | Search |',
    zh: '| # | 说法 | | 核对依据：RFC 9293 或其他 RFC | Linux 运行 | 搜索 |',
  },
} as const satisfies Record<string, Text>;

/** A row of the table. */
export function heldRow(sign: string, text: string, number: number, held: Held): string {
  const search = held.search === null ? '' : `[why ${held.search}](proof.md#why-${held.search})`;
  return `| ${number} | ${text} | ${sign} | ${held.rfc.join(', ')} | ${held.linux.join(', ')} | ${search} |`;
}

/** The link to the proof in a language. */
export function localised(row: string, lang: Lang): string {
  return lang === 'zh' ? row.replace('proof.md#', 'proof.zh-CN.md#') : row;
}

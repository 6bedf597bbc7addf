// For tests: a small world of two scenarios, run by the real engine.

import { playScenario, type Scenario } from '../../lab/index.ts';
import { beginning, opened, type TuiModel, type TuiWorld } from './model.ts';
import { update } from './update.ts';

const text = (en: string, zh: string): { en: string; zh: string } => ({ en, zh });

const handshake: Scenario = {
  id: 'opening',
  group: 'open',
  title: text('Three segments', '三个报文段'),
  question: text('How is a connection opened?', '连接是怎样建立的？'),
  explanation: text('SYN, SYN,ACK, ACK.', '先 SYN，再 SYN,ACK，最后 ACK。'),
  notice: [text('Both ends are ESTABLISHED.', '两端都进入 ESTABLISHED。')],
  linux: text('The same.', '相同。'),
  setup: {},
  steps: [{ do: 'connect', end: 'left', when: 0 }],
  untilMs: 10_000,
};

const closing: Scenario = {
  ...handshake,
  id: 'ending',
  group: 'close',
  title: text('Four segments', '四次挥手'),
  question: text('How does it end?', '它怎样结束？'),
  notice: [],
  steps: [
    { do: 'connect', end: 'left', when: 0 },
    { do: 'write', end: 'left', what: 'hello', when: 100 },
    { do: 'shutdown', end: 'left', when: 200 },
    { do: 'shutdown', end: 'right', when: 400 },
  ],
  untilMs: 90_000,
};

/** The two scenarios, the opening and the ending of a connection. */
export const world: TuiWorld = {
  scenarios: [handshake, closing],
  run(scenario, edits) {
    const { trace, edits: acted } = playScenario(scenario, { edits });
    return { trace, unmatched: acted.filter((edit) => edit.acted === 0).map((edit) => edit.text) };
  },
  find: (words) => (words.includes('finish') ? ['ending'] : []),
  explain: (trace, at, lang) => [`${lang} explanation of event ${at} of ${trace.events.length}`],
};

/** The model after keys. */
export function keys(model: TuiModel, ...names: readonly string[]): TuiModel {
  return names.reduce((next, key) => update(next, key, world), model);
}

/** A text as keys. */
export function letters(words: string): string[] {
  return [...words];
}

/** The list. */
export const list = beginning('en');

/** The opening of a connection, opened. */
export const open = opened(list, world, handshake);

/** The ending, opened. */
export const end = opened(list, world, closing);

import { describe, expect, test } from 'vitest';
import {
  DROP_COUNT,
  Drop,
  type Drop as DropReason,
  dropName,
  stateName,
  transitions,
} from '../../tcp/index.ts';
import { parametersOf, type Text } from '../text/index.ts';
import { beliefTexts } from './beliefs.ts';
import { dropTexts, explainDrop } from './drops.ts';
import { eventTexts } from './event-texts.ts';
import { fieldsById } from './fields.ts';
import { terms } from './glossary.ts';
import { knowledgeTexts } from './knowledge.ts';
import { explainRule, RULE_PARAMETERS, ruleTexts } from './rules.ts';
import { sentTexts } from './sent-texts.ts';
import { states } from './states.ts';
import { summaryTexts } from './summary.ts';
import { queueFields, tcbFields } from './tcb-fields.ts';
import { duration, listed, octets, phrase, say } from './text.ts';

/** Every text of the folder, with a name to find it by. */
function everyText(): [string, Text][] {
  const all: [string, Text][] = [];
  const tables = { beliefTexts, eventTexts, knowledgeTexts, ruleTexts, summaryTexts };
  for (const [table, texts] of Object.entries(tables)) {
    for (const [key, text] of Object.entries(texts)) all.push([`${table} ${key}`, text]);
  }
  for (const [key, { what, why }] of Object.entries(sentTexts)) {
    all.push([`sent ${key} what`, what], [`sent ${key} why`, why]);
  }
  for (const [key, { name, text }] of Object.entries(dropTexts)) {
    all.push([`drop ${key} name`, name], [`drop ${key}`, text]);
  }
  for (const { id, name, meaning } of fieldsById.values()) all.push([`${id} name`, name], [id, meaning]);
  for (const { id, name, definition } of terms) all.push([`term ${id}`, name], [`term ${id}`, definition]);
  for (const { path, meaning } of [...tcbFields, ...queueFields]) all.push([`tcb ${path}`, meaning]);
  for (const { rfc, waitsFor, meaning, belief } of Object.values(states)) {
    all.push([`${rfc} waits`, waitsFor], [`${rfc} meaning`, meaning], [`${rfc} belief`, belief]);
  }
  return all;
}

describe('the texts', () => {
  const texts = everyText();

  test.each(texts)('%s: both languages, with the same parameters', (_name, { en, zh }) => {
    expect(en).not.toBe('');
    expect(zh).not.toBe('');
    expect(parametersOf(zh)).toEqual(parametersOf(en));
  });

  test('a Chinese sentence is Chinese, ends with a Chinese stop, and has no Latin comma between Chinese', () => {
    const sentence = (zh: string): boolean => zh.length > 12;
    for (const [name, { en, zh }] of texts) {
      if (/[.]$/.test(en) && sentence(zh)) expect([name, zh]).toEqual([name, expect.stringMatching(/[。]$/)]);
      expect([name, zh]).not.toEqual([name, expect.stringMatching(/[\u4e00-\u9fff][,;:?!][\u4e00-\u9fff]/)]);
    }
  });

  test('an English sentence has one stop at its end, and no Chinese but the names of terms in brackets', () => {
    for (const [name, { en }] of texts) {
      expect([name, en]).not.toEqual([name, expect.stringMatching(/[\u4e00-\u9fff](?![^(]*\))/)]);
      expect([name, en]).not.toEqual([name, expect.stringMatching(/\.\.| {2}/)]);
    }
  });
});

test('half-open is said of nothing but a connection that one end has forgotten', () => {
  for (const [name, { en }] of everyText()) {
    if (/half-?open/i.test(en)) expect(name).toMatch(/noteHalfOpen|why-crash|term half-open/);
  }
});

describe('every row of the transition table', () => {
  const filled = { me: 'the server', peer: 'the client', to: 'X' };

  test.each(transitions.map((row) => [row.name, stateName(row.from)] as const))(
    '%s from %s has its sentence in both languages, with nothing left to fill in',
    (name, from) => {
      for (const lang of ['en', 'zh'] as const) {
        const sentence = explainRule(name, from, lang, filled);
        expect(sentence).not.toBeNull();
        expect(sentence).not.toMatch(/[{}]/);
      }
    },
  );

  test('no sentence is for a row that does not exist', () => {
    for (const key of Object.keys(ruleTexts)) {
      const [name, from] = key.split('@');
      const rows = transitions.filter((row) => row.name === name);
      expect([key, rows.length > 0]).toEqual([key, true]);
      if (from !== undefined) expect(rows.map((row) => stateName(row.from))).toContain(from);
    }
    expect(explainRule('no-such-row', 'CLOSED', 'en', filled)).toBeNull();
  });

  test('they use only the parameters that are given', () => {
    for (const { en } of Object.values(ruleTexts)) {
      for (const name of parametersOf(en)) expect(RULE_PARAMETERS).toContain(name);
    }
  });
});

describe('every reason for a discard', () => {
  const names = Object.values(Drop).map((reason) => dropName(reason as DropReason));

  test('there are as many as the engine has, and a damaged segment', () => {
    expect(names).toHaveLength(DROP_COUNT);
    expect(Object.keys(dropTexts).sort()).toEqual([...names, 'checksum'].sort());
  });

  test.each(names)('%s has its sentence in both languages', (name) => {
    const params = { me: 'the server', peer: 'the client', flags: 'RST' };
    expect(explainDrop(name, 'en', params)).toMatch(/^[A-Z][^{}]+\.$/);
    expect(explainDrop(name, 'zh', params)).toMatch(/^[^{}]+。$/);
  });

  test('a reason that nobody knows is shown by its name', () => {
    expect(explainDrop('gremlins', 'en', {})).toBe('gremlins');
  });
});

describe('filling in', () => {
  const text = { en: '{me} waits', zh: '{me}等待' };

  test('an English sentence begins with a capital letter, a phrase does not', () => {
    expect(say(text, 'en', { me: 'the server' })).toBe('The server waits');
    expect(phrase(text, 'en', { me: 'the server' })).toBe('the server waits');
    expect(say(text, 'en', { me: 'synfin' })).toBe('synfin waits');
    expect(say(text, 'zh', { me: '服务器' })).toBe('服务器等待');
  });

  test('no space stands between Chinese and Chinese', () => {
    expect(
      say({ en: '', zh: '发送 {n} 探测 {flags}（再次） 之后' }, 'zh', { n: '1 个字节', flags: 'ACK' }),
    ).toBe('发送 1 个字节探测 ACK（再次）之后');
  });

  test('what is not given stays visible', () => {
    expect(say(text, 'en')).toBe('{me} waits');
  });

  test('counts, times and lists as people write them', () => {
    expect([octets(1, 'en'), octets(2, 'en'), octets(2, 'zh')]).toEqual(['1 octet', '2 octets', '2 个字节']);
    expect([620, 1500, 60_000, 240_000].map((ms) => duration(ms, 'en'))).toEqual([
      '620 ms',
      '1.5 s',
      '60 s',
      '4 min',
    ]);
    expect(listed(['a', 'b', 'c'], 'en')).toBe('a, b and c');
    expect(listed(['甲', '乙'], 'zh')).toBe('甲和乙');
    expect(listed(['甲', 'ACK'], 'zh')).toBe('甲 和 ACK');
  });
});

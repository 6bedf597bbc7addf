// Links, ghosts and texts of the page: what needs no browser.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { playScenario, scenarios } from '../../src/lab/index.ts';
import { messageKeys, t } from '../../web/messages.ts';
import { parseTrace } from '../../web/parts/file-drop.ts';
import {
  decodePlace,
  encodePlace,
  LONGEST,
  PermalinkError,
  type Place,
  START,
} from '../../web/state/codec.ts';
import { divergence, ghostOf } from '../../web/state/ghost.ts';
import { lang } from '../../web/state/lab.ts';

const id = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const places: fc.Arbitrary<Place> = fc.record({
  view: fc.constantFrom('lab' as const, 'quiz' as const),
  scenario: fc.option(id),
  edits: fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 8 }),
  lang: fc.option(fc.constantFrom('en' as const, 'zh' as const)),
  cursor: fc.option(fc.integer({ min: -1, max: 99_999 })),
  connection: fc.integer({ min: 0, max: 255 }),
  seed: fc.option(fc.integer({ min: 0, max: 4_294_967_295 })),
  mslMs: fc.option(fc.integer({ min: 1, max: 120_000 })),
  delayMs: fc.option(fc.integer({ min: 0, max: 5_000 })),
  rules: fc.option(id),
  embed: fc.boolean(),
});

describe('links', () => {
  test('what was written is read', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(decodePlace(encodePlace(place))).toEqual(place);
      }),
    );
  });

  test('form 1, as it was first given away', () => {
    expect(decodePlace('#1/ack3-lost?c=12&l=zh&e=drop+any%233+left-%3Eright&s=7')).toEqual({
      ...START,
      scenario: 'ack3-lost',
      cursor: 12,
      lang: 'zh',
      edits: ['drop any#3 left->right'],
      seed: 7,
    });
    expect(decodePlace('')).toEqual({ ...START, view: 'home' });
    expect(decodePlace('#embed')).toEqual({ ...START, embed: true });
  });

  test('anything else is a PermalinkError that names the piece, and nothing else is thrown', () => {
    expect(() => decodePlace('2/hs')).toThrow(new PermalinkError('version', '2'));
    expect(() => decodePlace('1/hs?c=-2')).toThrow(new PermalinkError('number', 'c=-2'));
    expect(() => decodePlace('1/%')).toThrow(PermalinkError);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          decodePlace(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PermalinkError);
        }
      }),
    );
  });

  test('ten changes fit into a link of 2 kB', () => {
    const edits = Array.from(
      { length: 10 },
      (_, i) => `inject right SYN,ACK seq=rcv.nxt+${i} ack=snd.nxt ${i * 100}ms`,
    );
    const link = encodePlace({
      ...START,
      scenario: 'simultaneous-close',
      edits,
      cursor: 1234,
      lang: 'zh',
      seed: 4_294_967_295,
    });
    expect(link.length).toBeLessThan(LONGEST);
  });
});

describe('ghosts', () => {
  const scenario = scenarios[0];
  if (scenario === undefined) throw new Error('no scenarios');
  const plain = playScenario(scenario).trace;
  const changed = playScenario(scenario, { edits: ['drop any#2 left->right'] }).trace;

  test('begin with the first event that is not the same', () => {
    const at = divergence(plain, changed);
    expect(changed.events[at]).toMatchObject({ kind: 'lost', reason: 'rule' });
    expect(plain.events.slice(0, at)).toEqual(changed.events.slice(0, at));
    expect(ghostOf(plain, changed)?.from).toBe(at);
  });

  test('the same run leaves none', () => {
    expect(ghostOf(plain, playScenario(scenario).trace)).toBeNull();
  });
});

describe('a file that is dropped', () => {
  const scenario = scenarios[0];
  if (scenario === undefined) throw new Error('no scenarios');
  const trace = playScenario(scenario).trace;

  test('is a trace as it was exported', () => {
    expect(parseTrace(JSON.stringify(trace))).toEqual(trace);
  });

  test.each([
    [{ version: 1 }, 'version: 2'],
    [{ begin: { left: 'CLOSED', right: 'OPEN' } }, 'begin'],
    [{ connections: [] }, 'connections'],
    [{ events: [{ ...trace.events[0], kind: 'seen' }] }, 'events[0].kind'],
    [{ events: [{ ...trace.events[0], connection: 7 }] }, 'events[0].connection'],
    [{ events: [{ ...trace.events.find(({ kind }) => kind === 'sent'), segment: {} }] }, 'events[0].segment'],
    [{ events: [{ ...trace.events[0], states: { left: 'X', right: 'LISTEN' } }] }, 'events[0].states'],
  ])('%j: what is wrong is named', (change, words) => {
    expect(() => parseTrace(JSON.stringify({ ...trace, ...change }))).toThrow(words);
  });

  test('no JSON', () => {
    expect(() => parseTrace('SYN')).toThrow('JSON');
  });
});

test('every text is there in both languages, with the same holes', () => {
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([hole]) => hole).sort();
  for (const key of messageKeys) {
    lang.value = 'en';
    const en = t(key);
    lang.value = 'zh';
    const zh = t(key);
    expect(en, key).not.toBe('');
    expect(zh, key).not.toBe('');
    expect(holes(zh), key).toEqual(holes(en));
  }
  lang.value = 'en';
});

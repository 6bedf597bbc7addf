import { describe, expect, test } from 'vitest';
import { DeckError, deckState, emptyDeck, type Grade, graded, nextQuestion, parseDeck } from './index.ts';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ids = ['a', 'b', 'c'];

describe('when a question is asked again', () => {
  test('new ones come in order; one that was answered badly comes again within minutes, before them', () => {
    let deck = emptyDeck();
    expect(nextQuestion(deck, ids, NOW)).toBe('a');
    deck = graded(deck, 'a', 'again', NOW);
    expect(nextQuestion(deck, ids, NOW)).toBe('b');
    expect(deck.reviews['a']?.due).toBeLessThanOrEqual(NOW + 10 * MINUTE);
    expect(nextQuestion(deck, ids, NOW + 10 * MINUTE)).toBe('a');
  });

  test('the better the answer, the later it comes', () => {
    const due = (grade: Grade): number => {
      const first = graded(emptyDeck(), 'a', 'good', NOW);
      const second = graded(first, 'a', 'good', NOW + 10 * MINUTE);
      return (graded(second, 'a', grade, NOW + 3 * DAY).reviews['a']?.due ?? 0) - NOW - 3 * DAY;
    };
    expect(due('again')).toBeLessThan(DAY);
    expect(due('hard')).toBeGreaterThanOrEqual(DAY);
    expect(due('good')).toBeGreaterThan(due('hard'));
    expect(due('easy')).toBeGreaterThan(due('good'));
  });

  test('answered well again and again, the pauses grow; forgotten, it begins anew', () => {
    let deck = emptyDeck();
    let at = NOW;
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      deck = graded(deck, 'a', 'good', at);
      const due = deck.reviews['a']?.due ?? 0;
      pauses.push(due - at);
      at = due;
    }
    expect([...pauses].sort((x, y) => x - y)).toEqual(pauses);
    expect(pauses.at(-1)).toBeGreaterThan(20 * DAY);
    deck = graded(deck, 'a', 'again', at);
    expect(deck.reviews['a']).toMatchObject({ lapses: 1, stage: 'relearning' });
    expect((deck.reviews['a']?.due ?? 0) - at).toBeLessThan(DAY);
  });

  test('the same answers at the same times give the same deck', () => {
    const play = () => graded(graded(emptyDeck(), 'a', 'hard', NOW), 'a', 'easy', NOW + DAY);
    expect(play()).toEqual(play());
  });

  test('a deck knows what is new, due and later; nothing is left to ask when all is later', () => {
    let deck = emptyDeck();
    expect(deckState(deck, ids, NOW)).toEqual({ fresh: 3, due: 0, later: 0, nextDue: null });
    for (const id of ids) deck = graded(deck, id, 'easy', NOW);
    deck = graded(deck, 'elsewhere', 'again', NOW);
    const { fresh, due, later, nextDue } = deckState(deck, ids, NOW);
    expect([fresh, due, later]).toEqual([0, 0, 3]);
    expect(nextDue).toBe(deck.reviews['a']?.due);
    expect(nextQuestion(deck, ids, NOW)).toBeNull();
    expect(nextQuestion(deck, ids, nextDue ?? 0)).toBe('a');
  });
});

describe('a deck as text', () => {
  test('comes back as it was', () => {
    const deck = graded(graded(emptyDeck(), 'a', 'again', NOW), 'b', 'good', NOW);
    expect(parseDeck(JSON.stringify(deck))).toEqual(deck);
  });

  test.each([
    ['', 'it is no JSON'],
    ['[]', 'it is no interview state'],
    ['{"format":"synfin-interview","version":2}', 'it is of version 2, not 1'],
    ['{"format":"synfin-interview","version":1}', 'it has no reviews'],
    ['{"format":"synfin-interview","version":1,"reviews":{"a":{"due":1}}}', 'the review of "a" is damaged'],
    [
      '{"format":"synfin-interview","version":1,"reviews":{"a":{"due":1e300,"last":1,"stability":1,"difficulty":1,"reps":1,"lapses":0,"step":0,"stage":"review"}}}',
      'the review of "a" is damaged',
    ],
  ])('%j is none: %s', (text, problem) => {
    expect(() => parseDeck(text)).toThrow(DeckError);
    expect(() => parseDeck(text)).toThrow(problem);
  });
});

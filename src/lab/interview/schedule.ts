// When a question is asked again: what was answered badly soon, what was answered well later. FSRS decides (ts-fsrs, without
// its dice); here are only pure functions on plain data, so that a file and a browser's storage can keep it.

import { type Card, createEmptyCard, fsrs, Rating, State } from 'ts-fsrs';

/** How somebody marks an own answer. */
export type Grade = 'again' | 'hard' | 'good' | 'easy';

/** All grades, the worst first. */
export const GRADES: readonly Grade[] = ['again', 'hard', 'good', 'easy'];

/** What is remembered of a question that was answered. Times are milliseconds since 1970; see FSRS for the rest. */
export interface Review {
  /** When it is to be asked again. */
  readonly due: number;
  /** When it was answered last. */
  readonly last: number;
  /** Days in which the probability to remember falls to 90 %. */
  readonly stability: number;
  /** 1 to 10. */
  readonly difficulty: number;
  readonly reps: number;
  readonly lapses: number;
  readonly stage: 'learning' | 'review' | 'relearning';
  /** How far it is in the steps of learning. */
  readonly step: number;
}

/** All that is remembered: plain JSON. */
export interface ReviewDeck {
  readonly format: 'synfin-interview';
  readonly version: 1;
  /** By the id of the question. */
  readonly reviews: Readonly<Record<string, Review>>;
}

/** How a deck stands. */
export interface DeckState {
  /** Questions that were never answered. */
  readonly fresh: number;
  /** Questions whose time has come. */
  readonly due: number;
  /** Questions whose time will come. */
  readonly later: number;
  /** When the next of those comes, milliseconds since 1970; null if there is none. */
  readonly nextDue: number | null;
}

/** A text that is no deck. */
export class DeckError extends Error {
  readonly code = 'ERR_LAB_DECK';

  constructor(problem: string) {
    super(problem);
    this.name = 'DeckError';
  }
}

const STAGES = { learning: State.Learning, review: State.Review, relearning: State.Relearning } as const;
const RATINGS = { again: Rating.Again, hard: Rating.Hard, good: Rating.Good, easy: Rating.Easy } as const;

const scheduler = fsrs({ enable_fuzz: false });

/** A deck of nothing. */
export function emptyDeck(): ReviewDeck {
  return { format: 'synfin-interview', version: 1, reviews: {} };
}

function cardOf(review: Review | undefined, now: Date): Card {
  if (review === undefined) return createEmptyCard(now);
  const { due, last, stability, difficulty, reps, lapses, stage, step } = review;
  return {
    ...createEmptyCard(now),
    due: new Date(due),
    last_review: new Date(last),
    stability,
    difficulty,
    reps,
    lapses,
    state: STAGES[stage],
    learning_steps: step,
  };
}

function reviewOf(
  { due, stability, difficulty, reps, lapses, state, learning_steps }: Card,
  last: number,
): Review {
  const stage =
    state === State.Review ? 'review' : state === State.Relearning ? 'relearning' : ('learning' as const);
  return { due: due.getTime(), last, stability, difficulty, reps, lapses, stage, step: learning_steps };
}

/** The deck after an answer at `now`, milliseconds since 1970. */
export function graded(deck: ReviewDeck, id: string, grade: Grade, now: number): ReviewDeck {
  const date = new Date(now);
  const { card } = scheduler.next(cardOf(deck.reviews[id], date), date, RATINGS[grade]);
  return { ...deck, reviews: { ...deck.reviews, [id]: reviewOf(card, now) } };
}

/** The id to ask now: of those whose time has come the one that waits longest, else the first that is new; else null. */
export function nextQuestion(deck: ReviewDeck, ids: readonly string[], now: number): string | null {
  const due = ids
    .flatMap((id) => {
      const review = deck.reviews[id];
      return review !== undefined && review.due <= now ? [{ id, due: review.due }] : [];
    })
    .sort((a, b) => a.due - b.due)[0];
  return due?.id ?? ids.find((id) => deck.reviews[id] === undefined) ?? null;
}

/** How a deck stands, of these questions. */
export function deckState(deck: ReviewDeck, ids: readonly string[], now: number): DeckState {
  const times = ids.flatMap((id) => deck.reviews[id]?.due ?? []);
  const later = times.filter((due) => due > now);
  return {
    fresh: ids.length - times.length,
    due: times.length - later.length,
    later: later.length,
    nextDue: later.length === 0 ? null : Math.min(...later),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NUMBERS = ['due', 'last', 'stability', 'difficulty', 'reps', 'lapses', 'step'] as const;

function isReview(value: unknown): value is Review {
  return (
    isRecord(value) &&
    NUMBERS.every((name) => Number.isFinite(value[name])) &&
    Math.abs(value['due'] as number) < 8.64e15 &&
    Math.abs(value['last'] as number) < 8.64e15 &&
    typeof value['stage'] === 'string' &&
    Object.hasOwn(STAGES, value['stage'])
  );
}

/**
 * The deck of a text, as `JSON.stringify` made it.
 * @throws DeckError
 */
export function parseDeck(text: string): ReviewDeck {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DeckError('it is no JSON');
  }
  if (!isRecord(value) || value['format'] !== 'synfin-interview')
    throw new DeckError('it is no interview state');
  if (value['version'] !== 1) throw new DeckError(`it is of version ${String(value['version'])}, not 1`);
  const { reviews } = value;
  if (!isRecord(reviews)) throw new DeckError('it has no reviews');
  for (const [id, review] of Object.entries(reviews))
    if (!isReview(review)) throw new DeckError(`the review of "${id}" is damaged`);
  return { format: 'synfin-interview', version: 1, reviews: reviews as Record<string, Review> };
}

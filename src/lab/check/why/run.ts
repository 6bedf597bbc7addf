// Answers a question by two searches of the real engine: without the rule, until its property is broken, and with
// the rule, to the end. It runs in slices, so that a command line and a page in a worker can drive it alike, and
// what it finds is plain data.

import { rfc9293 } from '../../../tcp/index.ts';
import { mutantNamed } from '../../mutants/index.ts';
import type { Scenario } from '../../scenario/index.ts';
import type { Text } from '../../text/index.ts';
import {
  configNamed,
  type ModelConfig,
  type ModelOptions,
  type PropertyName,
  type StoryData,
  TcpModel,
} from '../model/index.ts';
import { replayOf } from '../replay/index.ts';
import { type Progress, Search, type SearchResult } from '../search/index.ts';
import type { WhyQuestion } from './question.ts';
import { modelText, PROPERTY_TEXTS } from './texts.ts';
import { toldStory } from './told.ts';

/** What one search has found. */
export interface WhySearch {
  /** `exhausted`: everything within the model's bounds was explored. `bounded`: the limit of states came first. */
  readonly outcome: 'exhausted' | 'violated' | 'bounded';
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of the shortest stories; when violated: of the counterexample. */
  readonly depth: number;
  /** Milliseconds; 0 without a clock. */
  readonly ms: number;
}

/** The answer to a question. */
export interface WhyAnswer {
  readonly question: string;
  readonly mutant: string;
  readonly rule: Text;
  readonly section: string;
  /** Name of the model, and what it explores. */
  readonly model: string;
  readonly about: Text;
  readonly property: PropertyName;
  readonly says: Text;
  readonly withRule: WhySearch;
  readonly without: WhySearch;
  /** A counterexample: the shortest, or the one that everyone tells (`WhyQuestion.told`); null when none was found. */
  readonly story: StoryData | null;
  /** Steps of the story where it is not the shortest; else null. */
  readonly told: number | null;
  /** It as a scenario of the lab, which the ordinary simulator plays. */
  readonly scenario: Scenario | null;
}

/** How far the searches are. */
export interface WhyProgress extends Progress {
  readonly phase: 'without' | 'with';
}

/** How a question is answered. */
export interface WhyOptions {
  /** A clock, milliseconds: for the times only. */
  readonly now?: () => number;
  /** States that a search may store. Default 3 million. */
  readonly maxStates?: number;
  /** Octets that a search may hold. Default 512 MiB. */
  readonly maxBytes?: number;
}

/** What the ids of counterexamples begin with. */
export const WHY_PREFIX = 'why-';

const MOST_STATES = 3_000_000;
const MOST_BYTES = 512 << 20;

/** The model in which a question is answered. */
export function whyModel({ mutant, model }: WhyQuestion): ModelConfig {
  return { ...configNamed(mutantNamed(mutant).config), ...model };
}

/** A question being answered. */
export class WhyRun {
  readonly question: WhyQuestion;
  readonly #options: WhyOptions;
  readonly #config: ModelConfig;
  readonly #model: ModelOptions;
  readonly #without: Search;
  #with: Search | null = null;
  #spent = { without: 0, with: 0 };

  constructor(question: WhyQuestion, options: WhyOptions = {}) {
    this.question = question;
    this.#options = options;
    this.#config = whyModel(question);
    const { rules, unbounded, property } = mutantNamed(question.mutant);
    this.#model = { rules, unbounded: unbounded === true, properties: [property] };
    this.#without = this.#search(this.#model);
  }

  /** Searches on for about so many transitions; true when both searches are over. */
  step(transitions: number): boolean {
    if (!this.#timed('without', this.#without, transitions)) return false;
    this.#with ??= this.#search({
      properties: this.#model.properties ?? [],
      rules: mutantNamed(this.question.mutant).base ?? rfc9293,
    });
    return this.#timed('with', this.#with, transitions);
  }

  /** How far it is. */
  progress(): WhyProgress {
    const phase = this.#with === null ? 'without' : 'with';
    return { phase, ...(this.#with ?? this.#without).progress() };
  }

  /** Searches without the rule only; what is found, as a scenario. */
  counterexample(): Scenario | null {
    this.#without.run();
    return this.#counterexample(this.#without.result())?.scenario ?? null;
  }

  /** The answer, once both searches are over. */
  answer(): WhyAnswer {
    const { question } = this;
    const { rule, section, property } = mutantNamed(question.mutant);
    const without = this.#without.result();
    const { story = null, scenario = null } = this.#counterexample(without) ?? {};
    return {
      question: question.id,
      mutant: question.mutant,
      rule,
      section,
      model: this.#config.id,
      about: question.about ?? modelText(this.#config.id, this.#config.about),
      property,
      says: PROPERTY_TEXTS[property],
      withRule: this.#summary('with', (this.#with ?? this.#without).result()),
      without: this.#summary('without', without),
      story,
      told: story === null || question.told === undefined ? null : question.told.length,
      scenario,
    };
  }

  #counterexample(result: SearchResult) {
    const shortest = result.violations.find(({ count }) => count > 0)?.story;
    if (shortest === undefined) return null;
    const { question } = this;
    const { property } = mutantNamed(question.mutant);
    const found =
      question.told === undefined ? shortest : toldStory(this.#config, this.#model, question.told, property);
    const words = {
      id: WHY_PREFIX + question.id,
      group: question.group,
      title: question.title,
      question: question.question,
      explanation: question.answer,
      notice: question.notice,
      keywords: question.aliases,
    };
    return replayOf(this.#config, this.#model, found, words, question.mutant);
  }

  #search(model: ModelOptions): Search {
    const { maxStates = MOST_STATES, maxBytes = MOST_BYTES } = this.#options;
    return new Search(new TcpModel(this.#config, model), {
      memory: 'compact',
      graph: false,
      maxStates,
      maxBytes,
    });
  }

  #timed(phase: 'with' | 'without', search: Search, transitions: number): boolean {
    const { now } = this.#options;
    const began = now?.() ?? 0;
    const over = search.run(transitions);
    if (now !== undefined) this.#spent[phase] += now() - began;
    return over;
  }

  #summary(phase: 'with' | 'without', result: SearchResult): WhySearch {
    const { outcome, states, transitions, depth } = result;
    const story = result.violations.find(({ count }) => count > 0)?.story;
    return {
      outcome: outcome === 'running' ? 'bounded' : outcome,
      states,
      transitions,
      depth: story?.actions.length ?? depth,
      ms: this.#spent[phase],
    };
  }
}

/**
 * The counterexample of a question alone, as a scenario: what the shorter of the two searches finds, in well under a
 * second. null: there is none.
 */
export function counterexampleOf(question: WhyQuestion): Scenario | null {
  return new WhyRun(question).counterexample();
}

/** Answers a question at once. */
export function answerWhy(question: WhyQuestion, options: WhyOptions = {}): WhyAnswer {
  const run = new WhyRun(question, options);
  run.step(Number.POSITIVE_INFINITY);
  return run.answer();
}

// Turns a text into tokens: spellings of one thing, in both languages, become the same tokens, the longest spelling
// first; of what is left, words stay words and Chinese is cut into pairs of characters.

import { NOISE, SYNONYMS } from './synonyms.ts';
import { isHan, stem, unitsOf } from './units.ts';

/** A step of the tree of spellings. */
interface Step {
  readonly next: Map<string, Step>;
  /** The tokens of what is spelled so far; null: nothing ends here. */
  tokens: readonly string[] | null;
}

const root: Step = { next: new Map(), tokens: null };

function add(units: readonly string[], tokens: readonly string[]): void {
  let step = root;
  for (const unit of units) {
    let next = step.next.get(unit);
    if (next === undefined) {
      next = { next: new Map(), tokens: null };
      step.next.set(unit, next);
    }
    step = next;
  }
  step.tokens ??= tokens;
}

/** Every Latin word of the spellings, as it is written there. */
export const spelledWords: ReadonlySet<string> = new Set(
  SYNONYMS.flatMap((row) => row.flatMap((text) => text.split(/[^a-z0-9]+/))).filter((word) => word !== ''),
);

for (const [meaning = '', ...spellings] of SYNONYMS) {
  const tokens = meaning.split(' ').map(stem);
  for (const spelling of [meaning, ...spellings]) {
    const units = unitsOf(spelling);
    add(units, tokens);
    // time wait is also written timewait.
    if (units.length > 1 && units.length < 4 && !units.some(isHan))
      add([stem(spelling.replace(/[^a-z0-9]/g, ''))], tokens);
  }
}
for (const word of NOISE) add(unitsOf(word), []);

/** The longest spelling that begins at a unit: its tokens, and how many units it has. */
function spelledAt(
  units: readonly string[],
  at: number,
): { tokens: readonly string[]; length: number } | null {
  let step: Step | undefined = root;
  let found: { tokens: readonly string[]; length: number } | null = null;
  for (let i = at; i < units.length; i++) {
    step = step.next.get(units[i] as string);
    if (step === undefined) break;
    if (step.tokens !== null) found = { tokens: step.tokens, length: i - at + 1 };
  }
  return found;
}

/** The tokens of a text, in their order. */
export function tokensOf(text: string): string[] {
  const units = unitsOf(text);
  const tokens: string[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length === 1) tokens.push(run[0] as string);
    for (let i = 1; i < run.length; i++) tokens.push(`${run[i - 1]}${run[i]}`);
    run = [];
  };
  for (let at = 0; at < units.length; ) {
    const unit = units[at] as string;
    const spelled = spelledAt(units, at);
    if (spelled !== null) {
      endRun();
      tokens.push(...spelled.tokens);
      at += spelled.length;
    } else {
      if (isHan(unit)) run.push(unit);
      else {
        endRun();
        tokens.push(unit);
      }
      at += 1;
    }
  }
  endRun();
  return tokens;
}

// The languages of all texts, and how parameters get into them: `{name}` is replaced by a parameter, and
// `{name|1 segment|# segments}` by one of two forms. State names, flags and the variables of the RFC are the standard's and
// are not translated.

/** The languages. */
export type Lang = 'en' | 'zh';

/** A text in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** Values for the `{name}`s of a text. */
export type Params = Readonly<Record<string, string | number>>;

const NAME = /\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}/g;

/**
 * A text with its parameters, as `shown` shows each; a name without one stays as it is. Of two forms the first is for a count
 * of 1, and `#` in the second stands for the count.
 */
export function fill(text: string, params: Params, shown: (value: string) => string = String): string {
  return text.replace(NAME, (whole, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    const said = shown(String(value));
    if (one === undefined || many === undefined) return said;
    return value === 1 ? one : many.replaceAll('#', said);
  });
}

/** The parameters that a text names, in order of the alphabet, each once. */
export function parametersOf(text: string): string[] {
  return [...new Set([...text.matchAll(NAME)].map((match) => match[1] as string))].sort();
}

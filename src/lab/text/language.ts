// The languages of all texts, and how parameters get into them: `{name}` is replaced by a parameter. State names, flags
// and the variables of the RFC are the standard's and are not translated.

/** The languages. */
export type Lang = 'en' | 'zh';

/** A text in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** Values for the `{name}`s of a text. */
export type Params = Readonly<Record<string, string | number>>;

const NAME = /\{(\w+)\}/g;

/** A text with its parameters, as `shown` shows each; a name without one stays as it is. */
export function fill(text: string, params: Params, shown: (value: string) => string = String): string {
  return text.replace(NAME, (whole, name: string) => shown(String(params[name] ?? whole)));
}

/** The parameters that a text names, in order of the alphabet, each once. */
export function parametersOf(text: string): string[] {
  return [...new Set([...text.matchAll(NAME)].map((match) => match[1] as string))].sort();
}

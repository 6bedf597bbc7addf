// Texts from outside (names, scripts, changes, what was sent) on a terminal or a page.

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text from outside, in one line that a terminal only shows: control characters (ECMA-48), line separators and
 * signs that turn the direction of writing become `\x1b` and the like.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

// User-defined words: `--define=SYM=value` in a script, `-D SYM=value` on a command line. Where the word
// stands in the script its value is read instead: a word or number, a string, or a shell command.

import type { Define } from '../ast.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads `SYM=value`, `SYM="text"` or ``SYM=`command` ``; a string saying what is wrong when it is not that.
 */
export function parseDefine(text: string): Define | string {
  const equals = text.indexOf('=');
  if (equals < 0) return `expected NAME=VALUE after --define, found '${text}'`;
  const name = text.slice(0, equals);
  if (!NAME.test(name)) return `'${name}' cannot be the name of a definition`;
  const value = text.slice(equals + 1);
  const quote = value[0];
  if (quote === '"' || quote === '`') {
    if (value.length < 2 || !value.endsWith(quote))
      return `unterminated ${quote} in the definition of ${name}`;
    return { name, kind: quote === '"' ? 'string' : 'command', text: value.slice(1, -1) };
  }
  if (value === '' || /[\s"`]/.test(value)) return `expected a word, a number or a quoted text for ${name}`;
  return { name, kind: 'word', text: value };
}

/** `SYM=value` again, as `parseDefine` reads it. */
export function formatDefine(define: Define): string {
  if (define.kind === 'string') return `${define.name}="${define.text}"`;
  if (define.kind === 'command') return `${define.name}=\`${define.text}\``;
  return `${define.name}=${define.text}`;
}

/** By name; what comes later in the arguments wins. */
export function defineTable(...lists: readonly (readonly Define[])[]): Map<string, Define> {
  const table = new Map<string, Define>();
  for (const list of lists) for (const define of list) table.set(define.name, define);
  return table;
}

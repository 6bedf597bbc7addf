// How options stand in a help text: names beside their explanations, in 80 columns, in both languages.

import { type Lang, textWidth, wrapText } from '../lab/text/index.ts';

/** Columns. */
const WIDTH = 80;

/** A text in both languages. */
export type Both = Readonly<Record<Lang, string>>;

/** One option as the help shows it. */
export interface OptionHelp {
  /** `--peer WHO`. */
  readonly option: string;
  readonly text: Both;
}

/** Options that every command has. */
export const commonOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--lang en|zh',
    text: {
      en: 'language. Default: from LC_ALL, LC_MESSAGES, LANG',
      zh: '语言。默认：取自 LC_ALL、LC_MESSAGES、LANG',
    },
  },
  { option: '--help', text: { en: 'this text', zh: '显示本帮助' } },
];

/** The lines of options, without an end of line. */
export function optionLines(options: readonly OptionHelp[], lang: Lang): string {
  const column = Math.max(...options.map(({ option }) => textWidth(option))) + 4;
  const lines = options.map(({ option, text }) => {
    const [first = '', ...rest] = wrapText(text[lang], WIDTH - column);
    return [`  ${option.padEnd(column - 2)}${first}`, ...rest.map((line) => ' '.repeat(column) + line)].join(
      '\n',
    );
  });
  return lines.join('\n');
}

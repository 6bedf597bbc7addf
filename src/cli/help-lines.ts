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

/** Options of every command that draws a ladder: how it is drawn. */
export const ladderOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--absolute',
    text: { en: 'sequence numbers as they are on the wire', zh: '显示线路上的原始序列号' },
  },
  {
    option: '--[no-]ascii',
    text: {
      en: 'draw with ASCII only. Default: when the locale is not UTF-8',
      zh: '只用 ASCII 字符绘制。默认：区域设置不是 UTF-8 时',
    },
  },
  {
    option: '--plain',
    text: {
      en: 'for logs: one line an event instead of the drawing, no colour',
      zh: '用于日志：不画图，每个事件一行，无颜色',
    },
  },
  {
    option: '--[no-]color',
    text: {
      en: 'colour by state. Default: on a terminal, unless NO_COLOR is set',
      zh: '按状态着色。默认：在终端上，且未设置 NO_COLOR',
    },
  },
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

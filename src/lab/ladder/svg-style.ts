// The style sheet of a ladder: shapes once, colours by theme. A file has the colours themselves, a page variables.

import type { Tone } from './rows.ts';
import { fonts, type Phase, type Tokens, tokens } from './tokens.ts';

const PHASE_NAMES: readonly Phase[] = ['none', 'opening', 'open', 'closing', 'waiting'];
const HUES: Readonly<Record<Tone, keyof Tokens>> = {
  syn: 'opening',
  fin: 'closing',
  rst: 'bad',
  data: 'open',
  ack: 'ink2',
};

/** What does not depend on colours. */
const SHAPES = `
.sf text{font-family:${fonts.mono};white-space:pre}
.sf text.sans,.sf text.who{font-family:${fonts.sans}}
.sf .who,.sf .b{font-weight:600}
.sf .st{font-weight:700}
.sf .future,.sf .ahead{opacity:.28}
.sf .way,.sf .hit,.sf .casing,.sf .bracket,.sf .elapsed,.sf .idle,.sf .cut,.sf .edge,.sf .rule,.sf .chevron,.sf .dots,.sf .ring,.sf .ring-chosen,.sf .ghost-line{fill:none}
.sf .way{stroke-width:2.25;stroke-linecap:round}
.sf .l-ack.way{stroke-width:1.6}
.sf .dense .way{stroke-width:1.2}
.sf .chevron{stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.sf .casing{stroke-width:7}
.sf [data-again] .way{stroke-dasharray:9 5;stroke-linecap:butt}
.sf [data-injected] .way{stroke-dasharray:9 3 2 3;stroke-linecap:butt}
.sf [data-copy]:not([data-copy="0"]) .way{stroke-dasharray:2 4}
.sf .dots{stroke-width:1.4;stroke-dasharray:1.4 3.6}
.sf .idle{stroke-width:1.2;stroke-dasharray:1.2 5}
.sf .ghost-line{stroke-width:1.3;stroke-dasharray:1.5 5;stroke-linecap:round}
.sf .lost{fill:none;stroke-width:2.75;stroke-linecap:round}
.sf .mark{fill:none;stroke-width:2}
.sf .bracket{stroke-width:1.4}
.sf .stopped{stroke-dasharray:3 3}
.sf .elapsed{stroke-width:4}
.sf .cut{stroke-width:1.2}
.sf .ring{stroke-width:1.2;opacity:.5}
.sf .ring-chosen{stroke-width:1.75}
.sf .halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
`;

/** The colours of shapes and texts; `of` says how a colour is written. */
function coloured(of: (name: keyof Tokens) => string): string {
  const lines = [
    `.sf .ground,.sf .paper{fill:${of('paper')}}`,
    `.sf .raised{fill:${of('raised')}}`,
    `.sf .badwash{fill:${of('badwash')}}`,
    `.sf text{fill:${of('ink')}}`,
    `.sf .halo,.sf .casing{stroke:${of('paper')}}`,
    `.sf .rule{stroke:${of('line')}}`,
    `.sf .edge,.sf .idle,.sf .ghost-line{stroke:${of('edge')}}`,
    `.sf .cut{stroke:${of('ink2')}}`,
    `.sf .mark,.sf .ring-chosen{stroke:${of('ink')}}`,
    `.sf .lost,.sf .o-bad{stroke:${of('bad')}}`,
    `.sf .open-head{fill:${of('paper')}}`,
  ];
  for (const phase of PHASE_NAMES)
    lines.push(
      `.sf .f-${phase},.sf text.f-${phase}{fill:${of(phase)}}`,
      `.sf .o-${phase}{stroke:${of(phase)}}`,
    );
  for (const [tone, hue] of Object.entries(HUES))
    lines.push(`.sf .f-${tone},.sf text.f-${tone}{fill:${of(hue)}}`, `.sf .l-${tone}{stroke:${of(hue)}}`);
  lines.push(
    `.sf .dim,.sf text.dim,.sf text.later{fill:${of('ink2')}}`,
    `.sf .bad,.sf text.bad{fill:${of('bad')}}`,
    `.sf text.bad.later{fill:${of('ink2')}}`,
    `.sf text.onhue{fill:${of('onhue')}}`,
  );
  return lines.join('\n');
}

/** The style sheet for a theme; 'auto' follows what the reader prefers. */
export function styleSheet(theme: 'auto' | 'light' | 'dark'): string {
  const of = (name: 'light' | 'dark'): string => coloured((token) => tokens[name][token]);
  if (theme !== 'auto') return `${SHAPES}${of(theme)}\n`;
  return `${SHAPES}${of('light')}\n@media (prefers-color-scheme:dark){\n${of('dark')}\n}\n`;
}

/** Marks that Latin and Chinese share, and that are wide in Chinese fonts only. */
const MARKS = 'U+B7,U+2014,U+2018-2019,U+201C-201D,U+2026';
const LATIN = ['Segoe UI', 'Helvetica Neue', 'Noto Sans', 'Ubuntu', 'Cantarell', 'DejaVu Sans', 'Arial'];
const LATIN_SERIF = ['Georgia', 'Noto Serif', 'DejaVu Serif', 'Liberation Serif', 'Times New Roman'];
const CHINESE = [
  'PingFang SC',
  'Microsoft YaHei UI',
  'Microsoft YaHei',
  'Source Han Sans SC',
  'Noto Sans CJK SC',
];
const CHINESE_SERIF = ['Songti SC', 'Source Han Serif SC', 'Noto Serif CJK SC', 'SimSun'];

/** The fonts as variables of a page: quotation marks and dashes are those of its language. */
export function fontVariables(): string {
  const face = (name: string, of: readonly string[]): string =>
    `@font-face{font-family:"${name}";src:${of.map((one) => `local("${one}")`).join(',')};unicode-range:${MARKS}}`;
  const { sans, serif, mono } = fonts;
  return (
    face('synfin-latin', LATIN) +
    face('synfin-latin-serif', LATIN_SERIF) +
    face('synfin-zh', CHINESE) +
    face('synfin-zh-serif', CHINESE_SERIF) +
    `:root{--sans:"synfin-latin",${sans};--serif:"synfin-latin-serif",${serif};--mono:${mono}}` +
    `:root:lang(zh){--sans:"synfin-zh",${sans};--serif:"synfin-zh-serif",${serif}}`
  );
}

/** The style sheet of ladders in a page whose colours are the variables `--paper`, `--ink`… */
export function pageStyleSheet(): string {
  return `${SHAPES}${coloured((token) => `var(--${token})`)}\n`;
}

/** The tokens of a theme as declarations of variables. */
export function tokenVariables(theme: 'light' | 'dark'): string {
  return Object.entries(tokens[theme])
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

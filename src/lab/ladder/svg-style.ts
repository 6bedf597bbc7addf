// The colours of a ladder as a picture, light and dark, and its style sheet. Every text colour has a contrast
// of at least 4.5 to its ground (WCAG 2.2 AA); what a colour says is also said by a shape or a word.

import type { StateName } from '../../tcp/index.ts';
import type { Tone } from './rows.ts';

/** The part of a connection's life that a state belongs to. */
export type Phase = 'none' | 'opening' | 'open' | 'closing' | 'waiting';

/** The phase of each state. */
export const PHASES: Readonly<Record<StateName, Phase>> = {
  CLOSED: 'none',
  LISTEN: 'none',
  'SYN-SENT': 'opening',
  'SYN-RECEIVED': 'opening',
  ESTABLISHED: 'open',
  'FIN-WAIT-1': 'closing',
  'FIN-WAIT-2': 'closing',
  'CLOSE-WAIT': 'closing',
  CLOSING: 'closing',
  'LAST-ACK': 'closing',
  'TIME-WAIT': 'waiting',
};

/** Colours of a theme, `#rrggbb`. */
export type Palette = Readonly<
  Record<Phase | Tone | 'ground' | 'text' | 'dim' | 'rule' | 'band' | 'bad', string>
>;

/** Colours on white, and on near-black. */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    ground: '#ffffff',
    text: '#1f2430',
    dim: '#5b6472',
    rule: '#d5dae2',
    band: '#f3f5f8',
    none: '#656d7b',
    opening: '#1b62b5',
    open: '#1c7a45',
    closing: '#96580a',
    waiting: '#7a42a6',
    syn: '#1b62b5',
    fin: '#96580a',
    rst: '#bf2430',
    data: '#1c7a45',
    ack: '#4a5362',
    bad: '#bf2430',
  },
  dark: {
    ground: '#14171d',
    text: '#e5e8ee',
    dim: '#9aa4b2',
    rule: '#343b47',
    band: '#1b2028',
    none: '#8d96a4',
    opening: '#6fb3ff',
    open: '#62c98c',
    closing: '#e6ab55',
    waiting: '#c69cf0',
    syn: '#6fb3ff',
    fin: '#e6ab55',
    rst: '#ff7f85',
    data: '#62c98c',
    ack: '#b4bcc8',
    bad: '#ff7f85',
  },
};

const MONO =
  'ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace';
const SANS = 'system-ui,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';

const PHASE_NAMES: readonly Phase[] = ['none', 'opening', 'open', 'closing', 'waiting'];
const TONES: readonly Tone[] = ['syn', 'fin', 'rst', 'data', 'ack'];

/** What does not depend on colours. */
const SHAPES = `
.sf text{font-family:${MONO};white-space:pre}
.sf .sans{font-family:${SANS}}
.sf .b{font-weight:600}
.sf .way{fill:none;stroke-width:1.5}
.sf .other .way{stroke-width:1}
.sf .copy{stroke-dasharray:1.5 3;stroke-linecap:round}
.sf .again{stroke-dasharray:7 4}
.sf .forged{stroke-dasharray:9 3 2 3}
.sf .flying{stroke-dasharray:2 4}
.sf .x{fill:none;stroke-width:2.2;stroke-linecap:round}
.sf .open-head{stroke-width:1.3}
.sf .t{fill:none;stroke-width:1.2}
.sf .halo{paint-order:stroke;stroke-width:3.5px;stroke-linejoin:round}
`;

function coloured(p: Palette): string {
  const lines = [
    `.sf .ground{fill:${p.ground}}`,
    `.sf text{fill:${p.text}}`,
    `.sf .halo{stroke:${p.ground}}`,
    `.sf .dim{fill:${p.dim}}`,
    `.sf .rule{fill:none;stroke:${p.rule}}`,
    `.sf .band{fill:${p.band}}`,
    `.sf .x,.sf .bad-line{stroke:${p.bad}}`,
    `.sf text.bad,.sf .bad{fill:${p.bad}}`,
    `.sf .open-head{fill:${p.ground}}`,
    `.sf .t{stroke:${p.dim}}`,
    `.sf .stripe{stroke:${p.ground}}`,
  ];
  for (const phase of PHASE_NAMES) {
    lines.push(
      `.sf .s-${phase},.sf text.s-${phase}{fill:${p[phase]}}`,
      `.sf .o-${phase}{stroke:${p[phase]}}`,
    );
  }
  for (const tone of TONES) {
    lines.push(`.sf .f-${tone},.sf text.f-${tone}{fill:${p[tone]}}`, `.sf .l-${tone}{stroke:${p[tone]}}`);
  }
  return lines.join('\n');
}

/** The style sheet for a theme; 'auto' follows what the reader prefers. */
export function styleSheet(theme: 'auto' | 'light' | 'dark'): string {
  if (theme !== 'auto') return `${SHAPES}${coloured(palettes[theme])}\n`;
  const dark = `@media (prefers-color-scheme:dark){\n${coloured(palettes.dark)}\n}`;
  return `${SHAPES}${coloured(palettes.light)}\n${dark}\n`;
}

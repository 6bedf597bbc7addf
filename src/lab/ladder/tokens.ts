// The design tokens of the lab: colours, fonts and measures of every picture and page, at one place. Every text colour
// has a contrast of at least 4.5 to its ground (WCAG 2.2 AA); what a colour says is also said by a pattern or a word.

import type { StateName } from '../../tcp/index.ts';

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

/**
 * Colours of a theme, `#rrggbb`: `paper` is the ground, `raised` that of cards and pills, `sunk` that of commands;
 * `line` and `edge` are rules and borders; hues are phases; `bad` is what is lost, reset or broken; `onhue` is text on a hue.
 */
export type Tokens = Readonly<
  Record<
    | Phase
    | 'paper'
    | 'raised'
    | 'sunk'
    | 'line'
    | 'edge'
    | 'ink'
    | 'ink2'
    | 'bad'
    | 'onhue'
    | 'badwash'
    | 'openingwash'
    | 'openwash',
    string
  >
>;

/** The colours, light and dark. */
export const tokens: Readonly<Record<'light' | 'dark', Tokens>> = {
  light: {
    paper: '#fbfaf6',
    raised: '#ffffff',
    sunk: '#f3f1ea',
    line: '#e0dcd0',
    edge: '#8a8678',
    ink: '#1a1e26',
    ink2: '#51555e',
    none: '#676a72',
    opening: '#2353b4',
    open: '#0d6b53',
    closing: '#934d00',
    waiting: '#6b3da0',
    bad: '#b3202c',
    onhue: '#ffffff',
    badwash: '#fbeceb',
    openingwash: '#e9eff9',
    openwash: '#e8f2ee',
  },
  dark: {
    paper: '#14161a',
    raised: '#1c1f25',
    sunk: '#0f1114',
    line: '#30343c',
    edge: '#757b87',
    ink: '#eceae4',
    ink2: '#a8abb3',
    none: '#9a9ea8',
    opening: '#82b1ff',
    open: '#54c8a0',
    closing: '#eeac57',
    waiting: '#c7a3f5',
    bad: '#ff8279',
    onhue: '#12151a',
    badwash: '#33201f',
    openingwash: '#18233a',
    openwash: '#16271f',
  },
};

/** Three voices: serif asks, sans explains, mono is what was on the wire. */
export const fonts = {
  sans: '"Segoe UI Variable Text","Segoe UI",-apple-system,BlinkMacSystemFont,"Inter","Source Sans 3","Noto Sans","PingFang SC","Hiragino Sans GB","Microsoft YaHei UI","Source Han Sans SC","Noto Sans CJK SC",system-ui,sans-serif',
  serif:
    '"Iowan Old Style","Charter","Source Serif 4","Source Serif Pro","Sitka Heading","Cambria","Songti SC","Source Han Serif SC","Noto Serif CJK SC","Noto Serif",Georgia,"Microsoft YaHei UI",serif',
  mono: 'ui-monospace,"SF Mono","Cascadia Mono","Source Code Pro","JetBrains Mono",Menlo,Consolas,"Noto Sans Mono","DejaVu Sans Mono","PingFang SC","Microsoft YaHei UI","Noto Sans Mono CJK SC",monospace',
} as const;

/** What a strand of a lifeline looks like: the pattern is the state of one direction. */
export type Strand = 'none' | 'hollow' | 'rise' | 'full' | 'fall' | 'hair' | 'cross' | 'rungs';

/**
 * The two strands of each state: what this end sends, and what it hears. Rising: asked, not confirmed. Full: open.
 * Falling: closing, not confirmed. Hairline: closed. Crossed: the FINs crossed. Rungs: held for 2 MSL.
 */
export const STRANDS: Readonly<Record<StateName, readonly [Strand, Strand]>> = {
  CLOSED: ['none', 'none'],
  LISTEN: ['none', 'hollow'],
  'SYN-SENT': ['rise', 'none'],
  'SYN-RECEIVED': ['rise', 'full'],
  ESTABLISHED: ['full', 'full'],
  'FIN-WAIT-1': ['fall', 'full'],
  'FIN-WAIT-2': ['hair', 'full'],
  'CLOSE-WAIT': ['full', 'hair'],
  CLOSING: ['cross', 'hair'],
  'LAST-ACK': ['fall', 'hair'],
  'TIME-WAIT': ['rungs', 'rungs'],
};

/** Names of states where there is little room; no two are the same. */
export const NARROW_STATES: Readonly<Record<StateName, string>> = {
  CLOSED: 'CLOSED',
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECEIVED': 'SYN-RCVD',
  ESTABLISHED: 'ESTAB',
  'FIN-WAIT-1': 'FIN-W-1',
  'FIN-WAIT-2': 'FIN-W-2',
  'CLOSE-WAIT': 'CLOSE-W',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-W',
};

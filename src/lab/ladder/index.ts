// The door of the ladder: a trace becomes rows, and rows become a picture; or a layout, and a drawing.

export { cut, textWidth, wrap, wrapText } from '../text/index.ts';
export { timeOf, yOf } from './axis.ts';
export { type DrawView, drawLadder, patterns, type Tense } from './drawing.ts';
export { shortStates } from './glyphs.ts';
export { layoutLadder } from './layout.ts';
export * from './layout-types.ts';
export { escapeMermaid, type MermaidOptions, mermaidLadder } from './mermaid.ts';
export { connectionName } from './outside.ts';
export * from './rows.ts';
export type { Shape } from './shapes.ts';
/** @internal What pages draw themselves. */
export { pillShape, shape } from './shapes.ts';
/** @internal */
export { stateGlyph } from './strands.ts';
export { escapeXml, type SvgOptions, styleSheet, svgLadder, svgOf, xmlOf } from './svg.ts';
/** @internal The look of pages. */
export { fontVariables, pageStyleSheet, tokenVariables } from './svg-style.ts';
export {
  escapeMarkdown,
  type LadderTable,
  ladderTable,
  markdownLadder,
  plainLadder,
  plainLine,
  type TableOptions,
  type TableRow,
  TableRows,
} from './table.ts';
export { TerminalLadder, type TerminalOptions } from './terminal.ts';
export { type TerminalLadderOptions, terminalLadder } from './terminal-ladder.ts';
export {
  fonts,
  NARROW_STATES,
  PHASES,
  type Phase,
  STRANDS,
  type Strand,
  type Tokens,
  tokens,
} from './tokens.ts';

// The door of the ladder: a trace becomes rows, and rows become a picture.

export * from './rows.ts';
export { TerminalLadder, type TerminalOptions } from './terminal.ts';
export { cut, textWidth, wrap, wrapText } from './width.ts';
export type { Lang } from './words.ts';

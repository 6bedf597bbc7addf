// The door of `lab/text`: what all texts have in common.

export { printable } from './printable.ts';
export { charWidth, cut, textWidth, wrap, wrapText } from './width.ts';

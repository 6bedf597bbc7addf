// The door of `lab/text`: what all texts have in common.

export { fill, type Lang, type Params, parametersOf, type Text } from './language.ts';
export { printable } from './printable.ts';
export { charWidth, cut, textWidth, wrap, wrapText } from './width.ts';

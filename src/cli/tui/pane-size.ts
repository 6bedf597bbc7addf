// The room of a pane, and the styles that its lines have.

import { type End, wrapText } from '../../lab/index.ts';

/** The room of a pane. */
export interface PaneSize {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  readonly ascii: boolean;
}

/** SGR parameters. */
export const BOLD = '1';
export const DIM = '2';
export const REVERSE = '7';

export const ENDS: readonly End[] = ['left', 'right'];

/** From this width on two things stand beside each other. */
export const BESIDE = 70;

/** A text in lines as wide as the pane. */
export function wrapped(text: string, { columns }: PaneSize): string[] {
  return text.split('\n').flatMap((line) => wrapText(line, columns));
}

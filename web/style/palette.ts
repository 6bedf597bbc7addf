// The colours of the page are those of the ladder, as variables of the style sheet.

import { palettes } from '../../src/lab/index.ts';

/** An edge of something that can be used must be seen: 3 to 1 against the ground (WCAG 2.2, 1.4.11). */
const EDGES = { light: '#858d99', dark: '#6b7482' };

function variables(theme: 'light' | 'dark'): string {
  const all = Object.entries(palettes[theme]).map(([name, colour]) => `--c-${name}:${colour}`);
  return `:root{color-scheme:${theme};${all.join(';')};--c-edge:${EDGES[theme]}}`;
}

/** Puts the colours into the page. */
export function paint(): void {
  const style = document.createElement('style');
  style.textContent = `${variables('light')}@media(prefers-color-scheme:dark){${variables('dark')}}`;
  document.head.append(style);
}

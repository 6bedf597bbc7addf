// The colours of the page are those of the ladder, as variables of the style sheet.

import { fontVariables, pageStyleSheet, tokenVariables } from '../../src/lab/index.ts';

/** Puts colours, fonts and the look of ladders into the page: the system's theme, or the one that was chosen. */
export function paint(): void {
  const style = document.createElement('style');
  const light = `color-scheme:light;${tokenVariables('light')}`;
  const dark = `color-scheme:dark;${tokenVariables('dark')}`;
  style.textContent =
    `${fontVariables()}:root{${light}}@media(prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}` +
    `:root[data-theme=dark]{${dark}}@media print{:root{${light}}}${pageStyleSheet()}`;
  document.head.prepend(style);
}

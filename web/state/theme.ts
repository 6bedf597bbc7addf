// Light or dark: the system's, or what the reader chose, which the browser remembers.

import { signal } from '@preact/signals';

const KEY = 'synfin-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function remembered(): 'light' | 'dark' | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : null;
  } catch {
    return null;
  }
}

/** null: the system's. */
const chosen = signal(remembered());
const systemDark = signal(system.matches);
system.addEventListener('change', ({ matches }) => {
  systemDark.value = matches;
});

/** Whether the page is dark. */
export function isDark(): boolean {
  return chosen.value === null ? systemDark.value : chosen.value === 'dark';
}

function apply(): void {
  if (chosen.value === null) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen.value;
}

/** The other theme. */
export function switchTheme(): void {
  chosen.value = isDark() ? 'light' : 'dark';
  apply();
  try {
    localStorage.setItem(KEY, chosen.value);
  } catch {
    // A page that may not remember forgets.
  }
}

/** A theme for this page alone: of an embedded one. */
export function setTheme(theme: 'light' | 'dark'): void {
  chosen.value = theme;
  apply();
}

apply();

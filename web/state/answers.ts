// The questions of the lab and the search, as the page has them: a part of its own, which is loaded when somebody first
// searches, or soon after the page is ready.

import { signal } from '@preact/signals';
import type * as finderModule from './finder.ts';
import type { Target } from './finder.ts';

export type { Target } from './finder.ts';

/** The search, once it is loaded. */
export const finder = signal<typeof finderModule | null>(null);
/** The answer that is shown; null: none. */
export const shownAnswer = signal<Target | null>(null);

/** Loads the search. */
export async function loadFinder(): Promise<typeof finderModule> {
  finder.value ??= await import('./finder.ts');
  return finder.value;
}

/** Loads the search when the page has nothing else to do. */
export function loadFinderLater(): void {
  const load = (): void => void loadFinder();
  // Safari has no requestIdleCallback.
  if (typeof requestIdleCallback === 'function') requestIdleCallback(load, { timeout: 2_000 });
  else setTimeout(load, 500);
}

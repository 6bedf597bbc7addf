// Which panels are open. Nothing of it is part of a link.

import { signal } from '@preact/signals';

/** The panels of details, one at a time. */
export const TABS = ['bytes', 'states', 'sockets', 'diff', 'table'] as const;
export type Tab = (typeof TABS)[number];

/** Panels that lie above the page. */
export type Dialog = 'help' | 'inject' | 'delay' | 'export';

export const tab = signal<Tab>('bytes');
export const dialog = signal<Dialog | null>(null);
/** What is searched for in the list. */
export const query = signal('');
/** On narrow pages the list is folded away. */
export const listOpen = signal(false);
/** A short message about something that worked. */
export const notice = signal<string | null>(null);
/** Sequence numbers counted from the ISS, or as they are on the wire. */
export const relative = signal(true);
/** Whether the old future is shown after a change. */
export const ghostShown = signal(true);

const oneColumn = matchMedia('(max-width: 1180px)');
/** Everything stands in one column. */
export const narrow = signal(oneColumn.matches);
oneColumn.addEventListener('change', (event) => {
  narrow.value = event.matches;
});
/** Segments that something beside the ladder points at. */
export const pointed = signal<readonly number[]>([]);
/** Slides: the ladder, large, and what is said of it, and nothing else. */
export const slides = signal(false);

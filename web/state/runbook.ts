// Which runbook is read.

import { signal } from '@preact/signals';

/** null, or none of the known ones: the list of all. */
export const runbookId = signal<string | null>(null);

/** Shows a runbook, or the list. */
export function showRunbook(id: string | null): void {
  runbookId.value = id;
}

// Which question of the interview is asked.

import { signal } from '@preact/signals';

/** null, or none of the known ones: the one whose turn it is. */
export const interviewId = signal<string | null>(null);

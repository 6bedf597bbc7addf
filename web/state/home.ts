// The first page: one question, its run, and nothing else chosen.

import { batch } from '@preact/signals';
import * as lab from './lab.ts';

/** What the first page shows. */
export const HERO = 'ack3-lost';

/** Shows the first page. */
export function goHome(): void {
  batch(() => {
    lab.openScenario(HERO);
    lab.embed.value = false;
    lab.view.value = 'home';
  });
}

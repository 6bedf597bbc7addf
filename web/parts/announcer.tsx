// Says each step to a screen reader, in the words of the explanation.

import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { playing } from '../state/play.ts';
import { explanationNow } from './explanation.tsx';
import { timeText } from './time.ts';

/** The live text of each step; quiet while the page plays by itself, but for the end of it. */
export function Announcer() {
  const event = lab.event.value;
  const explained = explanationNow.value;
  const text =
    event === null || explained === null
      ? t('nothingYet')
      : `${timeText(event.t)}: ${explained.what} ${lab.trace.value.ends.left.name} ${event.states.left}, ${lab.trace.value.ends.right.name} ${event.states.right}.`;
  return (
    <div class="unseen" aria-live="polite" aria-atomic="true" id="live">
      {playing.value ? '' : text}
    </div>
  );
}

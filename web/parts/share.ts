// A link to what is shown.

import { say, t } from '../messages.ts';
import { encodePlace, LONGEST } from '../state/codec.ts';
import * as lab from '../state/lab.ts';
import { trouble } from '../state/lab.ts';
import { notice } from '../state/panels.ts';
import { placeNow } from '../state/route.ts';

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something for a while. */
export function tell(text: string): void {
  notice.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (notice.value = null), 4_000);
}

/** The whole address of what is shown. */
export function linkNow(): string {
  return `${location.href.replace(/#.*$/s, '')}#${encodePlace(placeNow())}`;
}

/** Puts the link into the clipboard; into the address bar at least. */
export async function copyLink(): Promise<void> {
  const fragment = encodePlace(placeNow());
  if (fragment.length > LONGEST) {
    trouble.value = t('shareLong', { n: fragment.length });
    return;
  }
  try {
    await navigator.clipboard.writeText(linkNow());
    tell(t('shared'));
  } catch {
    history.replaceState(null, '', `#${fragment}`);
    tell(t('shareFailed'));
  }
}

/** Puts the answer into the clipboard, as a text that names its link. */
export async function cite(): Promise<void> {
  const { title, explanation } = lab.scenario.value;
  try {
    await navigator.clipboard.writeText(`${say(title)}\n\n${say(explanation)}\n\nsynfin: ${linkNow()}`);
    tell(t('cited'));
  } catch {
    tell(t('shareFailed'));
  }
}

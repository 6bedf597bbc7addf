// A link to what is shown.

import { t } from '../messages.ts';
import { encodePlace, LONGEST } from '../state/codec.ts';
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

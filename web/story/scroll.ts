// A story is told by scrolling, too: which of its cards is told is where the page is scrolled to, and a card that is gone to
// by a key or a button is scrolled to. One formula has both, so that neither undoes the other.

import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Where on the screen a card begins to be told, as shares of its height: at the top of the page, and more at its end. */
const LINE = { wide: [0.3, 0.4], narrow: [0.53, 0.14] } as const;
/** From here on the ladder stands beside the cards, not above them. */
const WIDE = '(min-width: 981px)';
/** Until when a scroll of ours is over, milliseconds, where the browser does not say so. */
const SETTLED_MS = 900;

/** Scrolled so far, each card is told, pixels from the top of the page; it may be less than nothing. */
function places(cards: readonly Element[]): number[] {
  const [from, more] = LINE[matchMedia(WIDE).matches ? 'wide' : 'narrow'];
  const most = Math.max(1, document.documentElement.scrollHeight - innerHeight);
  return cards.map(
    (card) =>
      (card.getBoundingClientRect().top + scrollY - innerHeight * from) / (1 + (innerHeight * more) / most),
  );
}

/** Keeps the step that is told and what the page is scrolled to in step. */
export function useScrolledSteps(
  list: RefObject<HTMLElement | null>,
  at: number,
  go: (step: number) => void,
): void {
  /** The step that was scrolled to, so that nothing scrolls for it; and until when scrolling is ours. */
  const scrolled = useRef(at === 0 ? 0 : -1);
  const ours = useRef(0);
  useEffect(() => {
    const cards = () => [...(list.current?.children ?? [])];
    let asked = 0;
    const look = () => {
      asked = 0;
      if (performance.now() < ours.current) return;
      const step = Math.max(
        0,
        places(cards()).findLastIndex((y) => y <= scrollY + 1),
      );
      if (step === scrolled.current) return;
      scrolled.current = step;
      go(step);
    };
    const onScroll = () => {
      if (asked === 0) asked = requestAnimationFrame(look);
    };
    const onEnd = () => {
      ours.current = 0;
    };
    addEventListener('scroll', onScroll, { passive: true });
    addEventListener('scrollend', onEnd);
    return () => {
      removeEventListener('scroll', onScroll);
      removeEventListener('scrollend', onEnd);
      cancelAnimationFrame(asked);
    };
  }, []);
  useEffect(() => {
    if (scrolled.current === at) return;
    const first = scrolled.current < 0;
    scrolled.current = at;
    const all = places([...(list.current?.children ?? [])]);
    const [here = 0, next = here + 80] = all.slice(at, at + 2);
    const still = first || matchMedia('(prefers-reduced-motion: reduce)').matches;
    const top = Math.max(0, here + Math.min(24, (next - here) / 2));
    if (Math.abs(top - scrollY) < 2) return;
    ours.current = performance.now() + (still ? 60 : SETTLED_MS);
    scrollTo({ top, behavior: still ? 'instant' : 'smooth' });
  }, [at]);
}

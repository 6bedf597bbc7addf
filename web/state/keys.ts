// The keyboard: the same keys as in the terminal's viewer.

import { batch } from '@preact/signals';
import * as lab from './lab.ts';
import { dialog, ghostShown, listOpen, notice, query, relative, slides, tab } from './panels.ts';
import { step, togglePlay } from './play.ts';
import { startPrediction } from './predict.ts';
import { goToStep, stepIndex } from './story.ts';

/** A key, and the message that says what it does. */
export interface Key {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly what:
    | 'key_step'
    | 'key_segment'
    | 'key_ends'
    | 'key_play'
    | 'key_drop'
    | 'key_delay'
    | 'key_duplicate'
    | 'key_corrupt'
    | 'key_inject'
    | 'key_undo'
    | 'key_diff'
    | 'key_filter'
    | 'key_bytes'
    | 'key_table'
    | 'key_numbers'
    | 'key_ghost'
    | 'key_predict'
    | 'key_slides'
    | 'key_language'
    | 'key_help'
    | 'key_close';
  readonly act: (key: string) => void;
}

/** A change to the segment that is looked at. */
export function changeSegment(verb: 'drop' | 'dup' | 'corrupt'): void {
  const sent = lab.sentOf(lab.segmentId.value);
  const name = sent === null ? null : lab.nameOf(sent);
  if (name !== null) lab.addEdit(`${verb} ${name}`);
}

/** Marks the segment for comparison; the second time ends it. */
export function toggleCompare(): void {
  const id = lab.segmentId.value;
  batch(() => {
    lab.compared.value = lab.compared.value === null ? id : null;
    tab.value = 'diff';
  });
}

/** The other language; everything else stays where it is. */
export function switchLanguage(): void {
  lab.lang.value = lab.lang.value === 'en' ? 'zh' : 'en';
}

function closeAll(): void {
  const menu = lab.menuOf.value;
  if (menu !== null) document.querySelector<SVGElement>(`.arrow[data-id="${menu}"]`)?.focus();
  batch(() => {
    dialog.value = null;
    lab.menuOf.value = null;
    lab.trouble.value = null;
    notice.value = null;
    listOpen.value = false;
    slides.value = false;
  });
}

/** Puts the focus into the search field: at once, or what is typed next would be keys of the lab. */
function toFilter(): void {
  const field = document.getElementById('filter');
  if (field !== null) field.focus();
  else requestAnimationFrame(() => document.getElementById('filter')?.focus());
}

/** All keys, in the order in which the help lists them. */
export const KEYS: readonly Key[] = [
  {
    keys: ['ArrowLeft', 'ArrowRight'],
    shown: '← →',
    what: 'key_step',
    act: (key) => {
      const by = key === 'ArrowLeft' ? -1 : 1;
      if (lab.view.value === 'story') goToStep(stepIndex.value + by);
      else step(by);
    },
  },
  {
    keys: ['n', 'N'],
    shown: 'n N',
    what: 'key_segment',
    act: (key) => step(key === 'N' ? -1 : 1, 'segment'),
  },
  {
    keys: ['Home', 'End'],
    shown: 'Home End',
    what: 'key_ends',
    act: (key) => lab.goTo(key === 'Home' ? -1 : Number.POSITIVE_INFINITY),
  },
  { keys: [' '], shown: 'Space', what: 'key_play', act: togglePlay },
  { keys: ['d'], shown: 'd', what: 'key_drop', act: () => changeSegment('drop') },
  {
    keys: ['D'],
    shown: 'D',
    what: 'key_delay',
    act: () => {
      dialog.value = 'delay';
    },
  },
  { keys: ['u'], shown: 'u', what: 'key_duplicate', act: () => changeSegment('dup') },
  { keys: ['c'], shown: 'c', what: 'key_corrupt', act: () => changeSegment('corrupt') },
  {
    keys: ['i'],
    shown: 'i',
    what: 'key_inject',
    act: () => {
      dialog.value = 'inject';
    },
  },
  { keys: ['z', 'Backspace'], shown: 'z', what: 'key_undo', act: lab.undo },
  { keys: ['x'], shown: 'x', what: 'key_diff', act: toggleCompare },
  {
    keys: ['r'],
    shown: 'r',
    what: 'key_bytes',
    act: () => {
      tab.value = 'bytes';
    },
  },
  {
    keys: ['t'],
    shown: 't',
    what: 'key_table',
    act: () => {
      tab.value = 'sockets';
    },
  },
  { keys: ['a'], shown: 'a', what: 'key_numbers', act: switchNumbers },
  { keys: ['g'], shown: 'g', what: 'key_ghost', act: switchGhost },
  { keys: ['p'], shown: 'p', what: 'key_predict', act: startPrediction },
  { keys: ['/'], shown: '/', what: 'key_filter', act: toFilter },
  {
    keys: ['f'],
    shown: 'f',
    what: 'key_slides',
    act: () => {
      slides.value = !slides.value;
    },
  },
  { keys: ['l'], shown: 'l', what: 'key_language', act: switchLanguage },
  {
    keys: ['?'],
    shown: '?',
    what: 'key_help',
    act: () => {
      dialog.value = 'help';
    },
  },
  { keys: ['Escape'], shown: 'Esc', what: 'key_close', act: closeAll },
];

/** Whether a key belongs to the element that has the focus. */
function isTyping(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog[open]') !== null) return key !== 'Escape';
  if (target.matches('input[type="range"]'))
    return key.startsWith('Arrow') || key === 'Home' || key === 'End';
  if (target.matches('input, select, textarea')) return key !== 'Escape';
  if (key === ' ') return target.matches('button, a, summary, [role="button"], [role="tab"]');
  return key.startsWith('Arrow') && target.matches('[role="tab"], [role="menuitem"]');
}

/** From now on keys act. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target, event.key)) return;
    if (event.key === 'Escape' && event.target instanceof HTMLInputElement) {
      query.value = '';
      event.target.blur();
    }
    const key = KEYS.find(({ keys }) => keys.includes(event.key));
    if (key === undefined) return;
    event.preventDefault();
    key.act(event.key);
  });
}

/** Hides the old future, or shows it again. */
export function switchGhost(): void {
  ghostShown.value = !ghostShown.value;
}

/** Switches between numbers counted from the ISS and those on the wire. */
export function switchNumbers(): void {
  relative.value = !relative.value;
}

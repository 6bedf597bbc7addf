// Delaying a segment: by a number, or by dragging its head down.

import type { LadderArrow, LadderLayout } from '../../src/lab/index.ts';
import * as lab from './lab.ts';
import { timeOfPlace } from './picture.ts';

/** Milliseconds that a change already delays a packet by. */
function delayedMs(name: string): number {
  for (const edit of lab.edits.value) {
    const found = /^delay (any#\d+ \S+) (\d+(?:\.\d+)?)ms$/.exec(edit);
    if (found?.[1] === name) return Number(found[2]);
  }
  return 0;
}

/** Milliseconds later that a segment arrives when its head is dragged by `dy`; never before it could. */
export function laterMs(arrow: LadderArrow, layout: LadderLayout, dy: number): number {
  const then = timeOfPlace(layout, arrow.y2);
  const ms = Math.round((timeOfPlace(layout, arrow.y2 + dy) - then) / 1000);
  const sent = lab.sentOf(arrow.id);
  const name = sent === null ? null : lab.nameOf(sent);
  return name === null ? 0 : Math.max(-delayedMs(name), ms);
}

/** Delays the segment by so much more; by less when negative. */
export function delaySegment(id: number, ms: number): void {
  const sent = lab.sentOf(id);
  const name = sent === null ? null : lab.nameOf(sent);
  if (name === null || ms === 0) return;
  const total = Math.max(0, delayedMs(name) + ms);
  const at = lab.edits.value.findIndex((edit) => edit.startsWith(`delay ${name} `));
  if (total > 0) lab.addEdit(`delay ${name} ${total}ms`);
  else if (at >= 0) lab.removeEdit(at);
}

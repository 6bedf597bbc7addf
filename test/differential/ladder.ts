// A sequence with what both stacks did, as text: the peer and the program on the left, what came of it on the
// right, twice where the two differ.

import type { Judgment } from './judge.ts';
import type { Observation } from './player.ts';
import { formatStep, type Sequence } from './sequence.ts';
import { formatSent } from './wire.ts';

function told(o: Observation): string[] {
  const { result, state, unread, unacked, sendWindow, ready } = o;
  const socket = unread === null ? '' : `, unread ${unread}, unacked ${unacked}, window ${sendWindow}`;
  const bits = ready === null ? '' : `, poll 0x${ready.toString(16)}`;
  const returned = result === '' ? [] : [`= ${result}`];
  return [...returned, ...o.sent.map((s) => `-> ${formatSent(s)}`), `${state}${socket}${bits}`];
}

/** Lines of text. */
export function ladder({ family, iss, receiveBuffer, steps }: Sequence, j: Judgment): string[] {
  const lines = [
    `IPv${family}, the peer's ISS ${iss >>> 0}${receiveBuffer === 0 ? '' : `, SO_RCVBUF ${receiveBuffer}`}`,
  ];
  const last = j.unexplained?.at ?? steps.length - 1;
  for (const [i, step] of steps.slice(0, last + 1).entries()) {
    lines.push(step.kind === 'segment' ? `<- ${formatStep(step)}` : formatStep(step));
    const [ours, theirs] = [j.ours[i] as Observation, j.theirs[i] as Observation];
    const [mine, other] = [told(ours), told(theirs)];
    if (i < last && mine.join() === other.join()) lines.push(...mine.map((line) => `      ${line}`));
    else {
      lines.push(...mine.map((line) => `      synfin  ${line}`));
      lines.push(...other.map((line) => `      Linux   ${line}`));
    }
  }
  if (j.unexplained !== null) lines.push(`no family for: ${j.unexplained.fields.join(', ')}`);
  return lines;
}

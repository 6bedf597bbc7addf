// Whether a run of the ordinary simulator is the story that it was made from: the same segments in the same order,
// and the same state changes by the same rules. The first difference is told.

import type { End, Trace } from '../../trace.ts';
import type { StoryData, StorySegment } from '../model/index.ts';
import { ENDS } from './scenario.ts';

/** Rows that a story does not tell: its listener is there from the beginning. */
const BEFORE = new Set(['open-passive']);

/** The first difference between a story and a run, for people; null when there is none. */
export function differenceFrom(story: StoryData, trace: Trace): string | null {
  for (const host of ['a', 'b'] as const) {
    const difference = segments(story, trace, host) ?? changes(story, trace, host);
    if (difference !== null) return difference;
  }
  return null;
}

/** What an end sent, by the order of sending. Answers to addresses where nobody is are not part of a story. */
function sentBy(trace: Trace, end: End) {
  return trace.events.flatMap((event) =>
    event.kind === 'sent' && event.from === end && event.injected !== true && event.connection === 0
      ? [event.segment]
      : [],
  );
}

function segments(story: StoryData, trace: Trace, host: 'a' | 'b'): string | null {
  const told = story.packets.filter(({ from }) => from === host);
  const seen = sentBy(trace, ENDS[host]);
  const other = host === 'a' ? 'b' : 'a';
  const mine = initialNumbers(story, trace, host);
  const theirs = initialNumbers(story, trace, other);
  for (const [i, packet] of told.entries()) {
    const segment = seen[i];
    const want = textOf(packet);
    if (segment === undefined) return `${host} did not send its segment ${i + 1}, ${want}`;
    const seq = (segment.seq - (mine.get(packet.seqOf) ?? 0)) | 0;
    const ack = segment.ack === null ? null : (segment.ack - (theirs.get(packet.ackOf) ?? 0)) | 0;
    const flags = segment.flags
      .split(',')
      .filter((flag) => flag !== 'PSH')
      .join(',');
    const got = textOf({ ...packet, flags, seq, ack, length: segment.length });
    if (got !== want) return `segment ${i + 1} of ${host} is ${got}; in the story ${want}`;
  }
  if (seen.length > told.length)
    return `${host} sent ${seen.length} segments, in the story ${told.length}: ${seen[told.length]?.flags}`;
  return null;
}

/** The ISS of each incarnation, from its SYN. */
function initialNumbers(story: StoryData, trace: Trace, host: 'a' | 'b'): Map<number, number> {
  const seen = sentBy(trace, ENDS[host]);
  const numbers = new Map<number, number>();
  story.packets
    .filter(({ from }) => from === host)
    .forEach(({ flags, seqOf }, i) => {
      const segment = seen[i];
      if (/\bSYN\b/.test(flags) && segment !== undefined && !numbers.has(seqOf))
        numbers.set(seqOf, segment.seq);
    });
  return numbers;
}

function textOf({ flags, seq, ack, length }: Pick<StorySegment, 'flags' | 'seq' | 'ack' | 'length'>): string {
  return `<${flags} seq=${seq}${ack === null ? '' : ` ack=${ack}`} len=${length}>`;
}

function changes(story: StoryData, trace: Trace, host: 'a' | 'b'): string | null {
  const told = story.steps.flatMap((step) =>
    step.changes.filter((change) => change.host === host).map(({ row, to }) => `${row} to ${to}`),
  );
  const seen = trace.events.flatMap((event) =>
    event.changes
      .filter(({ end, rule }) => end === ENDS[host] && rule !== null && !BEFORE.has(rule))
      .map(({ rule, to }) => `${rule} to ${to}`),
  );
  for (let i = 0; i < Math.max(told.length, seen.length); i++) {
    if (told[i] !== seen[i])
      return `change ${i + 1} of ${host} is ${seen[i] ?? 'none'}; in the story ${told[i] ?? 'none'}`;
  }
  return null;
}

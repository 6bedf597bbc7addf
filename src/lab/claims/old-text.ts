// What was written in one incarnation of a connection and is read in the next: what ISNs that follow a clock and
// TIME-WAIT are against (RFC 9293 section 3.4.1). Only a TCP that forgets a rule shows it.

import type { ArrivedEvent, CallEvent, SentEvent, Trace } from '../trace.ts';
import { ClaimError } from './claim.ts';
import { allSent, arrival, call, enters, type Found, must, sent } from './evidence.ts';

/** Text of the client's first incarnation, and its second, in which the server's program read it. */
export interface OldText {
  readonly first: Found<SentEvent>;
  /** The SYN of the second incarnation. */
  readonly second: Found<SentEvent>;
  /** The segment with the text, sent before the second SYN and arriving after it. */
  readonly old: Found<SentEvent>;
  readonly came: Found<ArrivedEvent>;
  readonly read: Found<CallEvent>;
}

/** Finds it. Throws a ClaimError when nothing old was read. */
export function oldTextRead(trace: Trace): OldText {
  const first = sent(trace, 'left', 'SYN');
  const closed = enters(trace, 'left', 'CLOSED', { after: first.at });
  const second = sent(trace, 'left', 'SYN', { after: closed.at });
  const old = allSent(trace, 'left').find(
    (found) => found.at < closed.at && found.event.segment.length > 0 && arrival(trace, found).at > second.at,
  );
  if (old === undefined)
    throw new ClaimError('not in this trace: old text that arrives after the second SYN');
  const came = arrival(trace, old);
  must(came.event.discarded === null, 'the old text is taken');
  const reads = trace.events.filter((e, at) => at < came.at && e.kind === 'call' && e.call === 'read');
  const read = call(trace, 'right', 'read', {
    n: reads.filter((e) => e.kind === 'call' && e.end === 'right').length + 1,
  });
  const written = call(trace, 'left', 'write');
  must(
    written.at < closed.at && read.event.text === written.event.text,
    'what was written in the first is read in the second',
  );
  return { first, second, old, came, read };
}

// `synfin read --replay N`: a captured connection played by the engine, with what befell it and without.

import { type Connection, durationText, playReplay, replayOf } from '../capture/index.ts';
import type { ScenarioRun, Trace } from '../lab/index.ts';
import type { Io } from './command.ts';
import type { Show } from './show.ts';

/** From the first segment to the last that an end sent or got, without the timers that follow. */
function lasts({ events }: Trace): number {
  const last = events.findLast(({ kind }) => kind === 'sent' || kind === 'arrived' || kind === 'lost');
  return (last?.t ?? 0) - (events.find(({ kind }) => kind === 'sent')?.t ?? 0);
}

function retransmissions({ events }: Trace): number {
  return events.filter((event) => event.kind === 'sent' && event.retransmission).length;
}

/** Prints both runs, and compares them. */
export function tellReplay(show: Show, io: Io, connection: Connection): void {
  const replay = replayOf(connection);
  const { faults, complete } = replay;
  const runs = playReplay(replay);
  show.title(`#${connection.number}`);
  if (!complete) show.say('readReplayPart');
  const tell = ({ trace }: ScenarioRun): void => {
    show.ladder(trace);
    show.lines('');
  };
  if (faults.length === 0) {
    show.say('readReplayNone');
    tell(runs.without);
  } else {
    show.say('readReplayWith');
    show.say('readReplayFaults', { faults: faults.join('; ') });
    tell(runs.with);
    show.say('readReplayWithout');
    tell(runs.without);
    const missed = runs.with.edits.filter(({ acted }) => acted === 0).length;
    if (missed > 0) show.say('readReplayMissed', { count: faults.length, missed });
  }
  show.say('readReplayCompared', {
    captured: durationText(connection.last.us - connection.first.us, io.lang),
    with: durationText(lasts(runs.with.trace), io.lang),
    again: retransmissions(runs.with.trace),
    without: durationText(lasts(runs.without.trace), io.lang),
    fewer: retransmissions(runs.without.trace),
  });
}

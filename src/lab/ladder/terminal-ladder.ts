// A whole trace as the lines of a terminal ladder: TerminalLadder for who does not draw while things happen.

import { flag, Schema, whole } from '../../options/index.ts';
import { shown } from '../options.ts';
import type { Lang } from '../text/index.ts';
import type { Trace } from '../trace.ts';
import { LadderRows } from './rows.ts';
import { TerminalLadder } from './terminal.ts';

/** Options of {@link terminalLadder}. */
export interface TerminalLadderOptions {
  /** Default 'en'. */
  readonly lang?: Lang;
  /** Columns, at least 72. Default 100. */
  readonly width?: number;
  /** Default false: box drawing characters. */
  readonly ascii?: boolean;
  /** Default false: no escape sequences. */
  readonly colour?: boolean;
  /** Sequence numbers as they are on the wire; default: counted from each end's ISS. */
  readonly absolute?: boolean;
}

const terminalLadderOptions = new Schema<TerminalLadderOptions>('terminalLadder', {
  lang: shown.lang,
  width: whole(1),
  ascii: flag,
  colour: flag,
  absolute: flag,
});

/** The lines of a trace's ladder, head included. Throws OptionTypeError, OptionRangeError. */
export function terminalLadder(trace: Trace, options: TerminalLadderOptions = {}): string[] {
  terminalLadderOptions.check(options);
  const { lang = 'en', width = 100, ascii = false, colour = false, absolute = false } = options;
  const rows = LadderRows.of(trace, { lang, absolute });
  const ladder = new TerminalLadder({ ends: trace.ends, lang, width, ascii, colour });
  const drawn = trace.events.flatMap((event) => rows.push(event).flatMap((row) => ladder.row(row)));
  return [...ladder.head(), ...drawn];
}

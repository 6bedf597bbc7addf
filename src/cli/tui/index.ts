// The door of the viewer: opens it on the scenarios of the lab.

import { explainEvent } from '../../lab/explain/index.ts';
import {
  findInLab,
  playScenario,
  type RunOptions,
  type Scenario,
  scenarioOf,
  scenarios,
} from '../../lab/index.ts';
import type { Io } from '../command.ts';
import { beginning, opened, type TuiWorld } from './model.ts';
import type { TerminalOutput } from './screen.ts';
import { view } from './viewer.ts';

export type { TuiWorld } from './model.ts';
export { Screen, type TerminalInput, type TerminalOutput } from './screen.ts';

/** Events that the viewer draws and compares without keeping its user waiting. */
const MOST_EVENTS = 2000;

/** The scenarios of the lab, run with the settings that the user gave. */
export function labWorld(options: RunOptions): TuiWorld {
  return {
    scenarios,
    run(scenario, edits) {
      const played = playScenario(scenario, { ...options, edits, mostEvents: MOST_EVENTS });
      const unmatched = played.edits.filter(({ acted }) => acted === 0).map(({ text }) => text);
      return { trace: played.trace, unmatched, isStorm: played.ended === 'bound' };
    },
    find(text) {
      const ids = findInLab(text, 30).flatMap(({ value }) => scenarioOf(value) ?? []);
      return [...new Set(ids)];
    },
    explain(trace, at, lang) {
      const { what, why, section, knows, notes } = explainEvent(trace, at, lang);
      const where = section === null ? '' : ` (${/^\d/.test(section) ? `RFC 9293 §${section}` : section})`;
      return [
        what,
        ...(why === null ? [] : [`${why}${where}`]),
        ...notes,
        ...(['left', 'right'] as const).flatMap((end) =>
          knows[end] === null ? [] : [`${trace.ends[end].name}: ${knows[end]}`],
        ),
      ];
    },
  };
}

/** How the viewer looks. */
interface Look {
  readonly ascii: boolean;
  readonly colour: boolean;
  readonly absolute: boolean;
}

/** Opens the viewer, on a scenario or on the list of them; the exit code. */
export function openViewer(
  io: Io,
  look: Look,
  options: RunOptions,
  scenario: Scenario | null,
): Promise<number> {
  return openWorld(io, look, labWorld(options), scenario, options.edits);
}

/** Opens the viewer on another world than the lab's. */
export function openWorld(
  io: Io,
  look: Look,
  world: TuiWorld,
  scenario: Scenario | null,
  edits: readonly string[] = [],
): Promise<number> {
  const { ascii, colour, absolute } = look;
  const begin = { ...beginning(io.lang), absolute };
  const model = scenario === null ? begin : opened(begin, world, scenario, edits);
  return view(model, world, io.stdin, io.stdout as TerminalOutput, { ascii, colour });
}

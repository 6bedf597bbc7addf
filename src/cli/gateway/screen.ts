// The live screen of `gateway`: what to paste, the connections as they are, and the ladder of the one that is chosen.

import type { ConnectionRow, Gateway } from '../../gateway/index.ts';
import { LadderRows, TerminalLadder, type Trace } from '../../lab/index.ts';
import type { Lang } from '../../lab/text/index.ts';
import type { Io } from '../command.ts';
import { t } from '../messages.ts';
import { hasUnicode, wantsColour } from '../terminal.ts';
import { Screen, type TerminalInput, type TerminalOutput } from '../tui/index.ts';
import type { RecentSegments } from './recent.ts';
import { headRows, tableLines } from './show.ts';

const REDRAW_MS = 1000;

/** How a ladder is drawn. */
interface Look {
  readonly lang: Lang;
  readonly width: number;
  readonly ascii: boolean;
  readonly colour: boolean;
}

function ladderLines(trace: Trace, look: Look): string[] {
  const rows = LadderRows.of(trace, { lang: look.lang, absolute: false });
  const ladder = new TerminalLadder({ ends: trace.ends, ...look });
  const drawn = trace.events.flatMap((event) => rows.push(event).flatMap((row) => ladder.row(row)));
  return [...ladder.head(), ...drawn];
}

function isSame(a: ConnectionRow, b: ConnectionRow): boolean {
  return a.guest === b.guest && a.from === b.from && a.to === b.to;
}

/** What the user looks at. */
class View {
  /** The connection that is chosen; null: the latest. */
  chosen: ConnectionRow | null = null;
  /** Its ladder is shown. */
  ladder = false;
  /** Lines of the ladder below the screen; 0: its end is seen, and what comes. */
  below = 0;

  /** The place of the chosen connection; when it has gone, the one that is there now, or the last. -1: there is none. */
  at(connections: readonly ConnectionRow[]): number {
    const { chosen } = this;
    const at = chosen === null ? -1 : connections.findIndex((each) => isSame(each, chosen));
    return at >= 0 ? at : connections.length - 1;
  }

  move(connections: readonly ConnectionRow[], by: number): void {
    const at = Math.max(0, Math.min(this.at(connections) + by, connections.length - 1));
    this.chosen = connections[at] ?? null;
  }

  /** Lines of a ladder that are on the screen. */
  window(lines: readonly string[], room: number): string[] {
    this.below = Math.max(0, Math.min(this.below, lines.length - room));
    const end = lines.length - this.below;
    return lines.slice(Math.max(0, end - room), end);
  }

  /** Handles a key; false: it is none of these. */
  key(name: string, connections: readonly ConnectionRow[], room: number): boolean {
    const by = { up: 1, down: -1, pageup: room, pagedown: -room }[name];
    if (this.ladder) {
      if (by !== undefined) this.below = Math.max(0, this.below + by);
      else if (name === 'l' || name === 'escape' || name === 'left') this.ladder = false;
      else return false;
      return true;
    }
    if (by !== undefined) this.move(connections, -by);
    else if (name === 'l' || name === 'enter') {
      this.chosen = connections[this.at(connections)] ?? null;
      this.ladder = this.chosen !== null;
      this.below = 0;
    } else return false;
    return true;
  }
}

/** Runs the screen until it is left; the exit code: 0, or that of the signal that ended it. */
export function watchGateway(
  gateway: Gateway,
  recent: RecentSegments,
  head: readonly string[],
  io: Io,
): Promise<number> {
  const { lang, stdin, stdout } = io;
  const { env } = process;
  const view = new View();
  return new Promise((resolve) => {
    const lines = (): string[] => {
      const { columns, rows } = screen.size;
      const { chosen } = view;
      if (!view.ladder || chosen === null) {
        const above = headRows(head, columns);
        const info = gateway.info();
        const table = { height: rows - above.length - 2, columns, chosen: view.at(info.connections) };
        return [...above, '', ...tableLines(lang, info, table), t(lang, 'gatewayKeys')];
      }
      const trace = recent.traceOf(chosen);
      const look = { lang, width: columns, ascii: !hasUnicode(env), colour: wantsColour(stdout, env) };
      const drawn = trace === null ? [t(lang, 'gatewayNoSegments')] : ladderLines(trace, look);
      const title =
        `${chosen.guest} ${chosen.guestEnd} - ${chosen.gatewayEnd} ${chosen.name ?? ''}`.trimEnd();
      return [title, ...view.window(drawn, rows - 2), t(lang, 'gatewayLadderKeys')];
    };
    const paint = (): void => {
      const { rows } = screen.size;
      const drawn = lines().slice(0, rows);
      while (drawn.length < rows) drawn.push('');
      screen.paint(drawn.map((line) => `${line}\x1b[K`));
    };
    const left = (code: number): void => {
      clearInterval(timer);
      resolve(code);
    };
    const screen = new Screen(stdin as TerminalInput, stdout as TerminalOutput, {
      key(name) {
        if (name === 'q' || name === 'ctrl-c' || name === 'ctrl-d') {
          screen.leave();
          left(0);
        } else if (view.key(name, gateway.connections(), screen.size.rows - 2)) paint();
      },
      resized: paint,
      left,
    });
    const timer = setInterval(paint, REDRAW_MS);
    paint();
  });
}

// What is told of a simulation that has failed: the last connections as ladders, what every host's sockets are in, the timers
// that run; and files beside it, for a browser and for Wireshark.

import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svgLadder, terminalLadder } from '../lab/index.ts';
import { netstatText } from './netstat.ts';
import type { FlightRecorder, Seen } from './recorder.ts';
import type { Simulation } from './simulation.ts';
import { secondsOf } from './units.ts';

/** Connections that are drawn, and lines of each: its beginning and its end. */
const MOST_LADDERS = 2;
const HEAD_LINES = 14;
const TAIL_LINES = 26;
const MOST_SOCKETS = 30;
const MOST_TIMERS = 8;
/** Pictures that are written. */
const MOST_PICTURES = 8;

/** See above, as text. `host`: where it has failed; its connections come first. */
export function reportOf(
  sim: Simulation,
  recorder: FlightRecorder,
  host: string | null,
  epochMs: number,
): { readonly text: string; readonly folder: string | null } {
  const all = recorder.connections();
  const isOf = ({ left, right }: Seen): boolean => left.name === host || right.name === host;
  const ordered = [...all.filter(isOf), ...all.filter((each) => !isOf(each))];
  const folder = filesOf(sim, recorder, ordered, epochMs);
  const sections = [
    ...ordered.slice(0, MOST_LADDERS).map((each) => ladderOf(recorder, each)),
    section(
      'sockets:',
      sim.hosts.flatMap(({ name, isUp, netstat }, i) =>
        socketsOf(name, isUp, () => netstat.call(sim.hosts[i])),
      ),
      MOST_SOCKETS,
    ),
    section(
      'timers that run:',
      sim.timers.map(
        ({ host: name, ms, atMs, origin }) =>
          `${name}: ${ms} ms, until ${secondsOf(atMs * 1000)}, ${origin.split('\n')[0]?.trim() ?? ''}`,
      ),
      MOST_TIMERS,
    ),
    section('faults:', sim.faults.map(String), MOST_SOCKETS),
    typeof folder !== 'string' ? `no files were written: ${folder.message}` : filesText(folder, ordered[0]),
  ].filter((each) => each !== '');
  return { text: sections.join('\n'), folder: typeof folder === 'string' ? folder : null };
}

/** What can be done with the files; `first` is the connection that was drawn first. */
function filesText(folder: string, first: Seen | undefined): string {
  const read = `npx synfin read ${join(folder, 'packets.pcapng')}`;
  const lines = [`files: ${folder}`];
  if (first !== undefined)
    lines.push(
      `  npx synfin lab ${join(folder, `${fileNameOf(first, 0)}.json`)} --open   (the first ladder in a browser, step by step)`,
      `  ${read} --replay ${first.number}   (the same, played again by the engine)`,
    );
  lines.push(`  ${read}   (or Wireshark: TLS is decrypted)`);
  return lines.join('\n');
}

function socketsOf(
  name: string,
  isUp: boolean,
  netstat: () => ReturnType<Simulation['hosts'][number]['netstat']>,
): string[] {
  return isUp
    ? netstatText(name, netstat())
    : [`${name} is down`, ...netstatText(name, netstat()).slice(0, 5)];
}

function section(title: string, lines: readonly string[], most: number): string {
  if (lines.length === 0) return '';
  const more = lines.length - most;
  const shown = more > 0 ? [...lines.slice(0, most), `… and ${more} more`] : lines;
  return [title, ...shown.map((line) => `  ${line}`)].join('\n');
}

function ladderOf(recorder: FlightRecorder, seen: Seen): string {
  const lines = terminalLadder(recorder.trace(seen), { ascii: true, width: 96 });
  const cut = lines.length - HEAD_LINES - TAIL_LINES;
  const shown =
    cut > 0 ? [...lines.slice(0, HEAD_LINES), `  … ${cut} lines …`, ...lines.slice(-TAIL_LINES)] : lines;
  return shown.map((line) => line.trimEnd()).join('\n');
}

/** Where the files of a failure are. */
function reportFolder(sim: Simulation): string {
  const seed = String(sim.seed).replace(/[^\w.-]+/g, '_');
  // By what has passed: another scenario of this seed has another, the same run has this one again.
  return join(
    process.env['SYNFIN_REPORTS'] || join(tmpdir(), 'synfin-sim'),
    `seed-${seed}-${sim.trace.digest.slice(0, 8)}`,
  );
}

/** What the files of a connection are called, without their kind; `place`: among those that are written, from 0. */
function fileNameOf({ left, right }: Seen, place: number): string {
  return `${place + 1}-${left.name}-${right.name}-${left.port}`;
}

/** Where pictures and a capture are, or why they are not: nothing of it may hide the failure itself. */
function filesOf(
  sim: Simulation,
  recorder: FlightRecorder,
  all: readonly Seen[],
  epochMs: number,
): string | Error {
  const folder = reportFolder(sim);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'packets.pcapng'), recorder.capture(epochMs, `seed ${sim.seed}`));
    writeFileSync(join(folder, 'trace.txt'), `${sim.trace.lines.join('\n')}\n`);
    writeFileSync(join(folder, 'log.txt'), `${sim.logged.join('\n')}\n`);
    for (const [i, seen] of all.slice(0, MOST_PICTURES).entries()) {
      const file = join(folder, fileNameOf(seen, i));
      const trace = recorder.trace(seen);
      writeFileSync(`${file}.svg`, svgLadder(trace, { lang: 'en' }));
      if (i < MOST_LADDERS) writeFileSync(`${file}.json`, JSON.stringify(trace));
    }
    return folder;
  } catch (error) {
    return error as Error;
  }
}

// The summary of a capture on the terminal: what is wrong, the worst first, at most five findings; then the connections.

import {
  type Analysis,
  bySeverity,
  type ConnectionReport,
  durationText,
  type Finding,
  verdictWord,
} from '../capture/index.ts';
import { cut, type Lang, textWidth } from '../lab/index.ts';
import { printable } from '../lab/text/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import type { Io } from './command.ts';
import { type MessageKey, t } from './messages.ts';
import { findingText } from './read-finding.ts';
import type { Show } from './show.ts';

const MOST_FINDINGS = 5;
const MOST_ROWS = 40;
const INDENT = '   ';

/** Prints the summary. */
export function tellSummary(show: Show, io: Io, analysis: Analysis, name: string): void {
  const { info, counts, connections, findings } = analysis;
  show.say('readHead', {
    name: printable(name),
    format: info.format,
    frames: counts.frames,
    tcp: counts.tcp,
    connections: counts.connections,
    time: durationText(counts.lastUs, io.lang),
  });
  const places = placesText(connections, io.lang);
  if (places !== '') show.say('readVantage', { places });
  const { other, short, fragments, unknownLink: unknown } = counts;
  if (other + short + unknown > 0) show.say('readSkipped', { other, short, fragments, unknown });
  if (counts.superSegments > 0) show.say('readSuper', { count: counts.superSegments });
  if (counts.partialSums > 0) show.say('readPartial', { count: counts.partialSums });
  show.lines('');
  if (counts.connections === 0) {
    show.say('readNoConnections');
    return;
  }
  if (connections.length === 0) {
    show.say('readNoneSelected', { count: counts.connections - analysis.more });
    return;
  }
  const wrong = findings.filter(({ severity }) => bySeverity(severity, 'note') < 0);
  const notes = findings.filter(({ severity }) => severity === 'note');
  if (wrong.length === 0) show.say('readNothingWrong', { count: connections.length + analysis.more });
  const told = [...wrong, ...notes].slice(0, MOST_FINDINGS);
  told.forEach((finding, n) => {
    tellFinding(show, io.lang, finding, n + 1);
  });
  const left = wrong.length + notes.length - told.length;
  if (left > 0) show.say('readMoreFindings', { count: left });
  show.lines('');
  table(show, io.lang, analysis);
}

/** Where the connections were captured, the most frequent place first. */
function placesText(connections: readonly ConnectionReport[], lang: Lang): string {
  const counts = new Map<string, number>();
  for (const { vantage } of connections) counts.set(vantage.at, (counts.get(vantage.at) ?? 0) + 1);
  const known = [...counts].sort((a, b) => b[1] - a[1]);
  const one = ([at, count]: readonly [string, number]): string =>
    t(lang, 'readPlace', { place: t(lang, `place_${at}` as MessageKey), count });
  return known.map(one).join(lang === 'zh' ? '、' : ', ');
}

function tellFinding(show: Show, lang: Lang, finding: Finding, n: number): void {
  const { head, means, details, command } = findingText(finding, lang);
  show.title(`${n}. ${head}`);
  for (const text of [means, ...details]) show.text(printable(text), INDENT);
  if (command !== null) show.say('readLab', { command }, INDENT);
  show.lines('');
}

/** One line a connection: those with the worst verdicts first. */
function table(show: Show, lang: Lang, { connections, more }: Analysis): void {
  const worst = ({ verdicts }: ConnectionReport): number =>
    verdicts[0] === undefined ? 9 : ['fault', 'warning', 'note', 'normal'].indexOf(verdicts[0].severity);
  const rows = [...connections]
    .sort((a, b) => worst(a) - worst(b) || a.number - b.number)
    .slice(0, MOST_ROWS);
  const cells = [t(lang, 'readColumns').split('|'), ...rows.map((row) => rowOf(row, lang))];
  const columns = cells[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, n) =>
    Math.max(...cells.map((row) => textWidth(row[n] ?? ''))),
  );
  show.title(t(lang, 'readConnections'));
  for (const row of cells) {
    const line = row
      .map((cell, n) => cell + ' '.repeat(Math.max(0, (widths[n] ?? 0) - textWidth(cell))))
      .join('  ');
    show.lines(cut(line.trimEnd(), 240, '…'));
  }
  const hidden = connections.length - rows.length + more;
  if (hidden > 0) show.say('readMoreConnections', { count: hidden });
}

/** What is wrong, or else what it was. */
function namesOf({ verdicts }: ConnectionReport): string {
  const wrong = verdicts.filter(({ severity }) => severity !== 'normal');
  return (wrong.length > 0 ? wrong : verdicts).map(({ id }) => id).join(' ');
}

function rowOf(row: ConnectionReport, lang: Lang): string[] {
  const { client, server } = row;
  const states = (list: readonly string[]): string => {
    const [first = '?', last = first] = [list[0], list.at(-1)];
    return first === last ? first : `${first}…${last}`;
  };
  return [
    String(row.number),
    formatEndpoint(client.address, client.port),
    formatEndpoint(server.address, server.port),
    `${states(client.states)} | ${states(server.states)}`,
    row.closedBy === null ? '–' : verdictWord(row.closedBy, lang),
    String(client.packets + server.packets),
    `${client.octets}, ${server.octets}`,
    durationText(row.startUs, lang),
    durationText(row.endUs - row.startUs, lang),
    namesOf(row),
  ];
}

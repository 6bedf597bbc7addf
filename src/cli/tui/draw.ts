// The viewer's screen: exactly as many lines as there are rows, each exactly as wide as the screen. The list of
// scenarios with the question below; or the ladder with its cursor, and a pane below it, or beside it where there
// is room.

import { GROUPS, type Scenario, textWidth, wrapText } from '../../lab/index.ts';
import type { Params } from '../../lab/text/index.ts';
import { type MessageKey, t } from '../messages.ts';
import {
  listed,
  notIn,
  type OpenRun,
  type Pane,
  shown,
  type TuiModel,
  type TuiWorld,
  visible,
} from './model.ts';
import { asciiText, type DrawnLadder, fitted, ladderOf, plain, type Size, styled } from './paint.ts';
import { paneLines } from './panes.ts';

/** Columns and rows from which the viewer works. */
export const LEAST = { columns: 74, rows: 16 } as const;

/** From this width on the pane stands beside the ladder. */
const SIDE_FROM = 118;
const SIDE_LADDER = 80;
/** Gutter in front of a ladder's lines: the cursor, and what changed. */
const GUTTER = 2;
const REVERSE = '7';
const BOLD = '1';
const DIM = '2';

const TABS: readonly (readonly [Pane, MessageKey])[] = [
  ['explain', 'tuiExplain'],
  ['tcb', 'tuiTcb'],
  ['bytes', 'tuiBytes'],
  ['table', 'tuiTable'],
  ['story', 'tuiStory'],
  ['diff', 'tuiDiff'],
];

/** The screen for a model. */
export function draw(model: TuiModel, size: Size, world: TuiWorld): string[] {
  const { columns, rows, ascii } = size;
  const lines = contents(model, size, world);
  const whole = lines.slice(0, rows);
  while (whole.length < rows) whole.push('');
  return whole.map((line) => fitted(asciiText(line, ascii), columns, ascii));
}

function contents(model: TuiModel, size: Size, world: TuiWorld): string[] {
  if (size.columns < LEAST.columns || size.rows < LEAST.rows) return [t(model.lang, 'tuiSmall', LEAST)];
  if (model.help) return helpLines(model);
  return model.open === null ? listLines(model, size, world) : runLines(model, model.open, size, world);
}

function helpLines({ lang }: TuiModel): string[] {
  return t(lang, 'tuiHelp').split('\n');
}

/** The last line: what is typed, what was said, or the keys. */
function statusLine(model: TuiModel, size: Size, keys: MessageKey): string {
  const { lang, prompt, message } = model;
  if (prompt !== null) {
    const ask = { filter: 'tuiFilter', delay: 'tuiDelayBy', edit: 'tuiEditPrompt' } as const;
    return `${t(lang, ask[prompt.for])}${prompt.text}_`;
  }
  if (message !== '') return styled(asciiText(message, size.ascii), BOLD, size.colour);
  return styled(asciiText(t(lang, keys), size.ascii), DIM, size.colour);
}

/** A line with a text at each side. */
function sides(left: string, right: string, { columns, ascii }: Size): string {
  const room = columns - textWidth(right) - 1;
  return `${fitted(left, room, ascii)} ${right}`;
}

/** The first line to show so that line `at` is in sight, near the middle. */
function scrollTo(at: number, lines: number, rows: number): number {
  return Math.max(0, Math.min(at - (rows >> 1), lines - rows));
}

// The list.

function listLines(model: TuiModel, size: Size, world: TuiWorld): string[] {
  const { lang, list } = model;
  const { columns, rows, ascii, colour } = size;
  const scenarios = listed(model, world);
  const { title: name = 'tuiTitle', count: counted = 'tuiCount' } = world.texts ?? {};
  const count = t(lang, counted, { n: scenarios.length, all: world.scenarios.length });
  const filter = list.filter === '' ? '' : `  /${list.filter}`;
  const title = styled(sides(`${t(lang, name)}${filter}`, count, size), REVERSE, colour);
  const chosen = scenarios[list.at];
  const below = chosen === undefined ? [] : wrapText(chosen.question[lang], columns - 2).slice(0, 2);
  while (below.length < 2) below.push('');
  const room = rows - 2 - 1 - below.length;
  const lines: string[] = [];
  let at = 0;
  const ids = Math.max(...world.scenarios.map(({ id }) => id.length), 4) + 2;
  const line = (scenario: Scenario): string => {
    const here = scenario === chosen;
    if (here) at = lines.length;
    const text = fitted(
      `${here ? '> ' : '  '}${scenario.id.padEnd(ids)}${scenario.title[lang]}`,
      columns,
      ascii,
    );
    return here ? styled(asciiText(text, ascii), REVERSE, colour) : text;
  };
  // What was found by its meaning is in the order of the search, else in that of a connection's life.
  const byGroup = GROUPS.flatMap((group) => scenarios.filter((scenario) => scenario.group === group));
  const grouped = world.texts === undefined && byGroup.every((scenario, i) => scenario === scenarios[i]);
  for (const [i, scenario] of scenarios.entries()) {
    if (grouped && scenario.group !== scenarios[i - 1]?.group)
      lines.push(styled(t(lang, `group_${scenario.group}`), BOLD, colour));
    lines.push(line(scenario));
  }
  if (lines.length === 0) lines.push(t(lang, 'tuiNone', { text: list.filter }));
  const first = scrollTo(at, lines.length, room);
  const shownLines = lines.slice(first, first + room);
  while (shownLines.length < room) shownLines.push('');
  return [
    title,
    ...shownLines,
    rule(columns, size),
    ...below.map((text) => ` ${text}`),
    statusLine(model, size, 'tuiListKeys'),
  ];
}

function rule(columns: number, { ascii, colour }: Size): string {
  return styled((ascii ? '-' : '─').repeat(columns), DIM, colour);
}

// A run.

function runLines(model: TuiModel, open: OpenRun, size: Size, world: TuiWorld): string[] {
  const { columns, rows, colour, ascii } = size;
  const side = columns >= SIDE_FROM;
  const ladderColumns = side ? SIDE_LADDER : columns;
  const trace = shown(open);
  const { lang, absolute } = model;
  const ladder = ladderOf(trace, { lang, absolute, width: ladderColumns - GUTTER, ascii, colour });
  const head = ladder.head.slice(1).map((line) => `${' '.repeat(GUTTER)}${line}`);
  const title = titleLine(model, open, size);
  const status = statusLine(model, size, 'tuiLadderKeys');
  const paneColumns = side ? columns - ladderColumns - 2 : columns;
  const paneRows = side ? rows - 3 : Math.max(6, Math.min(Math.floor((rows - 4) * 0.42), 18));
  const all = paneLines(model, open, world, { columns: paneColumns, rows: paneRows, colour, ascii });
  const pane = scrolled(all, open, paneRows);
  const tabs = tabLine(model, open, size, side ? paneColumns + 1 : columns, pane.hidden);
  if (!side) {
    const room = rows - 3 - head.length - paneRows;
    const body = ladderLines(model, open, ladder, columns, room, size);
    return [title, ...head, ...body, tabs, ...pane.lines, status];
  }
  const room = rows - 2;
  const left = [...head, ...ladderLines(model, open, ladder, ladderColumns, room - head.length, size)];
  const right = [tabs, ...pane.lines.map((line) => ` ${line}`)];
  const bar = styled(ascii ? '|' : '│', DIM, colour);
  const body = Array.from(
    { length: room },
    (_, i) => `${fitted(left[i] ?? '', ladderColumns, ascii)}${bar}${right[i] ?? ''}`,
  );
  return [title, ...body, status];
}

/** The lines of a pane from where it was scrolled to, and how many more follow. */
function scrolled(
  lines: readonly string[],
  { scroll }: OpenRun,
  rows: number,
): { readonly lines: readonly string[]; readonly hidden: number } {
  const first = Math.max(0, Math.min(scroll, lines.length - rows));
  const some = lines.slice(first, first + rows);
  const hidden = lines.length - first - some.length;
  while (some.length < rows) some.push('');
  return { lines: some, hidden };
}

function titleLine(model: TuiModel, open: OpenRun, size: Size): string {
  const { lang, playing } = model;
  const stops = visible(shown(open), model, open.filter);
  const at = stops.findLastIndex((stop) => stop <= open.at) + 1;
  const say = (key: MessageKey, params: Params = {}): string => t(lang, key, params);
  const right = [
    playing ? say('tuiPlaying') : '',
    open.filter === '' ? '' : `/${open.filter}`,
    open.edits.length === 0 ? '' : say('tuiEdits', { n: open.edits.length }),
    say('tuiAt', { n: at, all: stops.length }),
  ].filter((text) => text !== '');
  const name = open.ghost ? say('tuiBefore') : open.scenario.title[lang];
  const text = sides(`${open.scenario.id}  ${name}`, right.join('  '), size);
  return styled(asciiText(text, size.ascii), REVERSE, size.colour);
}

/** The names of the panes in a line; the one that is shown stands out. */
function tabLine({ lang }: TuiModel, open: OpenRun, size: Size, columns: number, hidden: number): string {
  const { ascii, colour } = size;
  const dash = ascii ? '-' : '─';
  const tabs = TABS.filter(([pane]) => pane !== 'diff' || open.compared !== null);
  const text = (full: boolean): string[] =>
    tabs.map(([pane, key]) => {
      const name = full || pane === open.pane ? t(lang, key) : t(lang, key).slice(0, 1);
      return pane === open.pane ? `[${name}]` : ` ${name} `;
    });
  const more = hidden > 0 ? ` ${t(lang, 'tuiMore', { n: hidden })} ` : '';
  const full = text(true);
  const names = textWidth(full.join('') + more) + 2 <= columns ? full : text(false);
  const line = names.map((name, i) =>
    tabs[i]?.[0] === open.pane ? styled(name, BOLD, colour) : styled(name, DIM, colour),
  );
  const used = textWidth(names.join('') + more);
  const tail = dash.repeat(Math.max(0, columns - used - 2));
  return `${styled(dash.repeat(2), DIM, colour)}${line.join('')}${styled(tail + more, DIM, colour)}`;
}

/** The part of the ladder around the cursor. */
function ladderLines(
  model: TuiModel,
  open: OpenRun,
  ladder: DrawnLadder,
  columns: number,
  rows: number,
  { ascii, colour }: Size,
): string[] {
  const { lines } = ladder;
  const trace = shown(open);
  const at = Math.max(
    0,
    lines.findIndex(({ event }) => event === open.at),
  );
  const first = scrollTo(at, lines.length, rows);
  const other = open.ghost ? open.trace : open.before;
  const differs = other === null ? null : notIn(trace, other);
  const stops = open.filter === '' ? null : new Set(visible(trace, model, open.filter));
  return Array.from({ length: rows }, (_, i) => {
    const line = lines[first + i];
    if (line === undefined) return '';
    const { text, event } = line;
    const here = event === open.at && event >= 0;
    const mark =
      event >= 0 && event === open.marked
        ? 'x'
        : differs?.has(event) === true
          ? open.ghost
            ? '-'
            : '+'
          : ' ';
    const gutter = `${here ? '>' : ' '}${mark}`;
    if (here) return styled(fitted(`${gutter}${plain(text)}`, columns, ascii), REVERSE, colour);
    const dim = stops !== null && !stops.has(event);
    return dim ? styled(`${gutter}${plain(text)}`, '90', colour) : `${gutter}${text}`;
  });
}

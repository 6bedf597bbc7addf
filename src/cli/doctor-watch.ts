// `synfin doctor --watch`: a live screen. Sample after sample: how many sockets are in each state, how that changes, and what
// is wrong now.

import { type Examination, examineHost, findingText, type Sample, statesOf } from '../doctor/index.ts';
import { cut, type Lang, textWidth } from '../lab/index.ts';
import { printable, wrapText } from '../lab/text/index.ts';
import type { Io } from './command.ts';
import { sampleOfHost, thisHost } from './doctor-host.ts';
import { headOf, isWrong, summaryOf } from './doctor-show.ts';
import { t } from './messages.ts';
import type { ShowOptions } from './show.ts';
import { Screen, type TerminalInput, type TerminalOutput } from './tui/index.ts';
import { asciiText, styled } from './tui/paint.ts';

const BOLD = '1';
const RED = '31;1';
const MOST_FINDINGS = 5;
/** Samples that are drawn as bars. */
const HISTORY = 24;
const BARS = ' ▁▂▃▄▅▆▇█';
const ASCII_BARS = ' .:-=+*#@';

/** Numbers as bars, the greatest full. */
export function sparkline(values: readonly number[], ascii: boolean): string {
  const bars = ascii ? ASCII_BARS : BARS;
  const most = Math.max(1, ...values);
  return values.map((value) => bars[value === 0 ? 0 : Math.max(1, Math.round((8 * value) / most))]).join('');
}

/** What the screen remembers: how many sockets were in each state, sample by sample. */
export class WatchHistory {
  readonly #counts = new Map<string, number[]>();
  samples = 0;

  add(examination: Examination): void {
    const states = statesOf(examination);
    for (const state of states.keys())
      if (!this.#counts.has(state))
        this.#counts.set(state, new Array(Math.min(this.samples, HISTORY)).fill(0));
    this.samples++;
    for (const [state, counts] of this.#counts) {
      counts.push(states.get(state) ?? 0);
      if (counts.length > HISTORY) counts.shift();
    }
  }

  /** The states that have been seen of late, the greatest number first. */
  rows(): [string, readonly number[]][] {
    const rows = [...this.#counts].filter(([, counts]) => counts.some((count) => count > 0));
    return rows.sort((a, b) => (b[1].at(-1) ?? 0) - (a[1].at(-1) ?? 0));
  }
}

interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
  readonly ascii: boolean;
  readonly colour: boolean;
}

/** The lines of the screen: as many as it has rows. */
export function drawWatch(
  examination: Examination,
  history: WatchHistory,
  seconds: number,
  size: ScreenSize,
  lang: Lang,
): string[] {
  const { columns, rows, ascii, colour } = size;
  const lines: string[] = [];
  const put = (line: string, style = ''): void => {
    const text = cut(asciiText(line, ascii), columns, ascii ? '~' : '…');
    const full = text + ' '.repeat(Math.max(0, columns - textWidth(text)));
    lines.push(style === '' ? full : styled(full, style, colour));
  };
  put(t(lang, 'doctorWatching', { seconds, n: history.samples }), BOLD);
  put(summaryOf(examination, lang));
  put('');
  const [state = '', now = '', change = '', late = ''] = t(lang, 'doctorColumns').split('|');
  put(`${pad(state, 14)}${padLeft(now, 9)}${padLeft(change, 9)}  ${late}`, BOLD);
  for (const [name, counts] of history.rows()) {
    const [last = 0, before = last] = [counts.at(-1), counts.at(-2)];
    const by = last === before ? '' : `${last > before ? '+' : ''}${last - before}`;
    put(`${pad(name, 14)}${padLeft(String(last), 9)}${padLeft(by, 9)}  ${sparkline(counts, ascii)}`);
  }
  put('');
  const { findings } = examination;
  if (!findings.some(isWrong)) put(t(lang, 'doctorNothingWrong'), BOLD);
  for (const finding of findings.slice(0, MOST_FINDINGS)) {
    put(headOf(finding, lang), isWrong(finding) ? RED : BOLD);
    const { shown, process, perMinute } = finding;
    const who = process === null ? '' : `${process.name} (pid ${process.pid}): `;
    const grows = perMinute === null ? '' : ` ${t(lang, 'doctorGrows', { count: perMinute })}`;
    const told = shown.map((one) => findingText(one, finding, lang)).join(lang === 'zh' ? '；' : '; ');
    for (const line of wrapText(printable(`${who}${told}.${grows}`), columns - 4)) put(`   ${line}`);
    put(`   $ ${printable(finding.proof)}`);
  }
  while (lines.length < rows) put('');
  return lines.slice(0, rows);
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

/** Runs the screen until it is left; the exit code: 0, or that of the signal that ended it. */
export function watchHost(io: Io, { ascii, colour }: ShowOptions, seconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const history = new WatchHistory();
    let before: Sample | null = null;
    let seen: Examination | null = null;
    let timer: NodeJS.Timeout | null = null;

    const left = (code: number): void => {
      if (timer !== null) clearTimeout(timer);
      resolve(code);
    };
    const paint = (): void => {
      if (seen !== null)
        screen.paint(drawWatch(seen, history, seconds, { ...screen.size, ascii, colour }, io.lang));
    };
    const screen = new Screen(io.stdin as TerminalInput, io.stdout as TerminalOutput, {
      key(name) {
        if (name !== 'q' && name !== 'escape' && name !== 'ctrl-c') return;
        screen.leave();
        left(0);
      },
      resized: paint,
      left,
    });
    const round = async (): Promise<void> => {
      try {
        const sample = await sampleOfHost();
        if (screen.over) return;
        seen = examineHost(sample, before, thisHost);
        before = sample;
        history.add(seen);
        paint();
        timer = setTimeout(round, seconds * 1000);
      } catch (error) {
        screen.leave();
        reject(error);
      }
    };
    void round();
  });
}

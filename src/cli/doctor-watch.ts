// `synfin doctor --watch`: a live screen. Sample after sample: how many sockets are in each state, how that changes, and what
// is wrong now.

import { emitKeypressEvents } from 'node:readline';
import { type Examination, examineHost, findingText, type Sample, statesOf } from '../doctor/index.ts';
import { cut, type Lang, textWidth } from '../lab/index.ts';
import { printable, wrapText } from '../lab/text/index.ts';
import type { Io } from './command.ts';
import { sampleOfHost, thisHost } from './doctor-host.ts';
import { headOf, isWrong, summaryOf } from './doctor-show.ts';
import { t } from './messages.ts';
import type { ShowOptions } from './show.ts';
import { repaint, type TerminalInput, type TerminalOutput } from './tui/index.ts';
import { asciiText, styled } from './tui/paint.ts';

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
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
export function watchHost(io: Io, options: ShowOptions, seconds: number): Promise<number> {
  const input = io.stdin as TerminalInput;
  const output = io.stdout as TerminalOutput;
  return new Promise((resolve, reject) => {
    const history = new WatchHistory();
    let before: Sample | null = null;
    let seen: Examination | null = null;
    let painted: readonly string[] = [];
    let timer: NodeJS.Timeout | null = null;
    let over = false;

    const paint = (): void => {
      if (seen === null) return;
      const size = { columns: output.columns ?? 80, rows: output.rows ?? 24 };
      const lines = drawWatch(
        seen,
        history,
        seconds,
        { ...size, ascii: options.ascii, colour: options.colour },
        io.lang,
      );
      output.write(repaint(lines, painted));
      painted = lines;
    };
    const leave = (): void => {
      if (over) return;
      over = true;
      if (timer !== null) clearTimeout(timer);
      input.off('keypress', onKey);
      output.off('resize', onResize);
      process.off('exit', leave);
      for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
      input.setRawMode?.(false);
      input.pause();
      output.write(LEAVE);
    };
    const round = async (): Promise<void> => {
      try {
        const sample = await sampleOfHost();
        if (over) return;
        seen = examineHost(sample, before, thisHost);
        before = sample;
        history.add(seen);
        paint();
        timer = setTimeout(round, seconds * 1000);
      } catch (error) {
        leave();
        reject(error);
      }
    };
    const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean } | undefined): void => {
      if (text !== 'q' && key?.name !== 'escape' && !(key?.ctrl === true && key.name === 'c')) return;
      leave();
      resolve(0);
    };
    const onResize = (): void => {
      painted = [];
      output.write('\x1b[2J');
      paint();
    };
    const onSignal = (signal: NodeJS.Signals): void => {
      leave();
      resolve(SIGNALS[signal as keyof typeof SIGNALS]);
    };
    emitKeypressEvents(input);
    input.on('keypress', onKey);
    output.on('resize', onResize);
    process.on('exit', leave);
    for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
    input.setRawMode?.(true);
    input.resume();
    output.write(ENTER);
    void round();
  });
}

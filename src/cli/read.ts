// `synfin read FILE…`: what is wrong with the connections of a capture: a summary, the ladder of one, or forms for programs.

import { writeFileSync } from 'node:fs';
import {
  type Analysis,
  Anonymiser,
  analysisJson,
  CaptureAnalyser,
  type Connection,
  type Frame,
  parseSelection,
  problemText,
  type Selection,
  SelectionError,
  traceOfConnection,
  verdictText,
  verdictTexts,
} from '../capture/index.ts';
import { svgLadder } from '../lab/index.ts';
import { printable } from '../lab/text/index.ts';
import { CaptureFile } from './capture-file.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { t } from './messages.ts';
import { titleOf } from './read-finding.ts';
import { readHelp } from './read-help.ts';
import { captureFiles, readCaptures } from './read-input.ts';
import { Tables } from './read-parquet.ts';
import { tellReplay } from './read-replay.ts';
import { reportHtml } from './read-report.ts';
import { tellSummary } from './read-summary.ts';
import { zeekLog } from './read-zeek.ts';
import { showOptions } from './run-options.ts';
import { Show, showOptionsOf } from './show.ts';

/** The options, as `util.parseArgs` wants them. */
export const readOptions = {
  conn: { type: 'string' },
  replay: { type: 'string' },
  filter: { type: 'string' },
  json: { type: 'boolean' },
  zeek: { type: 'boolean' },
  svg: { type: 'string' },
  report: { type: 'string' },
  anonymise: { type: 'string' },
  parquet: { type: 'string' },
  segments: { type: 'boolean' },
  tui: { type: 'boolean' },
  plain: showOptions.plain,
  ascii: showOptions.ascii,
  color: showOptions.color,
  absolute: showOptions.absolute,
} as const;

const EXIT_FAILED = 1;
/** Lines of a log: what fits the memory of a process. */
const MOST_LOGGED = 1_000_000;

function selectionOf(values: Values): Selection | null {
  const text = optionText(values, 'filter');
  if (text === undefined) return null;
  try {
    return parseSelection(text);
  } catch (error) {
    if (error instanceof SelectionError) throw new UsageError('readBadFilter', { message: error.message });
    throw error;
  }
}

/** What is left of an analysis when only some connections count. */
function selected(analysis: Analysis, selects: Selection | null): Analysis {
  if (selects === null) return analysis;
  const connections = analysis.connections.filter(selects);
  const numbers = new Map<string, number[]>();
  for (const { number, verdicts } of connections)
    for (const { id } of verdicts) numbers.set(id, [...(numbers.get(id) ?? []), number]);
  const findings = analysis.findings.flatMap((finding) => {
    const list = numbers.get(finding.id);
    if (list === undefined) return [];
    const of = connections.find(({ number }) => number === list[0]);
    const verdict = of?.verdicts.find(({ id }) => id === finding.id) ?? finding.verdict;
    return [{ ...finding, count: list.length, connections: list.slice(0, 3), verdict }];
  });
  return { ...analysis, connections, findings, more: 0 };
}

/** The connection that was asked for. */
function keptOf({ kept, counts }: Analysis, number: number): Connection {
  const connection = kept.get(number);
  if (connection === undefined)
    throw new UsageError('readNoConnection', { text: number, count: counts.connections });
  return connection;
}

/** The ladder of one connection, and what is said about its frames. */
function tellConnection(show: Show, io: Io, analysis: Analysis, number: number): void {
  const connection = keptOf(analysis, number);
  const report = analysis.connections.find((one) => one.number === number);
  const { trace, eventOfFrame } = traceOfConnection(connection);
  const pointers = (report?.verdicts ?? [])
    .filter(({ severity }) => severity !== 'normal')
    .flatMap(({ id, evidence }) =>
      evidence.flatMap(({ frame, role }) => {
        const event = frame === null ? undefined : eventOfFrame.get(frame);
        const title = titleOf(id, io.lang);
        const text = t(io.lang, 'readWas', { frame: frame ?? 0, role: role[io.lang], title });
        return event === undefined ? [] : [{ event, text }];
      }),
    );
  show.ladder(trace, ...pointers);
  if (!connection.complete) show.say('readPart');
  const wrong = report?.verdicts.filter(({ severity }) => severity !== 'normal') ?? [];
  for (const { id, params } of wrong.length > 0 ? wrong : (report?.verdicts ?? [])) {
    const texts = verdictTexts.get(id);
    if (texts === undefined) continue;
    show.lines('');
    show.title(texts.title[io.lang]);
    show.text(printable(verdictText(texts.means, params, io.lang)));
  }
}

function svgOfConnection(analysis: Analysis, number: number, io: Io): string {
  return svgLadder(traceOfConnection(keptOf(analysis, number)).trace, { lang: io.lang });
}

/** Writes a file, or standard output for `-`; false when it cannot. */
function write(file: string, text: string, io: Io): boolean {
  if (file === '-') {
    io.stdout.write(text);
    return true;
  }
  try {
    writeFileSync(file, text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    io.stderr.write(`synfin: ${t(io.lang, 'readCannotWrite', { file: printable(file), message })}\n`);
    return false;
  }
}

/** A copy of the capture that can be given away; `end` is false when it could not be written. */
function anonymousCopy(name: string, io: Io): { frame(frame: Frame): void; end(): boolean } {
  const told = ({ message }: Error): void => {
    io.stderr.write(`synfin: ${t(io.lang, 'readCannotWrite', { file: printable(name), message })}\n`);
  };
  const file = new CaptureFile(name, told);
  const anonymiser = new Anonymiser((octets) => file.write(octets));
  return {
    frame: (frame) => anonymiser.frame(frame),
    end: () => {
      anonymiser.end();
      const whole = file.recording;
      file.close();
      const { written, leftOut } = anonymiser;
      if (whole)
        io.stderr.write(`${t(io.lang, 'readAnonymised', { file: printable(name), written, leftOut })}\n`);
      return whole;
    },
  };
}

/** Something was wrong with a file. */
function isBad({ problems }: Analysis, file: number): boolean {
  return problems.some((problem) => problem.file === file);
}

/** What is said of many connections together is known only now. False when the tables could not be written. */
function finishTables(tables: Tables, { findings, counts }: Analysis, io: Io): boolean {
  for (const { verdict } of findings) if (verdict.connection === null) tables.addWhole(verdict, counts);
  const error = tables.finish();
  if (error === null) return true;
  io.stderr.write(
    `synfin: ${t(io.lang, 'readCannotWrite', { file: printable(tables.dir), message: error.message })}\n`,
  );
  return false;
}

/** The viewer wants a terminal for itself. */
function checkTui(values: Values, positionals: readonly string[], { stdout }: Io): void {
  if (values['tui'] !== true) return;
  const other = ['json', 'zeek', 'svg', 'report', 'anonymise', 'parquet'].find((name) => name in values);
  if (other !== undefined) throw new UsageError('notTogether', { a: '--tui', b: `--${other}` });
  if (positionals.includes('-')) throw new UsageError('readTuiNotStdin');
  if ((stdout as { isTTY?: boolean }).isTTY !== true || values['plain'] === true)
    throw new UsageError('tuiNeedsTerminal');
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  if (positionals.length === 0) throw new UsageError('readNeeds');
  const selects = selectionOf(values);
  const conn = optionText(values, 'conn');
  const replay = optionText(values, 'replay');
  if (conn !== undefined && replay !== undefined) throw new UsageError('readConnOrReplay');
  const asked = conn ?? replay;
  const keep =
    asked === undefined
      ? undefined
      : parseWhole(asked, conn === undefined ? '--replay' : '--conn', 0, 999_999_999);
  const svg = optionText(values, 'svg');
  if (svg !== undefined && keep === undefined) throw new UsageError('readSvgNeedsConn');
  checkTui(values, positionals, io);
  const names = captureFiles(positionals);
  const zeek = values['zeek'] === true;
  const anonymous = optionText(values, 'anonymise');
  const copy = anonymous === undefined ? null : anonymousCopy(anonymous, io);
  const parquet = optionText(values, 'parquet');
  if (values['segments'] === true && parquet === undefined) throw new UsageError('readSegmentsNeedParquet');
  const tables = parquet === undefined ? null : new Tables(parquet, names, values['segments'] === true);
  const analyser: CaptureAnalyser = new CaptureAnalyser({
    ...(copy === null ? {} : { onFrame: (frame) => copy.frame(frame) }),
    ...(tables === null
      ? {}
      : {
          onConnection: (report, connection) => {
            if (selects === null || selects(report)) tables.add(report, connection, analyser.counts);
          },
        }),
    ...(keep === undefined ? {} : { keep }),
    // A log has a line for every connection.
    ...(zeek ? { mostListed: MOST_LOGGED } : {}),
  });
  const { lang } = io;
  const frames = await readCaptures(names, analyser, io.stdin, io.stderr, (name, { message }) => {
    io.stderr.write(`synfin: ${t(lang, 'readCannotRead', { file: printable(name), message })}\n`);
  });
  if (copy?.end() === false) return EXIT_FAILED;
  const all = analyser.end();
  if (tables !== null && !finishTables(tables, all, io)) return EXIT_FAILED;
  const analysis = selected(all, selects);
  if (selects !== null && all.more > 0) {
    const looked = { count: all.connections.length, more: all.more };
    io.stderr.write(`synfin: ${t(lang, 'readFilterPart', looked)}\n`);
  }
  for (const problem of analysis.problems) {
    const which = names.length > 1 ? `${names[problem.file]}: ` : '';
    io.stderr.write(`synfin: ${printable(which + problemText(problem, lang))}\n`);
  }
  const unread = frames.filter((count, file) => count === null || (count === 0 && isBad(analysis, file)));
  const nothing = unread.length === names.length;
  if (values['tui'] === true && !nothing) {
    const { viewCaptured, viewReplay } = await import('./read-viewer.ts');
    const look = showOptionsOf(values, io);
    if (replay !== undefined) return viewReplay(io, look, keptOf(analysis, keep as number));
    if (keep !== undefined) keptOf(analysis, keep);
    return viewCaptured(io, look, analysis, keep ?? null);
  }
  if (svg !== undefined && !write(svg, svgOfConnection(analysis, keep as number, io), io)) return EXIT_FAILED;
  const report = optionText(values, 'report');
  if (report !== undefined && !write(report, reportHtml(analysis, names.join(', '), lang), io))
    return EXIT_FAILED;
  if (zeek) {
    io.stdout.write(zeekLog(analysis));
    if (analysis.more > 0)
      io.stderr.write(`synfin: ${t(lang, 'readMoreConnections', { count: analysis.more })}\n`);
  } else if (tables !== null && keep === undefined && values['json'] !== true) {
    const { rows } = tables;
    io.stdout.write(`${t(lang, 'readParquet', { rows, dir: printable(tables.dir) })}\n`);
  } else if (values['json'] === true)
    io.stdout.write(`${JSON.stringify(analysisJson(analysis, lang), null, 1)}\n`);
  else if (svg === undefined && report === undefined) {
    const show = new Show(io, showOptionsOf(values, io));
    if (replay !== undefined) tellReplay(show, io, keptOf(analysis, keep as number));
    else if (keep !== undefined) tellConnection(show, io, analysis, keep);
    else if (!nothing) tellSummary(show, io, analysis, names.join(', '));
  }
  return unread.length > 0 ? EXIT_FAILED : 0;
}

/** `synfin read` */
export const readCommand: Command = { name: 'read', usage: readHelp, options: readOptions, run };

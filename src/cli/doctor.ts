// `synfin doctor`: what is wrong with the TCP connections of this host, or of one whose texts are given.

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Examination,
  examinationJson,
  examineHost,
  readSample,
  type Sample,
  stateNamed,
} from '../doctor/index.ts';
import { printable } from '../lab/text/index.ts';
import type { StateName } from '../tcp/index.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { doctorHelp } from './doctor-help.ts';
import { sampleOfHost, thisHost } from './doctor-host.ts';
import { isWrong, tellExamination } from './doctor-show.ts';
import { watchHost } from './doctor-watch.ts';
import { showOptions } from './run-options.ts';
import { Show, showOptionsOf } from './show.ts';

/** The options, as `util.parseArgs` wants them. */
export const doctorOptions = {
  interval: { type: 'string' },
  state: { type: 'string' },
  watch: { type: 'boolean' },
  json: { type: 'boolean' },
  plain: showOptions.plain,
  ascii: showOptions.ascii,
  color: showOptions.color,
} as const;

const EXIT_WRONG = 1;
const INTERVAL_S = 2;
const MOST_FILES = 2;

/** This host, twice. */
async function examineThisHost(seconds: number): Promise<Examination> {
  const before = await sampleOfHost();
  await wait(seconds * 1000);
  return examineHost(await sampleOfHost(), before, thisHost);
}

/** Texts of a host: one, or two in the order of time. */
async function examineTexts(names: readonly string[], state: StateName | null, io: Io): Promise<Examination> {
  const samples: Sample[] = [];
  for (const name of names) {
    const sample = readSample(name === '-' ? await text(io.stdin) : readFileSync(name, 'utf8'), state);
    if (sample.source === 'none' && sample.counters.size === 0)
      throw new UsageError('doctorNoSockets', { name: printable(name), strange: sample.strange });
    samples.push(sample);
  }
  const [first, second] = samples as [Sample, Sample?];
  return second === undefined ? examineHost(first) : examineHost(second, first);
}

/** `--state`: that of the lines of ss without one. */
function stateOf(values: Values): StateName | null {
  const name = optionText(values, 'state');
  if (name === undefined) return null;
  const state = stateNamed(name);
  if (state === undefined) throw new UsageError('doctorNoState', { text: name });
  return state;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const interval = optionText(values, 'interval');
  const seconds = interval === undefined ? INTERVAL_S : parseWhole(interval, '--interval', 1, 3600);
  const state = stateOf(values);
  if (positionals.length === 0 && state !== null) throw new UsageError('doctorStateHost');
  if (positionals.length > MOST_FILES) throw new UsageError('doctorTooManyFiles');
  const watches = values['watch'] === true;
  if (positionals.length > 0 && watches) throw new UsageError('doctorWatchFile');
  if (positionals.length === 0 && process.platform !== 'linux') throw new UsageError('doctorNotLinux');
  const options = showOptionsOf(values, io);
  if (watches) {
    if ((io.stdout as { isTTY?: boolean }).isTTY !== true) throw new UsageError('doctorWatchTerminal');
    return watchHost(io, options, seconds);
  }
  const examination =
    positionals.length > 0 ? await examineTexts(positionals, state, io) : await examineThisHost(seconds);
  if (values['json'] === true)
    io.stdout.write(`${JSON.stringify(examinationJson(examination, io.lang), null, 1)}\n`);
  else tellExamination(new Show(io, options), io, examination);
  return examination.findings.some(isWrong) ? EXIT_WRONG : 0;
}

/** `synfin doctor` */
export const doctorCommand: Command = { name: 'doctor', usage: doctorHelp, options: doctorOptions, run };

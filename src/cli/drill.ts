// `synfin drill`: packetdrill scripts against synfin in virtual time, or in real time: against synfin
// behind a TUN device, or against the kernel of this machine.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  failedByTime,
  parseDefine,
  parseScript,
  profiles,
  type RunPacket,
  runScript,
  ScriptError,
  type ScriptOptions,
  type ScriptResult,
} from '../drill/index.ts';
import type { Params } from '../lab/text/index.ts';
import { printable } from '../lab/text/index.ts';
import { canUseNamespaces, canUseTun, inNamespace, reexecInNamespace } from '../link/tun/index.ts';
import {
  type Command,
  type Io,
  optionText,
  optionTexts,
  parseWhole,
  UsageError,
  type Values,
} from './command.ts';
import { drillHelp } from './help.ts';
import { type MessageKey, t } from './messages.ts';

const TARGETS = ['synfin', 'tun', 'kernel'] as const;
const PROFILES = ['linux', 'freebsd', 'rfc'] as const;
/** Runs of a script in real time until a failure by times alone counts. */
const ATTEMPTS = 3;
const HOUR_US = 3_600_000_000;

/** The options, as `util.parseArgs` wants them. */
export const drillOptions = {
  target: { type: 'string' },
  profile: { type: 'string' },
  define: { type: 'string', multiple: true },
  'tolerance-usecs': { type: 'string' },
  verbose: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type ParsedDefine = Exclude<ReturnType<typeof parseDefine>, string>;

interface Settings {
  readonly target: (typeof TARGETS)[number];
  readonly profile: (typeof PROFILES)[number];
  readonly defines: readonly ParsedDefine[];
  readonly args: Readonly<Record<string, string>>;
  readonly verbose: boolean;
  readonly json: boolean;
}

function oneOf<T extends string>(values: Values, name: string, choices: readonly T[]): T {
  const text = optionText(values, name) ?? choices[0];
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw new UsageError('notOneOf', {
      what: `--${name}`,
      choices: choices.join(', '),
      text: text ?? '',
    });
  }
  return found;
}

function flag(values: Values, name: keyof typeof drillOptions): boolean {
  return values[name] === true;
}

function settingsOf(values: Values): Settings {
  const defines = optionTexts(values, 'define').map((text) => {
    const define = parseDefine(text);
    if (typeof define === 'string') throw new UsageError('drillDefine', { why: define });
    return define;
  });
  const tolerance = optionText(values, 'tolerance-usecs');
  const us = tolerance === undefined ? 0 : parseWhole(tolerance, '--tolerance-usecs', 0, HOUR_US);
  return {
    target: oneOf(values, 'target', TARGETS),
    profile: oneOf(values, 'profile', PROFILES),
    defines,
    args: tolerance === undefined ? {} : { tolerance_usecs: String(us) },
    verbose: flag(values, 'verbose'),
    json: flag(values, 'json'),
  };
}

/** The scripts that `paths` name, directories walked. */
function scriptsOf(paths: readonly string[]): string[] {
  if (paths.length === 0) throw new UsageError('drillNeeds');
  return paths.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    const found = stat?.isDirectory() ? walk(path) : stat?.isFile() ? [path] : [];
    if (found.length === 0) throw new UsageError('drillNoScript', { text: path });
    return found;
  });
}

function walk(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return walk(path);
      return entry.isFile() && entry.name.endsWith('.pkt') ? [path] : [];
    });
}

/** Runs a script; what is no script has failed. */
async function runOne(file: string, text: string, settings: Settings, io: Io): Promise<ScriptResult> {
  const profile = profiles[settings.profile];
  try {
    const script = parseScript(text, { file, defines: settings.defines, platform: profile.platform });
    let options: ScriptOptions = { profile, args: settings.args };
    if (settings.target !== 'synfin') {
      const { KernelTarget, kernelArguments, TunTarget } = await import('../drill/kernel/index.ts');
      const args = { ...kernelArguments(script), ...settings.args };
      options = { profile, args, target: settings.target === 'tun' ? TunTarget.open : KernelTarget.open };
    }
    let result = await runScript(script, options);
    if (settings.target !== 'synfin') {
      for (let i = 1; i < ATTEMPTS && failedByTime(result); i++) result = await runScript(script, options);
    }
    return result;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const explanation = `${t(io.lang, 'drillNotScript')}: ${error.summary}`;
    const base = { file, packets: [], notes: [], notJudged: [], endUs: 0 };
    return { outcome: 'fail', line: error.line, explanation, expected: '', actual: '', ...base };
  }
}

/** Prints results as they come. */
class Report {
  readonly #io: Io;
  readonly #verbose: boolean;

  constructor(io: Io, verbose: boolean) {
    this.#io = io;
    this.#verbose = verbose;
  }

  #say(indent: number, key: MessageKey, params: Params = {}): void {
    this.#io.stdout.write(`${' '.repeat(indent)}${t(this.#io.lang, key, params)}\n`);
  }

  script(result: ScriptResult, text: string): void {
    const { file, outcome } = result;
    if (outcome === 'pass') this.#say(0, 'drillPass', { file });
    else if (outcome === 'unsupported')
      this.#say(0, 'drillUnsupported', { file, line: result.line, reason: result.reason });
    else {
      this.#say(0, 'drillFail', { file, line: result.line, reason: result.explanation });
      const source = text.split('\n')[result.line - 1]?.trim() ?? '';
      if (source !== '') this.#io.stdout.write(`    ${result.line} | ${printable(source)}\n`);
      if (result.expected !== '') this.#say(4, 'drillExpected', { text: result.expected });
      if (result.actual !== '') this.#say(4, 'drillActual', { text: result.actual });
      if (result.packets.length > 0) this.#say(4, 'drillPackets');
    }
    for (const text of result.notJudged) this.#say(4, 'drillNotJudged', { text: printable(text) });
    if (outcome !== 'fail' && !this.#verbose) return;
    for (const packet of result.packets) this.#io.stdout.write(`${this.#packet(packet)}\n`);
    for (const note of result.notes) this.#say(4, 'drillNote', { text: note });
  }

  #packet({ atUs, text, line }: RunPacket): string {
    const unexpected = line === 0 ? `   ${t(this.#io.lang, 'drillUnexpected')}` : '';
    return `    ${(atUs / 1e6).toFixed(6).padStart(12)} ${printable(text)}${unexpected}`;
  }

  summary(tally: Params): void {
    this.#say(0, 'drillSummary', tally);
  }
}

/** Why there is no TUN device or no namespace, in one line; '' if it can. */
async function whyNoTun(): Promise<string> {
  const tun = await canUseTun();
  const namespaces = inNamespace() ? { ok: true as const } : await canUseNamespaces();
  const why = !tun.ok ? tun.why : !namespaces.ok ? namespaces.why : '';
  return why.split('\n', 1)[0] as string;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const settings = settingsOf(values);
  const files = scriptsOf(positionals);
  if (settings.target !== 'synfin') {
    const why = await whyNoTun();
    if (why !== '') {
      io.stderr.write(`synfin drill: ${t(io.lang, 'drillTunNeeded', { target: settings.target, why })}\n`);
      return 1;
    }
    if (!inNamespace()) return reexecInNamespace(process.argv.slice(1));
  }
  const report = new Report(io, settings.verbose);
  const results: ScriptResult[] = [];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const result = await runOne(file, text, settings, io);
    results.push(result);
    if (!settings.json) report.script(result, text);
  }
  const count = (outcome: ScriptResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const tally = { passed: count('pass'), failed: count('fail'), unsupported: count('unsupported') };
  if (settings.json) {
    const document = { target: settings.target, profile: settings.profile, results, summary: tally };
    io.stdout.write(`${JSON.stringify(document, null, 1)}\n`);
  } else {
    report.summary(tally);
  }
  return tally.failed === 0 ? 0 : 1;
}

/** `synfin drill` */
export const drillCommand: Command = {
  name: 'drill',
  usage: drillHelp,
  options: drillOptions,
  run,
};

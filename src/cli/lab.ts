// `synfin lab`: serves the lab's page on this machine and prints its address, with a link to a scenario and its
// changes when they are given, or to a file, which the page opens.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import type { Lang, RunOptions } from '../lab/index.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { labHelp } from './lab-help.ts';
import { labPage } from './lab-page.ts';
import { labServer } from './lab-server.ts';
import { t } from './messages.ts';
import { runOptionsOf, wantedScenario } from './run-lab.ts';
import { scenarioOptions } from './run-options.ts';

const DEFAULT_PORT = 9293;
const DEFAULT_HOST = '127.0.0.1';
/** The form of the fragment that we write: what the page reads (web/state/codec.ts). */
const LINK_FORM = 1;

/** The options, as `util.parseArgs` wants them. */
export const labOptions = {
  port: { type: 'string' },
  host: { type: 'string' },
  open: { type: 'boolean' },
  drop: scenarioOptions.drop,
  'delay-segment': scenarioOptions['delay-segment'],
  dup: scenarioOptions.dup,
  corrupt: scenarioOptions.corrupt,
  edit: scenarioOptions.edit,
  seed: scenarioOptions.seed,
  rules: scenarioOptions.rules,
  msl: { type: 'string' },
  delay: { type: 'string' },
} as const;

/** The fragment of the page's address that shows a scenario, with `#`; '' for no scenario. */
export function linkOf(scenario: string | null, options: RunOptions, lang: Lang | null): string {
  if (scenario === null) return '';
  const query = new URLSearchParams();
  if (lang !== null) query.set('l', lang);
  if (options.seed !== undefined) query.set('s', String(options.seed));
  if (options.mslMs !== undefined) query.set('m', String(Math.round(options.mslMs)));
  if (options.delayMs !== undefined) query.set('d', String(Math.round(options.delayMs)));
  if (options.rules !== undefined) query.set('r', options.rules.id);
  for (const edit of options.edits ?? []) query.append('e', edit);
  const text = query.toString();
  return `#${LINK_FORM}/${encodeURIComponent(scenario)}${text === '' ? '' : `?${text}`}`;
}

/** What follows the page's address for a file, which the page asks its server for. */
export function fileLinkOf(file: string, lang: Lang | null): string {
  const query = new URLSearchParams({ file: basename(file) });
  return `?${query}#${LINK_FORM}/?v=home${lang === null ? '' : `&l=${lang}`}`;
}

/** A trace or a capture, packed or not; no scenario is called like that. */
const FILE_NAME = /[\\/]|\.(json|pcapng|pcap|gz|zst)$/i;

/** The address of a server that listens, for a browser on this machine. */
function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  const everywhere = address === '0.0.0.0' || address === '::';
  const host = everywhere ? DEFAULT_HOST : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}/`;
}

/** Listens, or says why it cannot. */
async function listening(server: Server, port: number, host: string, io: Io): Promise<boolean> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const key = code === 'EADDRINUSE' ? 'labPortTaken' : 'labCannotListen';
    io.stderr.write(`synfin lab: ${t(io.lang, key, { host, port, message })}\n`);
    return false;
  }
}

/** Why a file cannot be read, or null. */
async function whyUnreadable(file: string): Promise<string | null> {
  try {
    await using opened = await open(file);
    return (await opened.stat()).isFile() ? null : `EISDIR: ${file}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Starts the browser that the system has for addresses. */
function openBrowser(url: string, io: Io): void {
  const { platform } = process;
  const program = platform === 'darwin' ? 'open' : platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', ({ message }) => {
    io.stderr.write(`synfin lab: ${t(io.lang, 'labCannotOpen', { message })}\n`);
  });
  child.unref();
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [name = null, ...more] = positionals;
  if (more.length > 0) throw new UsageError('tooManyArguments', { text: more.join(' ') });
  const file = name !== null && FILE_NAME.test(name) ? name : null;
  const scenario = name === null || file !== null ? null : wantedScenario(name).id;
  const options = runOptionsOf(values);
  const changed = Object.keys(labOptions).find(
    (option) => !['port', 'host', 'open'].includes(option) && values[option] !== undefined,
  );
  if (scenario === null && changed !== undefined)
    throw new UsageError('labNeedsScenario', { option: `--${changed}` });
  const port = parseWhole(optionText(values, 'port') ?? String(DEFAULT_PORT), '--port', 0, 65_535);
  const host = optionText(values, 'host') ?? DEFAULT_HOST;
  const problem = file === null ? null : await whyUnreadable(file);
  if (problem !== null) {
    io.stderr.write(`synfin lab: ${t(io.lang, 'labCannotRead', { message: problem })}\n`);
    return 1;
  }
  const page = await labPage(process.env['SYNFIN_LAB_PAGE']);
  if (page.found === null) {
    io.stderr.write(`synfin lab: ${t(io.lang, 'labNotBuilt', { file: page.expected })}\n`);
    return 1;
  }
  const server = labServer(page.directory, file);
  if (!(await listening(server, port, host, io))) return 1;
  const url = `${addressOf(server)}${file === null ? linkOf(scenario, options, io.lang) : fileLinkOf(file, io.lang)}`;
  io.stdout.write(`${t(io.lang, 'labAt', { url })}\n`);
  if (values['open'] === true) openBrowser(url, io);
  await signalled();
  server.close();
  server.closeAllConnections();
  return 0;
}

/** Until SIGINT or SIGTERM. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      process.off('SIGINT', done);
      process.off('SIGTERM', done);
      resolve();
    };
    process.on('SIGINT', done);
    process.on('SIGTERM', done);
  });
}

/** `synfin lab` */
export const labCommand: Command = { name: 'lab', usage: labHelp, options: labOptions, run };

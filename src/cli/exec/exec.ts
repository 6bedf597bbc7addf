// `synfin exec`: a network namespace with a TUN device in it; a Node program on a synfin host at one end of the device,
// the namespace's kernel, and whatever uses it, at the other.

import { accessSync, constants, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Params } from '../../lab/text/index.ts';
import { bringLoopbackUp, inNamespace, reexecInNamespace, runInForeground } from '../../link/tun/index.ts';
import { type Command, type Io, optionText, UsageError, type Values } from '../command.ts';
import { whyNoKernel } from '../kernel-here.ts';
import { type MessageKey, t } from '../messages.ts';
import { type NetworkSettings, networkOptions, networkSettings } from '../network.ts';
import { nodeProgram } from './command.ts';
import { execHelp } from './help.ts';
import { NotReadyError, startServed } from './served.ts';
import { EXEC_VARIABLE, EXIT_FAILED, type ExecSettings } from './settings.ts';

/** What shells say of a command that cannot be run, and of one that is not there. */
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

const DEFAULT_TUN = 'synfin0';
const DEFAULT_ADDRESSES = ['10.9.0.2/24', 'fd00:9::2/64'] as const;
const DEFAULT_PEERS = ['10.9.0.1', 'fd00:9::1'] as const;
/** Nothing runs on the host: it answers pings, and refuses connections. */
const IDLE = ['-e', 'setInterval(() => {}, 2 ** 30)'] as const;

/** The module that is loaded before a program of Node. */
const host = new URL(import.meta.url.endsWith('.ts') ? './host.ts' : './host.js', import.meta.url);

const options = {
  ...networkOptions,
  serve: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [command, ...args] = positionals;
  if (command === undefined) throw new UsageError('execNeedsCommand');
  const serve = optionText(values, 'serve');
  const program = nodeProgram(command, process.env['PATH'] ?? '');
  if (program !== null && serve !== undefined) throw new UsageError('execServesNode');
  if (serve !== undefined && !isReadable(serve)) throw new UsageError('execNoProgram', { text: serve });
  const network = settingsOf(values);
  const say = (key: MessageKey, params: Params = {}): void => {
    io.stderr.write(`synfin exec: ${t(io.lang, key, params)}\n`);
  };
  const why = await whyNoKernel();
  if (why !== '') {
    say('execNotHere', { why });
    return EXIT_FAILED;
  }
  if (!inNamespace()) return reexecInNamespace(process.argv.slice(1));

  await bringLoopbackUp();
  const [address, peer] = [bare(network.addresses[0]), network.peers[0] ?? ''];
  const env = { ...process.env, SYNFIN_ADDRESS: address, SYNFIN_PEER: peer };
  const onHost = (says: ExecSettings['says']): Record<string, string | undefined> => ({
    ...env,
    [EXEC_VARIABLE]: JSON.stringify({ ...network, lang: io.lang, says } satisfies ExecSettings),
  });
  const imported = ['--import', host.href];
  if (program !== null) {
    if (values['quiet'] !== true) say('execOnHost', { address, peer, enter: entering() });
    const node = [...imported, ...program.args, ...args];
    return inForeground(program.node, node, onHost(null), command, say);
  }
  const served = serve === undefined ? IDLE : [resolve(serve)];
  const nodeArgs = [...process.execArgv, ...imported, ...served];
  try {
    const beside = await startServed(
      process.execPath,
      nodeArgs,
      onHost(serve === undefined ? 'up' : 'listening'),
    );
    try {
      return await inForeground(command, args, env, command, say);
    } finally {
      await beside.end();
    }
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    const { exitCode } = error;
    // Its own words about the device are on standard error already.
    if (exitCode !== EXIT_FAILED) say('execNotReady', { text: serve ?? '', code: exitCode ?? '-' });
    return EXIT_FAILED;
  }
}

async function inForeground(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  command: string,
  say: (key: MessageKey, params: Params) => void,
): Promise<number> {
  try {
    return await runInForeground(file, args, { env });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EACCES') throw error;
    say(code === 'ENOENT' ? 'execNotFound' : 'execNotExecutable', { command });
    return code === 'ENOENT' ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
  }
}

/** The options, with a network of our own where none is named. */
function settingsOf(values: Values): NetworkSettings {
  const named = values['address'] !== undefined || values['peer'] !== undefined;
  return networkSettings({
    tun: DEFAULT_TUN,
    ...(named ? {} : { address: DEFAULT_ADDRESSES, peer: DEFAULT_PEERS }),
    ...values,
  });
}

function bare(cidr = ''): string {
  return cidr.split('/', 1)[0] as string;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** How another terminal gets into this namespace. */
function entering(): string {
  const isUser = !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
  return `nsenter --target ${process.pid} ${isUser ? '--user --preserve-credentials ' : ''}--net`;
}

/** `synfin exec` */
export const execCommand: Command = {
  name: 'exec',
  usage: (lang) => execHelp(lang),
  options,
  run,
};

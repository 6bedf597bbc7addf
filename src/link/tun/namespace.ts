// A network of one's own: running this program again in a new network namespace, where a TUN interface can
// be made and configured without touching the machine's network. unshare(1), network_namespaces(7).

import { execFile, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { fromNodeError, TunError } from './errors.ts';
import { loadLibc } from './libc.ts';

/** Set to '1' in a process that {@link reexecInNamespace} started. */
export const NAMESPACE_VARIABLE = 'SYNFIN_NAMESPACE';

/** Whether something can be used, and if not, why. */
export type Availability = { ok: true } | { ok: false; why: string };

/** Whether namespaces can be made: as root, or in a user namespace as a plain user. */
export type NamespaceAvailability = { ok: true; how: 'root' | 'user' } | { ok: false; why: string };

const FLAGS: Record<'root' | 'user', string> = { root: '-n', user: '-Urn' };

/** Runs `unshare FLAGS true`; resolves to an empty string, or to why it failed. */
function tryUnshare(flags: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      'unshare',
      [flags, process.execPath, '--version'],
      { timeout: 10_000 },
      (error, _out, stderr) => {
        if (error === null) resolve('');
        else if (error.code === 'ENOENT') resolve('there is no `unshare` (util-linux) on this machine');
        else resolve(stderr.trim() || error.message);
      },
    );
  });
}

let namespaces: Promise<NamespaceAvailability> | undefined;

async function probeNamespaces(): Promise<NamespaceAvailability> {
  if (process.platform !== 'linux') {
    return { ok: false, why: `network namespaces are Linux's; this is ${process.platform}` };
  }
  if (process.getuid?.() === 0 && (await tryUnshare(FLAGS.root)) === '') return { ok: true, how: 'root' };
  const why = await tryUnshare(FLAGS.user);
  return why === '' ? { ok: true, how: 'user' } : { ok: false, why };
}

/** Tries it (once per process) with a program that does nothing. */
export function canUseNamespaces(): Promise<NamespaceAvailability> {
  namespaces ??= probeNamespaces();
  return namespaces;
}

/** Whether libc can be called and /dev/net/tun be opened by this user. Makes no interface. */
export async function canUseTun(): Promise<Availability> {
  try {
    await loadLibc();
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    closeSync(openSync('/dev/net/tun', constants.O_RDWR));
    return { ok: true };
  } catch (error) {
    const typed = error instanceof TunError ? error : fromNodeError('opening /dev/net/tun', error);
    return { ok: false, why: typed.message };
  }
}

/** True in a process that {@link reexecInNamespace} started: its network is its own. */
export function inNamespace(): boolean {
  return process.env[NAMESPACE_VARIABLE] === '1';
}

/** A terminal sends these to every process in the foreground: forwarding them would double them. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const FORWARDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2', ...FROM_TERMINAL];

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', constants.O_RDONLY | constants.O_NOCTTY));
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs Node again, with the same Node options, as `node ARGV` in a new network namespace: only a loopback
 * interface, which is down. Input and output are inherited, signals forwarded. Resolves to the exit code, or
 * 128 + the signal that ended it. Rejects with a {@link TunError} 'EPERM' when no namespace can be made.
 */
export async function reexecInNamespace(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  const can = await canUseNamespaces();
  if (!can.ok) throw new TunError('EPERM', `no network namespace: ${can.why}`);
  const program = [process.execPath, ...process.execArgv, ...argv];
  try {
    return await runInForeground('unshare', [FLAGS[can.how], '--', ...program], {
      env: { ...env, [NAMESPACE_VARIABLE]: '1' },
    });
  } catch (error) {
    throw fromNodeError('running unshare', error);
  }
}

/**
 * Runs a program as a shell does: its input and output are ours, signals that we get are its. Resolves to its exit code,
 * or 128 + the signal that ended it. Rejects with Node's error when it cannot be started (ENOENT, EACCES).
 */
export function runInForeground(
  command: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const terminal = hasTerminal();
    const forward = (signal: NodeJS.Signals) => {
      if (!(terminal && FROM_TERMINAL.includes(signal))) child.kill(signal);
    };
    // They stand before there is a child: it may run, and be seen to run, before spawn() has returned.
    for (const signal of FORWARDED) process.on(signal, forward);
    const child = spawn(command, args, { stdio: 'inherit', env: options.env });
    const finish = () => {
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    child.once('error', (error) => {
      finish();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      finish();
      resolve(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal]));
    });
  });
}

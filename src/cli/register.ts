// `synfin register`: what `node --import synfin/register` would redirect here, as a process of that kind says it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Command, type Io, UsageError, type Values } from './command.ts';
import { registerHelp } from './register-help.ts';

/** The module that is loaded before a program: `synfin/register`. */
const preload = new URL(
  import.meta.url.endsWith('.ts') ? '../socket/node/preload.ts' : '../socket/node/preload.js',
  import.meta.url,
);

const options = { explain: { type: 'boolean' } } as const;

/** With `--explain`, and without it: there is nothing else to do for a command. */
async function run(_values: Values, positionals: readonly string[], io: Io): Promise<number> {
  if (positionals.length > 0) throw new UsageError('tooManyArguments', { text: positionals.join(' ') });
  const program = `const { currentRegistration } = await import(${JSON.stringify(preload.href)});
    process.stdout.write(currentRegistration().explain('${io.lang}'));`;
  const args = ['--import', preload.href, '--input-type=module', '-e', program];
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: process.env,
  });
  let errors = '';
  child.stderr.on('data', (octets: Buffer) => {
    errors += String(octets);
  });
  child.stdout.pipe(io.stdout, { end: false });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return 0;
  // What is wrong with the configuration is one line of an uncaught error.
  const line = errors.split('\n').find((each) => /^\w*Error\b/.test(each)) ?? errors.trim();
  io.stderr.write(`synfin register: ${line.replace(/^\w+: /, '')}\n`);
  return 1;
}

/** `synfin register` */
export const registerCommand: Command = {
  name: 'register',
  usage: (lang) => registerHelp(lang),
  options,
  run,
};

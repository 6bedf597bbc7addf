// `synfin run`: one whole connection against the kernel of this machine where that can be had, or a scenario. Exits with 0
// only if both ends passed the states that RFC 9293 wants. What runs is loaded by the process that runs it: another is
// started first when the kernel's end needs a network namespace.

import type { Lang } from '../lab/text/index.ts';
import { inNamespace, reexecInNamespace } from '../link/tun/namespace.ts';
import { type Command, type Io, UsageError, type Values } from './command.ts';
import { runHelp } from './help.ts';
import { whyNoKernel } from './kernel-here.ts';
import { runOptions, scenarioOptions } from './run-options.ts';
import { settingsOf } from './run-settings.ts';

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [scenario, ...more] = positionals;
  if (more.length > 0) throw new UsageError('tooManyArguments', { text: more.join(' ') });
  if (values['list'] !== true && scenario === undefined && values['tui'] !== true)
    return connection(values, io);
  const { listScenarios, runScenarioCommand } = await import('./run-lab.ts');
  if (values['list'] === true && scenario === undefined) return listScenarios(values, io);
  return runScenarioCommand(scenario ?? null, values, io);
}

/** One connection, without a scenario. */
async function connection(values: Values, io: Io): Promise<number> {
  const foreign = Object.keys(scenarioOptions).find((name) => name !== 'plain' && values[name] !== undefined);
  if (foreign !== undefined) throw new UsageError('onlyWithScenario', { option: `--${foreign}` });
  const settings = settingsOf(values, io);
  const why = settings.peer === 'synfin' ? '' : await whyNoKernel();
  if (settings.peer !== 'synfin' && why === '' && !inNamespace())
    return reexecInNamespace(process.argv.slice(1));
  const { runConnection } = await import('./run-connection.ts');
  return runConnection(settings, io, why);
}

/** `synfin run` */
export const runCommand: Command = {
  name: 'run',
  usage: (lang: Lang) => runHelp(lang),
  options: runOptions,
  run,
};

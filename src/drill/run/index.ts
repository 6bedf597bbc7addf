// The door of the runtime: one script against one target.

import { flag, func, like, Schema, seed } from '../../options/index.ts';
import { type Rules, rulesKind } from '../../tcp/index.ts';
import type { Script } from '../ast.ts';
import type { RunConfig } from './config.ts';
import { runConfig } from './config.ts';
import { linuxProfile, type Profile } from './profile.ts';
import type { ScriptResult } from './result.ts';
import { Runner } from './runner.ts';
import type { Target } from './target.ts';
import { VirtualTarget } from './virtual.ts';

export type { RunConfig } from './config.ts';
export { largeSegment } from './large-segment.ts';
export {
  ChosenRules,
  freebsdProfile,
  linuxProfile,
  type Profile,
  profiles,
  rfcProfile,
  type Steps,
} from './profile.ts';
export {
  type Fail,
  failedByTime,
  formatResult,
  type Pass,
  type RunPacket,
  type ScriptResult,
  type UnsupportedScript,
} from './result.ts';
export { shellActions } from './shell.ts';
export type { ShellAction } from './shell-action.ts';
export type { Syscalls, Target } from './target.ts';
export { hostCounters, hostSocketLines, readCounters } from './tools.ts';
export { VirtualTarget, type VirtualTargetOptions } from './virtual.ts';

/** Options of {@link runScript}. */
export interface ScriptOptions {
  /** What the script was written for. Default Linux. */
  readonly profile?: Profile;
  /** Seed of the host's dice. */
  readonly seed?: number | string;
  /** A TCP with other rules. */
  readonly rules?: Rules;
  /**
   * Stricter than packetdrill: packets that are left when the script ends fail it, and TS ecr is compared.
   */
  readonly strict?: boolean;
  /** Options as on a command line: `{ ip_version: 'ipv6' }`. The script's own lines win. */
  readonly args?: Readonly<Record<string, string>>;
  /** What to run against; default the synfin Host in virtual time. */
  readonly target?: (config: RunConfig, profile: Profile) => Target | Promise<Target>;
}

const scriptOptions = new Schema<ScriptOptions>('runScript', {
  profile: like('a profile: linuxProfile, freebsdProfile or rfcProfile', 'personality', 'tcp'),
  seed: seed,
  rules: rulesKind,
  strict: flag,
  args: like('an object of texts by name'),
  target: func,
});

/** Runs a script; never rejects for what a script can be or a stack can do. Rejects with OptionTypeError. */
export async function runScript(script: Script, options: ScriptOptions = {}): Promise<ScriptResult> {
  scriptOptions.check(options);
  const profile = options.profile ?? linuxProfile;
  const args = Object.entries(options.args ?? {}).map(([name, value]) => ({ name, value, line: 0 }));
  const read = runConfig(script, args);
  if ('reason' in read) {
    const base = { file: script.file, packets: [], notes: [], notJudged: [], endUs: 0 };
    return { outcome: 'unsupported', line: read.line, reason: read.reason, ...base };
  }
  const { config } = read;
  const target =
    (await options.target?.(config, profile)) ??
    new VirtualTarget(config, {
      personality: profile.personality,
      tcp: profile.tcp,
      seed: options.seed ?? 1,
      rules: options.rules ?? profile.rules,
    });
  try {
    return await new Runner(script, config, target, { profile, strict: options.strict ?? false }).run();
  } finally {
    await target.close();
  }
}

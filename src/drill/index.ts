// The door of the script referee: packetdrill scripts read, printed, and run against a stack.

export type { Script, ScriptEvent } from './ast.ts';
export { type ParseOptions, parseDefine, parseScript, printScript, ScriptError } from './parse/index.ts';
export {
  type Fail,
  failedByTime,
  formatResult,
  freebsdProfile,
  linuxProfile,
  type Pass,
  type Profile,
  profiles,
  type RunConfig,
  type RunPacket,
  rfcProfile,
  runScript,
  type ScriptOptions,
  type ScriptResult,
  type Syscalls,
  type Target,
  type UnsupportedScript,
  VirtualTarget,
} from './run/index.ts';

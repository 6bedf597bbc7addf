// Runs scripts of the grid, and says in few words how one ended.

import { parseScript, runScript, type ScriptOptions, type ScriptResult } from '../../../src/drill/index.ts';
import { type Cell, nameOf } from './axes.ts';
import { scriptOf } from './script.ts';

/** Runs the script of a cell, on the host in virtual time unless `options` has another target. */
export function runCell(c: Cell, options: ScriptOptions = {}): Promise<ScriptResult> {
  const script = parseScript(scriptOf(c), { file: `${nameOf(c)}.pkt` });
  return runScript(script, { strict: true, ...options });
}

/** What came instead of what the script says, for a table; null when it passed. */
export function instead(result: ScriptResult): string | null {
  if (result.outcome === 'pass') return null;
  if (result.outcome === 'unsupported') return `cannot run: ${result.reason}`;
  const text = result.actual
    .replace(/^\d+\.\d+ (s: )?/, '')
    .replace(/nothing until .*/, 'nothing')
    .replace(/ win \d+/, '')
    .replace(/ <[^>]*>$/, '');
  return (result.explanation.startsWith('the stack sent') ? `and also ${text}` : text).replaceAll('|', '\\|');
}

// Runs scripts of the grid, and says in few words how one ended.

import { parseScript, runScript, type ScriptOptions, type ScriptResult } from '../../../src/drill/index.ts';
import { type Cell, nameOf } from './axes.ts';
import { scriptOf } from './script.ts';

/** Runs the script of a cell, on the host in virtual time unless `options` has another target. */
export function runCell(c: Cell, options: ScriptOptions = {}): Promise<ScriptResult> {
  const script = parseScript(scriptOf(c), { file: `${nameOf(c)}.pkt` });
  return runScript(script, { strict: true, ...options });
}

/** Longest that an answer takes. */
const ANSWER_US = 60_000;
/** The states by the numbers of Linux. */
const STATE_NAMES: Readonly<Record<string, string>> = {
  1: 'ESTABLISHED',
  2: 'SYN-SENT',
  3: 'SYN-RECEIVED',
  4: 'FIN-WAIT-1',
  5: 'FIN-WAIT-2',
  6: 'TIME-WAIT',
  7: 'CLOSED or TIME-WAIT',
  8: 'CLOSE-WAIT',
  9: 'LAST-ACK',
  10: 'LISTEN',
  11: 'CLOSING',
};

/** What came instead of what the script says, for a table; null when it passed. */
export function instead(c: Cell, result: ScriptResult): string | null {
  if (result.outcome === 'pass') return null;
  if (result.outcome === 'unsupported') return `cannot run: ${result.reason}`;
  const lines = scriptOf(c).split('\n');
  // The line after the comment, counted from 1.
  const injected = lines.indexOf('// Here it comes.') + 2;
  if (result.line < injected) return `does not get there: ${plain(result.actual)}`;
  const at = result.packets.findIndex((p) => p.line === injected);
  const start = result.packets[at]?.atUs ?? 0;
  const rest = result.packets.slice(at + 1);
  const next = rest.findIndex((p) => p.direction === 'inbound');
  const answers = rest
    .slice(0, next < 0 ? rest.length : next)
    .filter((p) => p.atUs - start < ANSWER_US)
    .map((p) => plain(p.text));
  const after = lines.slice(injected);
  const probe = after.findIndex((l) => / < /.test(l));
  const expected = after
    .slice(0, probe < 0 ? after.length : probe)
    .filter((l) => / > /.test(l))
    .map((l) => plain(l.slice(l.indexOf('> '))));
  if (answers.join() !== expected.join()) return answers.length === 0 ? 'nothing' : answers.join(' and ');
  if (result.expected.includes('tcpi_state')) return `${STATE_NAMES[result.actual] ?? result.actual}`;
  if (result.expected.includes('tcpi_unacked'))
    return result.actual === '0' ? 'the ACK counts' : 'the ACK does not count';
  return `afterwards ${plain(result.actual)}`;
}

/** A segment without time, window and options. */
function plain(text: string): string {
  return text
    .replace(/^\d+\.\d+ (s: )?(> )?/, '')
    .replace(/^> /, '')
    .replace(/^nothing until .*/, 'nothing')
    .replace(/ <[^>]*>$/, '')
    .replace(/ win \d+/, '')
    .replace(/^R\. \d{5,}:\d+\(0\)/, 'R. with SEQ=0')
    .replaceAll('|', '\\|');
}

// Tells of each change as soon as it is known what became of it: a long run that is cut short has said something.

import { relative } from 'node:path';
import type { Mutant } from './judge.ts';

class Found {
  static readonly inject: readonly string[] = [];

  onMutantTested({ fileName, status, replacement, location: { start } }: Mutant): void {
    if (status === 'CompileError' || status === 'Ignored') return;
    const to = status === 'Killed' ? '' : ` + ${replacement.replace(/\s+/g, ' ').slice(0, 60)}`;
    console.log(`${status} ${relative(process.cwd(), fileName)}:${start.line}:${start.column}${to}`);
  }
}

export const strykerPlugins = [{ kind: 'Reporter', name: 'found', injectableClass: Found }];

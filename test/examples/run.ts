// Runs an example as its reader does.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the examples are. */
export const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));

/** How an example ended, and what it printed. */
export interface Ran {
  readonly status: number | null;
  readonly stderr: string;
  readonly lines: readonly string[];
}

const LIMIT_MS = 50_000;

/** The program of an example. */
export function main(name: string): string {
  return join(FOLDER, name, 'main.ts');
}

/** `node FLAGS examples/NAME/main.ts`, which has to end by itself; status null: it did not. */
export function runExample(name: string, flags: readonly string[] = []): Promise<Ran> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, main(name)],
      { timeout: LIMIT_MS, env: { ...environment, NODE_NO_WARNINGS: '1' } },
      (_error, stdout, stderr) =>
        resolve({ status: child.exitCode, stderr, lines: stdout.trimEnd().split('\n') }),
    );
  });
}

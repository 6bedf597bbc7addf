// lwIP as the machine has it (Debian's and Ubuntu's liblwip-dev, and a C compiler), driven by lwip.c: what it moves and how
// many connections it opens and closes in a second of processor time.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('lwip.c', import.meta.url));
/** What takes longer does not work. */
const LONGEST_MS = 60_000;

function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe', timeout: LONGEST_MS }).trim();
}

/** Why there is no lwIP to measure beside; null: there is. */
export function whyNoLwip(): string | null {
  try {
    run('pkg-config', ['--exists', 'lwip']);
    run('cc', ['--version']);
    return null;
  } catch {
    return 'lwIP is measured where cc, pkg-config and its library are (Debian: gcc, pkg-config, liblwip-dev)';
  }
}

/** The version of the library. */
export function lwipVersion(): string {
  return run('pkg-config', ['--modversion', 'lwip']);
}

/** Builds lwip.c with the library, and answers what `lwip MODE N` has measured. */
export function lwip(mode: 'bulk' | 'churn', n: number): Readonly<Record<string, number>> {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-lwip-'));
  try {
    const program = join(dir, 'lwip');
    const flags = run('pkg-config', ['--cflags', '--libs', 'lwip']).split(/\s+/);
    run('cc', ['-O3', '-o', program, SOURCE, ...flags]);
    return JSON.parse(run(program, [mode, String(n)])) as Record<string, number>;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

// Packages that a command needs and that are no dependencies: loaded beside synfin, or from the folder where it is run.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './command.ts';

/** The exports of a package. Throws UsageError where it is not installed, with the command that installs it. */
export async function loadPeer(name: string, install: string, command: string): Promise<unknown> {
  // TypeScript is not to look for it: it may not be there.
  for (const find of [() => name, () => foundFrom(process.cwd(), name)]) {
    try {
      return await import(find());
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new UsageError('peerMissing', { name: install, command });
}

function foundFrom(folder: string, name: string): string {
  return pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href;
}

function isMissing(error: unknown): boolean {
  return /^(ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_PACKAGE_PATH_NOT_EXPORTED)$/.test(
    (error as { code?: string }).code ?? '',
  );
}

// The version of the package.

import { readFileSync } from 'node:fs';

/** As package.json has it. */
export function synfinVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

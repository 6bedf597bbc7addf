// docs/profiles.md says what the profiles of hosts are, each choice with its value and source.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hostProfiles, type ProfileName } from '../src/host/index.ts';

const page = readFileSync(new URL('../docs/profiles.md', import.meta.url), 'utf8');

/** The rows of the table under a heading. */
function table(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.matchAll(/^\| `(\w+)` \| (.+?) \| (.+) \|$/gm);
  return [...rows].map(([, ...columns]) => columns);
}

test.each(Object.keys(hostProfiles) as ProfileName[])('%s: all choices, with values and sources', (name) => {
  const { tcp, sources } = hostProfiles[name];
  const settings: Readonly<Record<string, unknown>> = { ...tcp };
  const rows = [...sources].map(([choice, source]) => [
    choice,
    choice in settings ? `\`${settings[choice]}\`` : 'a rule',
    source,
  ]);
  expect(table(name)).toEqual(rows);
});

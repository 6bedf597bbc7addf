// The families as a table of docs/differential.md. `node test/differential/document.ts` writes it anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { families } from './families.ts';
import type { Family } from './family.ts';

const BEGIN = '<!-- families -->\n\n';
const END = '\n<!-- end of families -->';

/** The table, by verdict. */
export function tableOf(list: readonly Family[]): string {
  const verdicts = [...new Set(list.map((f) => f.verdict))].sort();
  const rows = verdicts.flatMap((verdict) =>
    list.filter((f) => f.verdict === verdict).map((f) => `| ${verdict} | ${f.id} | ${f.reason} |`),
  );
  return `${['| verdict | family | what each does, and why |', '|---|---|---|', ...rows].join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../../docs/differential.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(BEGIN) as [string, string];
  writeFileSync(
    file,
    `${before}${BEGIN}${tableOf(families)}${END}${rest.slice(rest.indexOf(END) + END.length)}`,
  );
}

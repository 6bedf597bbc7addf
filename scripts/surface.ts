// docs/surface.txt: what each entry exports, as its declarations say it. Written by `npm run surface`.

import { writeFileSync } from 'node:fs';
import { Declarations, type Exported } from './declarations.ts';

/** Where it is written. */
export const SURFACE = new URL('../docs/surface.txt', import.meta.url);

const HEAD = `What each entry of the package exports: names, kinds and signatures. Written by \`npm run surface\`; a test compares.
A change here is a change for users: it needs a line in CHANGELOG.md. What two entries export is written out once.
`;

/** The text of docs/surface.txt. */
export function surface(entries: ReadonlyMap<string, readonly Exported[]>): string {
  const parts = [...entries].map(([entry, list]) => {
    const lines = list.map(({ name, of, texts }) => (of === entry ? texts.join('\n') : `${name} (${of})`));
    return `\n# ${entry}\n\n${lines.join('\n')}\n`;
  });
  return HEAD + parts.join('');
}

if (import.meta.main) {
  const declarations = new Declarations();
  try {
    writeFileSync(SURFACE, surface(declarations.entries()));
  } finally {
    declarations[Symbol.dispose]();
  }
}

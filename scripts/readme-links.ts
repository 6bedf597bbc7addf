// Makes the READMEs' links absolute before a package is packed, since what they point to is not shipped, and relative
// again afterwards: node scripts/readme-links.ts absolute|relative.

import { readFileSync, writeFileSync } from 'node:fs';

const FILES = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md'];
const HOME = 'https://github.com/synfin/synfin';
/** Pages are looked at, pictures are loaded. */
const PAGE = `${HOME}/blob/main/`;
const PICTURE = `${HOME}/raw/main/`;

/** A Markdown text with its links to files of the repository written as addresses. */
export function absoluteLinks(text: string): string {
  return text.replace(
    /(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)]+)\)/g,
    (_all, mark: string, words: string, to: string) =>
      `${mark}[${words}](${mark === '!' ? PICTURE : PAGE}${to})`,
  );
}

/** What `absoluteLinks` was given. */
export function relativeLinks(text: string): string {
  return text.replaceAll(`](${PAGE}`, '](').replaceAll(`](${PICTURE}`, '](');
}

if (import.meta.main) {
  const change = process.argv[2] === 'absolute' ? absoluteLinks : relativeLinks;
  for (const file of FILES) {
    const url = new URL(`../${file}`, import.meta.url);
    writeFileSync(url, change(readFileSync(url, 'utf8')));
  }
}

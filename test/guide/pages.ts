// The pages of docs/guide as data: their programs, and what stands after them, which is what they print.
//
//   ```ts                 runs in Node and prints exactly the ```text block that follows, or nothing
//   ```ts tun             the same, in a network namespace of its own
//   ```ts browser         the same, in a page of Chromium; what it prints goes to the console
//   ```ts test            runs as `node --test`, and passes
//   ```ts file=NAME.ts    a file beside the programs of its page that follow

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the pages are. */
export const GUIDE = new URL('../../docs/guide/', import.meta.url);

/** How a program is run. */
export type Kind = 'node' | 'tun' | 'browser' | 'test';

/** One program of a page. */
export interface Program {
  readonly page: string;
  readonly kind: Kind;
  /** Of its first line in the page. */
  readonly line: number;
  readonly code: string;
  /** What it prints; null: it is not compared. */
  readonly prints: string | null;
  /** Files beside it, by name. */
  readonly files: ReadonlyMap<string, string>;
}

interface Block {
  /** `ts`, `text`, `sh`… */
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
  /** Nothing but empty lines stands between it and the block before. */
  readonly follows: boolean;
}

/** The pages in English, index included, by name of file. */
export function pages(): string[] {
  return readdirSync(fileURLToPath(GUIDE)).filter((name) => /^[^.]+\.md$/.test(name));
}

/** The name of the same page in Chinese. */
export function chinese(page: string): string {
  return page.replace(/\.md$/, '.zh-CN.md');
}

/** The text of a page. */
export function textOf(page: string): string {
  return readFileSync(new URL(page, GUIDE), 'utf8');
}

function blocksOf(page: string): Block[] {
  const text = textOf(page);
  let end = -1;
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((found) => {
    const [all, info = '', code = ''] = found;
    const [language = '', ...words] = info.trim().split(/\s+/);
    const follows = end >= 0 && text.slice(end, found.index).trim() === '';
    end = found.index + all.length;
    return { language, words, text: code, line: text.slice(0, found.index).split('\n').length + 1, follows };
  });
}

const KINDS: readonly string[] = ['tun', 'browser', 'test'];

/** The programs of a page, in their order. Throws an Error for a mark that it does not know. */
export function programsOf(page: string): Program[] {
  const files = new Map<string, string>();
  const programs: Program[] = [];
  const blocks = blocksOf(page);
  blocks.forEach((block, i) => {
    if (block.language !== 'ts') return;
    const [word, ...more] = block.words;
    const file = /^file=(.+\.ts)$/.exec(word ?? '')?.[1];
    if (more.length > 0 || (word !== undefined && file === undefined && !KINDS.includes(word)))
      throw new Error(`${page}:${block.line - 1}: a program is not marked '${block.words.join(' ')}'`);
    if (file !== undefined) {
      files.set(file, block.text);
      return;
    }
    const kind = (word ?? 'node') as Kind;
    const next = blocks[i + 1];
    const output = next?.language === 'text' && next.follows ? next.text.trimEnd() : '';
    programs.push({
      page,
      kind,
      line: block.line,
      code: block.text,
      prints: kind === 'test' ? null : output,
      files: new Map(files),
    });
  });
  return programs;
}

/** What two languages have in common: the code without its comments, and what stands in blocks of output. */
export function codeOf(page: string): string[] {
  return blocksOf(page).map(({ language, words, text }) => {
    const code = language === 'ts' ? text.replace(/(^|\s+)\/\/ .*$/gm, '') : text;
    const same = language === 'sh' ? code.replace(/(^|\s+)# .*$/gm, '') : code;
    return [language, ...words, `\n${same}`].join(' ');
  });
}

/** A link to a file beside the page, and the heading that it means there; '' for none. */
export interface Link {
  readonly file: string;
  readonly heading: string;
}

/** What a page links to, within the repository. */
export function linksOf(page: string): Link[] {
  return [...textOf(page).matchAll(/\]\(([^)#:\s]+)(?:#([^)\s]*))?\)/g)].map(
    ([, file = '', heading = '']) => ({ file, heading }),
  );
}

/** The headings of a page as GitHub names them in links. */
export function headingsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

// The files below one directory, as an HTTP server shows them: what a path names, and the page that lists a
// directory. Names that begin with a dot are hidden, whatever a link calls them; nothing outside the directory is
// shown, and nothing that is no regular file is ever opened (a FIFO would wait for a writer).

import { constants } from 'node:fs';
import { type FileHandle, open, opendir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { escapeXml } from '../lab/index.ts';

/** Entries that a list shows; a larger directory says that it has more. */
const MAX_LISTED = 5000;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** What a path names: an open file, another place, a page that lists a directory, or a status code. */
export type Found =
  | {
      readonly kind: 'file';
      readonly file: FileHandle;
      readonly size: number;
      readonly modified: Date;
      readonly type: string;
    }
  | { readonly kind: 'moved'; readonly location: string }
  | { readonly kind: 'list'; readonly html: string }
  | { readonly kind: 'status'; readonly status: number };

const NOT_FOUND: Found = { kind: 'status', status: 404 };

/** The files below one directory. */
export class FileTree {
  readonly #root: string;
  readonly #inside: string;

  private constructor(root: string) {
    this.#root = root;
    this.#inside = root.endsWith(sep) ? root : root + sep;
  }

  /** Rejects as `fs.realpath` does when there is no such directory. */
  static async of(dir: string): Promise<FileTree> {
    return new FileTree(await realpath(dir));
  }

  /** What `path` (decoded, from the root, beginning with a slash) names. Never rejects. */
  async find(path: string): Promise<Found> {
    const names = path.split('/').filter((name) => name !== '');
    if (names.some((name) => name.startsWith('.'))) return NOT_FOUND; // '..' too
    try {
      const place = await this.#place(join(this.#root, ...names));
      if (place === null) return NOT_FOUND;
      const { real, isDirectory } = place;
      if (!isDirectory) return path.endsWith('/') ? NOT_FOUND : await openFile(real);
      const address = names.map((name) => `/${encodeURIComponent(name)}`).join('');
      if (!path.endsWith('/')) return { kind: 'moved', location: `${address}/` };
      const index = await this.#place(join(real, 'index.html')).catch(missing);
      if (index?.isDirectory === false) return await openFile(index.real);
      return { kind: 'list', html: await this.#list(real, names) };
    } catch (error) {
      return { kind: 'status', status: statusOf(error) };
    }
  }

  /** A regular file or a directory that may be shown, links followed; null for everything else. */
  async #place(path: string): Promise<{ real: string; isDirectory: boolean; size: number } | null> {
    const real = await realpath(path);
    if (real !== this.#root) {
      if (!real.startsWith(this.#inside)) return null;
      if (
        real
          .slice(this.#inside.length)
          .split(sep)
          .some((name) => name.startsWith('.'))
      )
        return null;
    }
    const found = await stat(real);
    const isDirectory = found.isDirectory();
    return isDirectory || found.isFile() ? { real, isDirectory, size: found.size } : null;
  }

  async #list(dir: string, names: readonly string[]): Promise<string> {
    const entries: { name: string; size: number | null }[] = [];
    let more = false;
    for await (const { name } of await opendir(dir)) {
      if (name.startsWith('.')) continue;
      if (entries.length === MAX_LISTED) {
        more = true;
        break;
      }
      const place = await this.#place(join(dir, name)).catch(() => null);
      if (place !== null) entries.push({ name, size: place.isDirectory ? null : place.size });
    }
    // Directories first; names as people sort them: a2 before a10.
    entries.sort(
      (a, b) =>
        Number(a.size !== null) - Number(b.size !== null) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
    return page(`/${names.map((name) => `${name}/`).join('')}`, entries, more);
  }
}

/** A file may have been replaced since it was looked at: O_NONBLOCK does not wait for the writer of a FIFO. */
async function openFile(real: string): Promise<Found> {
  const file = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stats = await file.stat().catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  if (!stats.isFile()) {
    await file.close();
    return NOT_FOUND;
  }
  const type = TYPES[extname(real).toLowerCase()] ?? 'application/octet-stream';
  return { kind: 'file', file, size: stats.size, modified: stats.mtime, type };
}

function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ELOOP' || error.code === 'EACCES') return null;
  throw error;
}

/** 503 when descriptors are short: the client may ask again. */
function statusOf(error: unknown): number {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE') return 503;
  return code === 'EIO' ? 500 : 404;
}

function page(
  path: string,
  entries: readonly { name: string; size: number | null }[],
  more: boolean,
): string {
  const rows = entries.map(({ name, size }) => {
    const slash = size === null ? '/' : '';
    const href = `./${encodeURIComponent(name)}${slash}`;
    return `<tr><td><a href="${href}">${escapeXml(name)}${slash}</a><td>${size ?? ''}`;
  });
  if (path !== '/') rows.unshift('<tr><td><a href="../">../</a><td>');
  const title = `Index of ${escapeXml(path)}`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;margin:2em}td{padding-right:2em}td+td{text-align:right}</style>
<h1>${title}</h1>
<table>
${rows.join('\n')}
</table>${more ? `\n<p>and more: only ${MAX_LISTED} are listed` : ''}
`;
}

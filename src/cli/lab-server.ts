// The web server of `synfin lab`: the files of one directory, for a browser on this machine. GET and HEAD only;
// every answer forbids the page to load anything from elsewhere (Content Security Policy Level 3).

import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { basename, extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * What a page may do: run its own scripts, and nothing of anybody else's. `inline` are the hashes of the scripts that
 * stand in the page itself; styles in the page are allowed.
 */
export function contentPolicy(inline: readonly string[]): string {
  const scripts = ["'self'", ...inline.map((hash) => `'sha256-${hash}'`)].join(' ');
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/** The SHA-256 hashes, base64, of the scripts in a page. */
export function inlineScripts(html: string): string[] {
  // A script ends at the first </script, whatever it says (HTML section 13.2.5.4).
  return [...html.matchAll(/<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script/gi)].map(([, text = '']) =>
    createHash('sha256').update(text).digest('base64'),
  );
}

/** The file of a path of a request, inside `root` whatever the path says; null if there is none. */
export async function fileOf(root: string, path: string): Promise<string | null> {
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.split(/[\\/]/).some((part) => part.startsWith('.'))) return null;
  try {
    const file = await realpath(join(root, name.endsWith('/') ? `${name}index.html` : name));
    const top = await realpath(root);
    if (!file.startsWith(top + sep)) return null;
    return (await stat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** A file as the package ships it: compressed. */
const COMPRESSED = '.br';

/** What a path of a request leads to, and its name; null if there is nothing. */
async function contentOf(root: string, path: string): Promise<{ name: string; content: Buffer } | null> {
  const plain = await fileOf(root, path);
  if (plain !== null) return { name: plain, content: await readFile(plain) };
  const file = await fileOf(root, `${path.endsWith('/') ? `${path}index.html` : path}${COMPRESSED}`);
  if (file === null) return null;
  const content = await promisify(brotliDecompress)(await readFile(file));
  return { name: file.slice(0, -COMPRESSED.length), content };
}

const PLAIN = 'text/plain; charset=utf-8';

/** Where the page finds the file that it was asked to open. */
const OPENED = '/opened/';

/** A server for the files in `root`, and for one more that the page opens; not listening yet. */
export function labServer(root: string, opened: string | null = null): Server {
  return createServer((request, response) => {
    answer(root, opened, request, response).catch(() => {
      if (!response.headersSent)
        send(request, response, 500, PLAIN, Buffer.from('the file could not be read\n'));
      else response.destroy();
    });
  });
}

/**
 * Whether a request was made to this machine by its address. A name of somebody else's may lead here, too, and pages of
 * that name may read what they get: captures are not for them.
 */
function isByAddress({ headers }: IncomingMessage): boolean {
  const host = (headers.host ?? '').replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  return host === 'localhost' || isIP(host) !== 0;
}

async function answer(
  root: string,
  opened: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '/' } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(request, response, 405, PLAIN, Buffer.from('only GET and HEAD\n'));
    return;
  }
  const path = url.split(/[?#]/, 1)[0] as string;
  if (
    opened !== null &&
    path === `${OPENED}${encodeURIComponent(basename(opened))}` &&
    isByAddress(request)
  ) {
    send(request, response, 200, 'application/octet-stream', await readFile(opened));
    return;
  }
  const found = await contentOf(root, path);
  if (found === null) {
    send(request, response, 404, PLAIN, Buffer.from('not found\n'));
    return;
  }
  const { name, content } = found;
  const type = TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
  const inline = type.startsWith('text/html') ? inlineScripts(content.toString('utf8')) : [];
  send(request, response, 200, type, content, inline);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  content: Buffer,
  inline: readonly string[] = [],
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': content.length,
    'content-security-policy': contentPolicy(inline),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

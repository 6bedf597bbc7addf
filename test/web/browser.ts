// For the tests of the page: builds it, serves it on 127.0.0.1, and opens it in Debian's Chromium. One browser for all.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's package `chromium`. */
export const CHROMIUM = '/usr/bin/chromium';
/** Why the tests cannot run here; null: they can. */
export const missing = existsSync(CHROMIUM) ? null : `${CHROMIUM} is missing (Debian package chromium)`;

/** Pictures of the page, for people; git ignores them. */
export const SCREENSHOTS = fileURLToPath(new URL('screenshots/', import.meta.url));

/** How it is started. */
export const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The built page, served, and a browser. */
export class WebLab {
  readonly url: string;
  readonly file: string;
  readonly html: string;
  readonly browser: Browser;
  readonly #server: Server;
  readonly #folder: string;
  /** Addresses that pages asked for, and what they complained of. */
  readonly requests: string[] = [];
  readonly complaints: string[] = [];

  constructor(folder: string, server: Server, browser: Browser) {
    this.#folder = folder;
    this.#server = server;
    this.browser = browser;
    const file = join(folder, 'index.html');
    this.file = pathToFileURL(file).href;
    this.html = readFileSync(file, 'utf8');
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** Builds, serves, starts. */
  static async start(): Promise<WebLab> {
    const folder = mkdtempSync(join(tmpdir(), 'synfin-web-'));
    const root = fileURLToPath(new URL('../../', import.meta.url));
    // As a reader gets it, not as vitest's own NODE_ENV would have it.
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    execFileSync(
      process.execPath,
      [vite, 'build', '--logLevel', 'error', '--outDir', folder, '--emptyOutDir'],
      {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'production' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const html = readFileSync(join(folder, 'index.html'));
    const server = createServer((request, response) => {
      const known = request.url === '/';
      response.writeHead(known ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
      response.end(known ? html : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return new WebLab(folder, server, browser);
  }

  /** A page at a fragment, ready to be used, in a context of its own. */
  async open(fragment = '#1/hs?l=en', options: BrowserContextOptions = {}, base = this.url): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.complaints.push(String(error.stack)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    await page.goto(`${base}${fragment}`);
    await page.waitForSelector('[data-ready]');
    return page;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The state of an end above the ladder. */
export async function stateOf(page: Page, end: 'left' | 'right'): Promise<string> {
  return (await page.textContent(`.end[data-end="${end}"] .state`)) ?? '';
}

/** The changes as the page lists them. */
export async function changesOf(page: Page): Promise<string[]> {
  return page.locator('.changes li code').allTextContents();
}

/** Where the middle of an arrow is on the screen; it is brought into view. */
export async function middleOf(page: Page, id: number): Promise<{ x: number; y: number }> {
  const line = page.locator(`.arrow[data-id="${id}"][data-copy="0"] .hit`);
  await line.scrollIntoViewIfNeeded();
  const box = await line.boundingBox();
  if (box === null) throw new Error(`no arrow ${id}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Clicks an arrow in its middle. */
export async function clickArrow(page: Page, id: number): Promise<void> {
  const { x, y } = await middleOf(page, id);
  await page.mouse.click(x, y);
}

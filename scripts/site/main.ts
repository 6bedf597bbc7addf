// `npm run build:site`: the whole site as static files, for any host under any path, to dist/site (or `--out FOLDER`).
// `--origin https://…/` is where it will be: pictures of shared pages then have whole addresses.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runScenario, scenarioNamed, svgLadder } from '../../src/lab/index.ts';
import { html } from './drawings.ts';
import { pageHtml, siteStyle } from './frame.ts';
import { type SitePage, sitePages } from './pages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LANGS = ['en', 'zh'] as const;
const CHROMIUM = '/usr/bin/chromium';

/** Runs vite as a reader gets its product. */
function vite(args: readonly string[]): void {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error', ...args],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

/** The page that runs, with the head and the text of the first page in it. */
function appHtml(app: string, home: SitePage, origin: string): string {
  const title = `${home.title.en} · synfin`;
  const head =
    `<title>${html(title)}</title>\n<meta name="description" content="${html(home.description.en)}">\n` +
    `<meta property="og:title" content="${html(home.title.en)}">\n<meta property="og:description" content="${html(home.description.en)}">\n` +
    `<meta property="og:image" content="${html(origin)}pictures/${home.picture}.en.png">\n` +
    '<link rel="alternate" hreflang="en" href="en/index.html">\n<link rel="alternate" hreflang="zh-CN" href="zh/index.html">';
  const text =
    `<noscript><h1>${html(home.title.en)}</h1><p>${html(home.description.en)}</p>` +
    `<p><a href="en/index.html">All pages as text</a> · <a href="zh/index.html" lang="zh-CN">全部页面的文字版</a></p></noscript>`;
  return app.replace(/<title>[^<]*<\/title>/, () => head).replace(/<noscript>[^<]*<\/noscript>/, () => text);
}

/** Pictures of the scenarios that pages are shared with: 1200 by 630, where a browser can draw them. */
async function pictures(out: string, names: ReadonlySet<string>): Promise<number> {
  mkdirSync(join(out, 'pictures'), { recursive: true });
  const svgs = [...names].flatMap((id) => {
    const scenario = scenarioNamed(id);
    if (scenario === undefined) return [];
    return LANGS.map((lang) => ({
      name: `${id}.${lang}`,
      svg: svgLadder(runScenario(scenario), {
        lang,
        width: 1000,
        theme: 'light',
        title: scenario.title[lang],
      }),
    }));
  });
  for (const { name, svg } of svgs) writeFileSync(join(out, 'pictures', `${name}.svg`), svg);
  if (!existsSync(CHROMIUM)) {
    console.warn(`${CHROMIUM} is missing: pictures are SVG only`);
    return svgs.length;
  }
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
  for (const { name, svg } of svgs) {
    await page.setContent(
      `<body style="margin:0;background:#fbfaf6;display:grid;place-items:start center;height:630px;overflow:hidden">${svg}`,
    );
    await page.screenshot({ path: join(out, 'pictures', `${name}.png`) });
  }
  await browser.close();
  return svgs.length;
}

/** Builds the site. */
export async function buildSite(
  out: string,
  { origin = '', draw = true }: { readonly origin?: string; readonly draw?: boolean } = {},
): Promise<readonly SitePage[]> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  vite(['--outDir', out, '--emptyOutDir']);
  rmSync(join(out, 'index.html.br'), { force: true });
  vite(['--config', 'vite.element.config.ts', '--outDir', out]);
  const pages = sitePages();
  const [home] = pages;
  if (home === undefined) throw new Error('a site without pages');
  writeFileSync(
    join(out, 'index.html'),
    appHtml(readFileSync(join(out, 'index.html'), 'utf8'), home, origin),
  );
  writeFileSync(join(out, 'site.css'), siteStyle());
  for (const lang of LANGS)
    for (const page of pages) {
      const file = join(out, lang, `${page.path}.html`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, pageHtml(page, lang, origin));
    }
  writeFileSync(
    join(out, 'element.html'),
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>synfin-ladder</title><link rel="icon" href="data:,"><script defer src="synfin-ladder.js"></script><body><main><h1>synfin-ladder</h1><synfin-ladder scenario="ack3-lost" href="index.html#1/ack3-lost"></synfin-ladder></main></body></html>\n',
  );
  if (draw) await pictures(out, new Set(pages.map(({ picture }) => picture)));
  return pages;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, origin: { type: 'string' } } });
  const out = values.out ?? join(root, 'dist/site');
  const began = performance.now();
  const pages = await buildSite(out, values.origin === undefined ? {} : { origin: values.origin });
  console.log(`${pages.length * 2} pages in ${out}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

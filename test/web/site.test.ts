// The site as it is written to a folder: every page has a head and text, every link leads somewhere, budgets hold, and the
// element runs in a page of its own.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSite } from '../../scripts/site/main.ts';
import { counterexampleOf, whyQuestions } from '../../src/lab/check/why/index.ts';
import { claims } from '../../src/lab/claims/index.ts';
import {
  escapeXml,
  interviewQuestions,
  type Lang,
  ladderTable,
  playScenario,
  runbooks,
  type Scenario,
  scenarios,
} from '../../src/lab/index.ts';
import { mutantNamed } from '../../src/lab/mutants/index.ts';
import {
  actionName,
  clauseName,
  failuresWithout,
  rulesAskedBy,
  unprovedText,
} from '../../src/lab/proof/index.ts';
import { stories } from '../../src/lab/stories/index.ts';
import { decodePlace } from '../../web/state/codec.ts';
import { findings } from './axe.ts';
import { CHROMIUM, FLAGS, missing } from './browser.ts';
import { textProblems } from './texts.ts';

/** Octets of script of a page, compressed. */
const BUDGET = 256_000;

describe.skipIf(missing !== null)('the site', () => {
  let folder: string;
  let files: string[];
  let browser: Browser;
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'synfin-site-'));
    await buildSite(folder, { draw: false });
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.html'),
    );
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('both languages have the same pages', () => {
    const of = (lang: string) =>
      files
        .filter((name) => name.startsWith(`${lang}/`))
        .map((name) => name.slice(3))
        .sort();
    expect(of('en').length).toBeGreaterThan(80);
    expect(of('zh')).toEqual(of('en'));
  });

  test('every page has a title, a description, a picture and its text in it', () => {
    const titles = new Map<string, string>();
    for (const file of files.filter((name) => /^(en|zh)\//.test(name))) {
      const page = read(file);
      const title = /<title>([^<]+) · synfin<\/title>/.exec(page)?.[1] ?? '';
      expect(title.length, file).toBeGreaterThanOrEqual(2);
      expect(/name="description" content="([^"]{10,})"/.test(page), file).toBe(true);
      expect(page, file).toMatch(/property="og:image" content="[^"]+\.png"/);
      expect(page, file).toContain(file.startsWith('zh') ? 'lang="zh-CN"' : 'lang="en"');
      const text = page
        .replace(/<(style|svg)[\s\S]*?<\/\1>/g, '')
        .replace(/<\/?(wbr|span|code)[^>]*>/g, '')
        .replace(/<[^>]+>/g, ' ');
      expect(text.replace(/\s+/g, ' ').length, file).toBeGreaterThan(file.startsWith('zh') ? 150 : 300);
      if (file.startsWith('zh/')) expect(text, file).toMatch(/[\u4e00-\u9fff]{6}/);
      titles.set(`${file.slice(0, 2)} ${title}`, file);
    }
    expect(titles.size).toBeGreaterThan(340);
  });

  test('every why and every claim is drawn: with the rule gone, or with the run that decides', () => {
    for (const lang of ['en', 'zh']) {
      for (const { id } of whyQuestions) expect(read(`${lang}/why/${id}.html`), id).toContain('data-id="1"');
      for (const { number } of claims) {
        const page = read(`${lang}/claims/${number}.html`);
        for (const form of ['wide', 'narrow']) expect(page, `${number}`).toContain(`class="sf ${form}"`);
      }
    }
  });

  test('every why says where the proof fails, or which property no theory speaks of', () => {
    for (const lang of ['en', 'zh'] as const) {
      for (const question of whyQuestions) {
        const page = read(`${lang}/why/${question.id}.html`).replace(/<\/?(wbr|span|code)[^>]*>/g, '');
        const asked = rulesAskedBy(question.id);
        const { property } = mutantNamed(question.mutant);
        if (asked.length === 0) expect(page, question.id).toContain(escapeXml(unprovedText(property)[lang]));
        for (const { action, clause } of asked.flatMap(failuresWithout)) {
          expect(page, question.id).toContain(`<b>${escapeXml(actionName(action.name, lang))}</b>`);
          expect(page, question.id).toContain(`<b>${escapeXml(clauseName(clause.name, lang))}</b>`);
          expect(page, question.id).toContain(escapeXml(clause.says[lang]));
        }
      }
    }
  });

  test('every story of a why is told in words, row by row, in both languages; that of three is its ladder’s', () => {
    const rows = (lang: Lang, id: string): string[] =>
      [...read(`${lang}/why/${id}.html`).matchAll(/<tr><td>[\d.]+<\/td><td>(.*?)<\/td>/g)].map(
        ([, what = '']) => what,
      );
    for (const { id } of whyQuestions) {
      expect(rows('en', id).length, id).toBeGreaterThan(8);
      expect(rows('zh', id).length, id).toBe(rows('en', id).length);
    }
    const three = whyQuestions.find(({ id }) => id === 'three');
    if (three === undefined) throw new Error('no such question');
    const { trace } = playScenario(counterexampleOf(three) as Scenario);
    for (const lang of ['en', 'zh'] as const) {
      const said = ladderTable(trace, { lang }).rows.map(({ what }) => escapeXml(what));
      expect(rows(lang, 'three')).toEqual(said);
    }
  });

  test('every link leads to a file of the site, and is relative: it may stand under any path', () => {
    for (const file of files) {
      const page = read(file).replace(/<script[\s\S]*?<\/script>/g, '');
      for (const [, to = ''] of page.matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (to.startsWith('data:') || to.startsWith('#')) continue;
        expect(to, file).not.toMatch(/^(\/|https?:)/);
        const target = resolve(join(folder, dirname(file)), to.replace(/#.*$/, ''));
        expect(existsSync(target), `${file}: ${to}`).toBe(true);
        // A place in a page of text is there; one in the page that runs is its own to read.
        const place = /#(.+)$/.exec(to)?.[1];
        if (place !== undefined && !target.endsWith(`${folder}/index.html`))
          expect(readFileSync(target, 'utf8'), `${file}: ${to}`).toContain(`id="${place}"`);
      }
    }
  });

  test('a page of text has no script; the page that runs, and the element, less than 256 kB', () => {
    for (const file of files.filter((name) => /^(en|zh)\//.test(name)))
      expect(read(file), file).not.toContain('<script');
    const scripts = [...read('index.html').matchAll(/<script type="module">(.*?)<\/script>/gs)];
    const octets = scripts.reduce((sum, [, code = '']) => sum + gzipSync(code, { level: 9 }).length, 0);
    const element = gzipSync(read('synfin-ladder.js'), { level: 9 }).length;
    console.log(`script: page ${octets}, element ${element} octets; ${files.length} pages`);
    expect(octets).toBeLessThan(BUDGET);
    expect(element).toBeLessThan(BUDGET);
  });

  test('from the disk, without a server: from a story to its run, and back to the text', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(join(folder, 'en/stories/third-ack.html')).href);
    expect(await findings(page)).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(3);
    await page.click('.live');
    await page.waitForSelector('.step-card[data-when="now"]');
    await page.goto(pathToFileURL(join(folder, 'zh/states.html')).href);
    expect(await page.textContent('h1')).toBe('十一个状态，两股线');
    expect(await findings(page)).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    await page.close();
  });

  test.each([320, 768, 1280])(
    'pages of text at %i px: every text can be read, and axe finds nothing serious',
    async (width) => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const kinds = [
        'index',
        'stories/index',
        'stories/third-ack',
        'lab/close4',
        'lab/tw-pile',
        'why/2msl',
        'runbooks/syn-recv',
        'claims/index',
        'claims/4',
        'states',
        'glossary',
        'interview',
      ];
      const found: string[] = [];
      for (const kind of kinds)
        for (const lang of ['en', 'zh'] as const) {
          await page.emulateMedia({ colorScheme: lang === 'en' ? 'light' : 'dark' });
          await page.goto(pathToFileURL(join(folder, lang, `${kind}.html`)).href);
          for (const problem of await textProblems(page)) found.push(`${lang}/${kind}: ${problem}`);
          if (width !== 768)
            for (const one of await findings(page)) found.push(`${lang}/${kind}: axe: ${one}`);
        }
      expect(found).toEqual([]);
      await page.close();
    },
  );

  test('every link of a page into the page that runs leads to something that it has', () => {
    const live = new Set<string>();
    for (const file of files.filter((name) => name.startsWith('en/')))
      for (const [, fragment = ''] of read(file).matchAll(/href="[./]*index\.html#([^"]+)"/g))
        live.add(fragment.replaceAll('&amp;', '&'));
    const known: Readonly<Record<string, ReadonlySet<string>>> = {
      lab: new Set(scenarios.map(({ id }) => id)),
      story: new Set(stories.map(({ id }) => id)),
      why: new Set(whyQuestions.map(({ id }) => id)),
      runbook: new Set(runbooks.map(({ id }) => id)),
      interview: new Set(interviewQuestions.map(({ id }) => id)),
      quiz: new Set(scenarios.map(({ id }) => id)),
    };
    const wrong: string[] = [];
    for (const fragment of live) {
      const { view, scenario, edits } = decodePlace(fragment);
      if (scenario !== null && known[view]?.has(scenario) !== true) wrong.push(fragment);
      // A change that is none would throw; one that matches nothing would be told.
      const of = edits.length === 0 ? undefined : scenarios.find(({ id }) => id === scenario);
      if (of !== undefined && playScenario(of, { edits }).edits.some(({ acted }) => acted === 0))
        wrong.push(fragment);
    }
    expect(live.size).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });

  test('the element runs in a page of its own, plays, steps, and takes its attributes as they change', async () => {
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(pathToFileURL(join(folder, 'element.html')).href);
    await page.waitForSelector('synfin-ladder svg .arrow');
    const caption = () => page.textContent('synfin-ladder figcaption');
    expect(await caption()).toContain('third segment is lost');
    const future = () => page.locator('synfin-ladder .arrow[data-tense="future"]').count();
    const before = await future();
    for (let i = 0; i < 4; i++) await page.click('synfin-ladder button:has-text("→")');
    expect(await future()).toBeLessThan(before);
    await page.evaluate(() => document.querySelector('synfin-ladder')?.setAttribute('lang', 'zh'));
    expect(await caption()).toMatch(/[\u4e00-\u9fff]/);
    await page.evaluate(() => document.querySelector('synfin-ladder')?.setAttribute('scenario', 'nothing'));
    expect(await page.textContent('synfin-ladder')).toBe('');
    expect(await page.locator('synfin-ladder figure').textContent()).toContain('nothing');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('what is written is no more than it needs', () => {
    const size = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(size / files.length, relative('/', folder)).toBeLessThan(120_000);
  });
});

// No text of the page is clipped, covers another, or is squeezed into a column of words: at seven widths, in both
// languages, light and dark. And axe finds nothing serious on any kind of page, narrow and wide.

import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findings } from './axe.ts';
import { missing, SCREENSHOTS, WebLab } from './browser.ts';
import { textProblems } from './texts.ts';

const WIDTHS = [320, 390, 768, 1024, 1280, 1440, 1920];
const AXE_WIDTHS = [390, 1280];
/** What is looked at: one of each kind. */
const PLACES = [
  ['hs', '1/hs?c=3'],
  ['ack3-lost', '1/ack3-lost?c=14'],
  ['tw-pile', '1/tw-pile?c=20'],
  ['motion', '1/slow-start?c=60'],
  ['changed', '1/close4?c=20&e=drop+any%231+left-%3Eright'],
  ['room', '1/zerowin?c=30'],
  ['home', '1/?v=home'],
  ['stories', '1/?v=story'],
  ['runbooks', '1/?v=runbook'],
  ['story', '1/third-ack?v=story&c=4'],
  ['compare', '1/stale-listen?v=compare&r=two-way-handshake'],
  ['runbook', '1/close-wait?v=runbook'],
  ['interview', '1/?v=interview'],
  ['quiz', '1/hs?v=quiz'],
  ['why', '1/three?v=why'],
] as const;

/** Without a font for Chinese a browser draws boxes: their widths say nothing. */
const hasChinese = ((): boolean => {
  try {
    return execFileSync('fc-list', [':lang=zh'], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
})();
const LANGS = hasChinese ? ['en', 'zh'] : ['en'];
if (!hasChinese) console.warn('pages in Chinese are not looked at: no font (Debian package fonts-noto-cjk)');

describe.skipIf(missing !== null)('the texts of the page', () => {
  let lab: WebLab;
  let page: Page;

  beforeAll(async () => {
    lab = await WebLab.start();
    page = await lab.open();
  });
  afterAll(async () => {
    await lab?.stop();
  });

  test.each(PLACES)('%s: every text can be read', async (name, place) => {
    const found: string[] = [];
    for (const lang of LANGS)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // A change of the fragment alone would not begin anew.
        await page.goto('about:blank');
        await page.goto(`${lab.url}#${place}${place.includes('?') ? '&' : '?'}l=${lang}`);
        await page.waitForSelector('main:not([aria-busy])');
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
          for (const problem of await textProblems(page))
            found.push(`${lang}, ${colorScheme}, ${width} px: ${problem}`);
          // What axe says does not depend on the language: each scheme in one, narrow and wide.
          if (AXE_WIDTHS.includes(width) && (lang === 'en') === (colorScheme === 'light'))
            for (const finding of await findings(page))
              found.push(`axe, ${colorScheme}, ${width} px: ${finding}`);
          // One picture of each at each width, for people; both schemes and languages are seen.
          if (process.env['CI'] !== undefined && (lang === 'en') === (colorScheme === 'light'))
            await page.screenshot({ path: `${SCREENSHOTS}${name}-${width}-${lang}-${colorScheme}.png` });
        }
      }
    expect(found).toEqual([]);
  });

  test.each(WIDTHS)('scrolled to its end at %i px, nothing of the lab is below its dock', async (width) => {
    await page.setViewportSize({ width, height: 700 });
    await page.goto('about:blank');
    await page.goto(`${lab.url}#1/close4?l=en`);
    await page.waitForSelector('main:not([aria-busy])');
    const [end, dock] = await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
      const box = (name: string) => document.querySelector(name)?.getBoundingClientRect();
      return [box('.foot .choose')?.bottom, box('.dock')?.top];
    });
    expect(end).toBeGreaterThan(350);
    expect(end).toBeLessThanOrEqual(dock ?? 0);
  });

  test('a text that is squeezed, covered, clipped or broken before a comma is found', async () => {
    await page.setContent(`
      <p style="width: 4em">A sentence that stands in a column of words, one below the other.</p>
      <p style="overflow: hidden; width: 60px; white-space: nowrap">cut off at its end</p>
      <p style="position: absolute; top: 500px">under</p><p style="position: absolute; top: 502px">above</p>
      <p style="width: 7.5ch; font: 16px monospace">abc <button class="term" style="font: inherit; padding: 0; border: 0">def</button>, gh</p>
      <svg width="200" height="40"><text x="0" y="20">one text</text><text x="20" y="22">another</text></svg>`);
    expect((await textProblems(page)).map((one) => one.replace(/^\d+ lines.*/, 'squeezed')).sort()).toEqual([
      '"one text" in text covers "another" in text',
      '"under" in p covers "above" in p',
      'a line begins with ", gh" in p',
      'clipped by p: "cut off at its end" in p',
      'squeezed',
    ]);
  });
});

// Stories, the comparison and the runbooks in a real browser.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stories } from '../../src/lab/stories/index.ts';
import { findings } from './axe.ts';
import { missing, SCREENSHOTS, stateOf, WebLab } from './browser.ts';

describe.skipIf(missing !== null)('beside the lab', () => {
  let lab: WebLab;

  beforeAll(async () => {
    lab = await WebLab.start();
  });
  afterAll(async () => {
    await lab?.stop();
  });

  test('a story: the ladder moves along with its steps, and at the end it is broken', async () => {
    const page = await lab.open('#1/third-ack?v=story&l=en', { reducedMotion: 'reduce' });
    await page.waitForSelector('.step-card[data-when="now"]');
    const now = () => page.textContent('.step-card[data-when="now"] h2');
    expect(await now()).toBe('The client asks');
    const flown = () => page.locator('.arrow[data-tense="past"]').count();
    const before = await flown();
    for (let i = 0; i < 4; i++) await page.click('.step-card[data-when="now"] .next');
    expect(await now()).toBe('The timer says it again');
    expect(await flown()).toBeGreaterThan(before);
    await page.waitForFunction(() => location.hash.includes('c=4'));
    await page.keyboard.press('ArrowRight');
    expect(await now()).toBe('Old news must be answered');
    await page.click('.step-card .dot >> nth=0');
    expect(await now()).toBe('The client asks');
    await page.screenshot({ path: `${SCREENSHOTS}story.png` });
    expect(await findings(page)).toEqual([]);
    await page.click('.break-it button >> nth=0');
    await page.waitForSelector('.change-chip');
    expect(await page.locator('.ghost').count()).toBeGreaterThanOrEqual(1);
    await page.context().close();
  });

  test('a story is told by scrolling: to its end every step in turn, and back; what a key goes to is where it is', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 800 },
    ]) {
      const page = await lab.open('#1/third-ack?v=story&l=en', { reducedMotion: 'reduce', viewport });
      await page.waitForSelector('.step-card[data-when="now"]');
      const now = async () => Number(await page.textContent('.step-card[data-when="now"] .dot'));
      const all = await page.locator('.step-card').count();
      const seen: number[] = [];
      const scrollBy = async (by: number) => {
        await page.mouse.wheel(0, by);
        await page.waitForTimeout(80);
        const step = await now();
        if (step !== seen.at(-1)) seen.push(step);
      };
      await page.mouse.move(viewport.width / 2, viewport.height - 40);
      for (let i = 0; i < 60; i++) await scrollBy(60);
      const steps = Array.from({ length: all }, (_, i) => i + 1);
      expect(seen, `${viewport.width} px`).toEqual(steps);
      seen.length = 0;
      for (let i = 0; i < 60; i++) await scrollBy(-60);
      expect(seen).toEqual(steps.reverse());
      // The ladder stays in sight.
      for (const step of [2, 3, 4, 5]) {
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(150);
        expect(await now()).toBe(step);
      }
      const box = await page.locator('.step-card[data-when="now"] p').boundingBox();
      expect(box?.y).toBeGreaterThan(0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(viewport.height + 1);
      expect((await page.locator('.story-stage').boundingBox())?.y).toBeLessThan(viewport.height / 2);
      await page.context().close();
    }
  });

  test('all stories are listed; a link to one that does not exist says so', async () => {
    const page = await lab.open('#1/?v=story&l=en');
    await page.waitForSelector('.story-list');
    expect(await page.locator('.story-list li').count()).toBe(stories.length);
    expect(await findings(page)).toEqual([]);
    await page.context().close();
    const wrong = await lab.open('#1/no-such-story?v=story&l=en');
    expect(await wrong.textContent('[role="alert"]')).toContain('no-such-story');
    await wrong.context().close();
  });

  test.each([
    'stale-listen?v=compare&l=en&r=two-way-handshake',
    'two-way?v=compare&l=zh',
    'fixed-isn?v=compare&l=en',
    'no-tw?v=compare&l=en',
    'tw-1msl?v=compare&l=zh',
  ])('side by side: real TCP and one without a rule stand alike until they part: %s', async (place) => {
    const page = await lab.open(`#1/${place}`);
    await page.waitForSelector('.compare-side svg');
    expect(await page.locator('.compare-side').count()).toBe(2);
    expect(await page.textContent('.compare-side >> nth=1')).toMatch(/not real TCP|并非真实的 TCP/);
    const heights = await page.evaluate(() =>
      [...document.querySelectorAll('.compare-side')].map((side) => ({
        // Where it leaves and arrives, downwards.
        syn: side
          .querySelector('.arrow[data-id="1"] .way')
          ?.getAttribute('d')
          ?.match(/ [\d.]+/g)
          ?.at(0),
        part: side.querySelector('.part-line')?.getAttribute('d')?.replace(/H.*/, ''),
        picture: side.querySelector('svg')?.getBoundingClientRect().top,
      })),
    );
    expect(heights[0]).toEqual(heights[1]);
    expect(heights[0]?.syn).toMatch(/\d/);
    expect(heights[0]?.part).toMatch(/\d/);
    expect(await findings(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENSHOTS}compare.png` });
    await page.context().close();
  });

  test('a runbook: commands with what they print, and the run that reproduces it', async () => {
    const page = await lab.open('#1/?v=runbook&l=en');
    await page.click('[data-runbook="close-wait"]');
    expect(await page.textContent('.command')).toContain('ss -Htnp state close-wait');
    expect(await page.locator('.runbook-side svg .arrow').count()).toBeGreaterThan(3);
    expect(await findings(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENSHOTS}runbook.png` });
    await page.click('.runbook-side .primary');
    await page.waitForSelector('.titlebar');
    expect(await stateOf(page, 'right')).not.toBe('');
    await page.context().close();
  });

  test('the interview: say it, look, mark it; what went badly comes again, and the browser remembers', async () => {
    const page = await lab.open('#1/?v=interview&l=en');
    await page.waitForSelector('.interview h1');
    const first = await page.textContent('.interview h1');
    expect(await page.locator('.short-answer').count()).toBe(0);
    await page.click('.interview .primary');
    expect((await page.textContent('.short-answer'))?.length).toBeGreaterThan(40);
    expect(await findings(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENSHOTS}interview.png` });
    await page.click('[data-grade="again"]');
    expect(await page.textContent('.interview h1')).not.toBe(first);
    const kept = await page.evaluate(() => localStorage.getItem('synfin-interview') ?? '');
    expect(Object.keys((JSON.parse(kept) as { reviews: object }).reviews).length).toBe(1);
    await page.reload();
    await page.waitForSelector('.interview h1');
    expect(await page.textContent('.interview .quiet-text')).toMatch(/1 (later|to be asked again)|, 1 later/);
    await page.context().close();
  });

  test('data in motion: windows and times beside the ladder, on its own time, with one cursor', async () => {
    const page = await lab.open('#1/slow-start?l=en&c=60', { viewport: { width: 1440, height: 900 } });
    await page.waitForSelector('.plots .series');
    expect(await page.locator('.plots .series').count()).toBeGreaterThanOrEqual(6);
    const cwnd = () => page.textContent('.plots .series.cwnd text');
    const before = await cwnd();
    expect(before).toMatch(/^cwnd \d/);
    await page.keyboard.press('End');
    expect(await cwnd()).not.toBe(before);
    expect(await findings(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENSHOTS}motion.png` });
    await page.context().close();
  });

  test('slides: nothing but the ladder and its words, until Esc', async () => {
    const page = await lab.open('#1/ack3-lost?l=en');
    await page.keyboard.press('f');
    expect(await page.isVisible('.masthead')).toBe(false);
    expect(await page.isVisible('.ladder svg')).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.isVisible('.masthead')).toBe(true);
    await page.context().close();
  });

  test('the theme is the reader’s', async () => {
    const page = await lab.open('#1/hs?l=en', { colorScheme: 'light' });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.click('.theme');
    expect(await ground()).not.toBe(light);
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
    await page.context().close();
  });

  test('nothing complains', () => {
    expect(lab.complaints).toEqual([]);
  });
});

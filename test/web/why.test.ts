// The searches of the page "why", in a real browser: they run in the page, what they count is shown, and the
// counterexample opens in the lab.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findings } from './axe.ts';
import { missing, SCREENSHOTS, stateOf, WebLab } from './browser.ts';

const SEARCH_MS = 30_000;

async function outcome(page: Page, phase: 'with' | 'without', is: string): Promise<string> {
  const line = page.locator(`[data-phase="${phase}"][data-outcome="${is}"]`);
  await line.waitFor({ timeout: SEARCH_MS });
  return (await line.textContent()) ?? '';
}

describe.skipIf(missing !== null)('why, in the page', () => {
  let lab: WebLab;

  beforeAll(async () => {
    lab = await WebLab.start();
  });
  afterAll(async () => {
    await lab?.stop();
  });

  test('three: both searches run in the page, and show what they count', async () => {
    const page = await lab.open('#1/three?v=why&l=en');
    expect(await outcome(page, 'with', 'exhausted')).toMatch(
      /^10,280 states, exhausted, no violation 43,731 transitions/,
    );
    expect(await outcome(page, 'without', 'violated')).toMatch(
      /^violated after 3 steps, the least possible \(10 states\)/,
    );
    expect(await page.locator('.why-picture svg text').count()).toBeGreaterThan(5);
    await page.screenshot({ path: `${SCREENSHOTS}why.png` });
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });

  test('the counterexample opens in the lab: under a banner, step by step, and by a link of its own', async () => {
    const page = await lab.open('#1/three?v=why&l=en');
    await outcome(page, 'without', 'violated');
    await page.click('.why-open');
    await page.waitForSelector('.not-real'); // what repeats a counterexample is loaded when it is wanted
    await page.keyboard.press('End');
    expect(await stateOf(page, 'left')).toBe('CLOSED');
    expect(await stateOf(page, 'right')).toBe('ESTABLISHED');
    expect(await page.locator('.ladder .arrow').count()).toBeGreaterThanOrEqual(1);
    expect(await page.textContent('.not-real')).toContain('The passive side waits for an ACK');
    await page.waitForURL(/#1\/why-three/);
    await page.goBack();
    await page.waitForSelector('main.why-page');
    await page.context().close();

    const linked = await lab.open('#1/why-2msl?l=en');
    await linked.waitForSelector('.not-real');
    await linked.keyboard.press('End');
    expect(await stateOf(linked, 'right')).toBe('CLOSED');
    expect(await linked.textContent('.not-real')).toContain('two MSL');
    await linked.context().close();
  });

  test('from the header, in Chinese, another question, from a file', async () => {
    const page = await lab.open('#1/hs?l=zh', {}, lab.file);
    await page.click('button[data-view="why"]');
    await page.click('button[data-question="synack-again"]');
    expect(await outcome(page, 'with', 'exhausted')).toMatch(/^1,020 个状态，已穷尽，无违反/);
    expect(await outcome(page, 'without', 'violated')).toMatch(/^4 步之后违反/);
    expect(await page.textContent('.counterexample')).toContain('SYN-RECEIVED');
    await page.context().close();
  });

  test('a search can be stopped, and begun again; a question that does not exist is told', async () => {
    const page = await lab.open('#1/both?v=why&l=en');
    await page.click('.why-buttons button');
    expect(await page.textContent('.why-buttons')).toContain('Stopped.');
    await page.click('.why-buttons button');
    await page.waitForSelector('.why-buttons button:has-text("Stop")');
    await page.context().close();
    const wrong = await lab.open('#1/chocolate?v=why&l=en');
    expect(await wrong.textContent('[role="alert"]')).toContain('chocolate');
    await wrong.context().close();
  });

  test('nothing complains', () => {
    expect(lab.complaints).toEqual([]);
  });
});

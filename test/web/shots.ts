// Pictures of all pages, for people to look at: `node test/web/shots.ts [FOLDER] [WIDTH…]`. Without widths: all seven, light
// and dark, English and Chinese.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { whyQuestions } from '../../src/lab/check/why/index.ts';
import { runbooks, scenarios } from '../../src/lab/index.ts';
import { interviewQuestions } from '../../src/lab/interview/index.ts';
import { stories } from '../../src/lab/stories/index.ts';
import { missing, SCREENSHOTS, WebLab } from './browser.ts';
import { textProblems } from './texts.ts';

const [folder = SCREENSHOTS, ...some] = process.argv.slice(2);
const widths = some.length > 0 ? some.map(Number) : [320, 390, 768, 1024, 1280, 1440, 1920];

/** Names and fragments. */
const places: readonly (readonly [string, string])[] = [
  ['home', '1/?v=home'],
  ['stories', '1/?v=story'],
  ['runbooks', '1/?v=runbook'],
  ['quiz', '1/hs?v=quiz'],
  ...scenarios.map(({ id }) => [`lab-${id}`, `1/${id}`] as const),
  ...stories.map(({ id }) => [`story-${id}`, `1/${id}?v=story&c=2`] as const),
  ...runbooks.map(({ id }) => [`runbook-${id}`, `1/${id}?v=runbook`] as const),
  ...whyQuestions.map(({ id }) => [`why-${id}`, `1/${id}?v=why`] as const),
  ...interviewQuestions.map(({ id }) => [`interview-${id}`, `1/${id}?v=interview`] as const),
  ...scenarios
    .filter(({ rules }) => rules !== undefined)
    .map(({ id }) => [`compare-${id}`, `1/${id}?v=compare`] as const),
];

if (missing !== null) throw new Error(missing);
mkdirSync(folder, { recursive: true });
const lab = await WebLab.start();
const page = await lab.open();
for (const lang of ['en', 'zh'])
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [name, place] of places) {
      await page.goto('about:blank');
      await page.goto(`${lab.url}#${place}${place.includes('?') ? '&' : '?'}l=${lang}`);
      await page.waitForSelector('main:not([aria-busy])');
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(60);
        await page.screenshot({ path: join(folder, `${name}-${width}-${lang}-${colorScheme}.png`) });
        for (const problem of await textProblems(page))
          console.log(`${name}, ${width} px, ${lang}: ${problem}`);
      }
    }
  }
for (const complaint of lab.complaints) console.log(complaint);
await lab.stop();

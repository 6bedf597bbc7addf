// The pictures of the READMEs: `node test/pictures.ts` draws them; test/readme.test.ts holds them against the code.

import { writeFileSync } from 'node:fs';
import { type Lang, runScenario, scenarioNamed, svgLadder } from '../src/lab/index.ts';

/** Files under docs/pictures and what they are. */
export const pictures: readonly { readonly file: string; readonly scenario: string; readonly lang: Lang }[] =
  [
    { file: 'ack3-lost.svg', scenario: 'ack3-lost', lang: 'en' },
    { file: 'ack3-lost.zh-CN.svg', scenario: 'ack3-lost', lang: 'zh' },
  ];

/** A picture as it should be. */
export function drawPicture(id: string, lang: Lang): string {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  const { title, question } = scenario;
  return svgLadder(runScenario(scenario), { lang, title: title[lang], description: question[lang] });
}

if (import.meta.main) {
  for (const { file, scenario, lang } of pictures)
    writeFileSync(new URL(`../docs/pictures/${file}`, import.meta.url), drawPicture(scenario, lang));
}

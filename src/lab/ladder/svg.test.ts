import { expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import { layoutLadder } from './layout.ts';
import { escapeXml, svgLadder, svgOf } from './svg.ts';
import { palettes } from './svg-style.ts';
import { handMade, TraceBuilder } from './testing.ts';

/** Reads XML far enough to know that it is well formed; the names of its elements. */
function elements(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  let rest = xml;
  while (rest !== '') {
    const tag = /^<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (tag === null) {
      const text = /^[^<]+/.exec(rest)?.[0];
      if (text === undefined || /&(?!#\d+;)/.test(text)) throw new Error(`not XML: ${rest.slice(0, 80)}`);
      rest = rest.slice(text.length);
      continue;
    }
    const [all, end, name = '', , empty] = tag;
    rest = rest.slice(all.length);
    if (end === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    names.push(name);
    if (empty !== '/') open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return names;
}

test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  '%s is well formed XML',
  (_id, s) => {
    const trace = runScenario(s);
    for (const lang of ['en', 'zh'] as const) {
      const names = elements(svgLadder(trace, { lang }));
      expect(names.slice(0, 4)).toEqual(['svg', 'title', 'desc', 'style']);
    }
  },
);

test('it stands alone: no script, no font, no address of anything else', () => {
  const svg = svgLadder(handMade(), { lang: 'en' });
  expect(svg).not.toMatch(/<script|@font-face|@import|<image|href=|url\((?!#)/);
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toContain('http');
});

test('the text of every label is text', () => {
  const layout = layoutLadder(handMade(), { lang: 'zh' });
  const svg = svgOf(layout, handMade());
  for (const { label } of layout.arrows)
    for (const { text } of label) expect(svg).toContain(`>${escapeXml(text)}</text>`);
});

test('not by colour alone: lost ends in a cross, a retransmission is dashed, a discarded head is hollow', () => {
  const svg = svgLadder(handMade(), { lang: 'en' });
  const group = (id: number, copy = 0): string =>
    new RegExp(`<g [^>]*data-segment="${id}" data-copy="${copy}">.*?</g>`).exec(svg)?.[0] ?? '';
  expect(group(1)).toContain('class="x"');
  expect(group(2)).toContain(' again"');
  expect(group(2)).not.toContain('class="x"');
  expect(group(7, 1)).toContain('open-head');
  expect(group(7)).not.toContain('open-head');
});

test('segments of other connections than that of the bars are thinner, and say which they are', () => {
  const pile = scenarios.find(({ id }) => id === 'tw-pile');
  if (pile === undefined) throw new Error('no tw-pile');
  const svg = svgLadder(runScenario(pile), { lang: 'en' });
  expect(svg.match(/class="other" data-connection="1"/g)?.length).toBeGreaterThan(5);
  expect(svg).toContain('>:50001 SYN seq=0</text>');
});

test('light, dark, or as the reader prefers', () => {
  const of = (theme: 'auto' | 'light' | 'dark'): string => svgLadder(handMade(), { lang: 'en', theme });
  expect(of('auto')).toContain('prefers-color-scheme:dark');
  expect(of('light')).not.toContain(palettes.dark.ground);
  expect(of('dark')).not.toContain(palettes.light.ground);
});

/** WCAG 2.2: relative luminance. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test.each(['light', 'dark'] as const)('%s: every text has a contrast of 4.5 on both grounds', (theme) => {
  const { ground, band, rule: _rule, ...texts } = palettes[theme];
  for (const [name, colour] of Object.entries(texts))
    for (const under of [ground, band]) expect(contrast(colour, under), name).toBeGreaterThanOrEqual(4.5);
});

test('whatever names and texts contain, it is XML', () => {
  const b = new TraceBuilder({ left: 'CLOSED', right: 'LISTEN' });
  const text = '</text><script>&"\'\u0000\u001b\ud800 ]]>';
  b.at(0, { kind: 'call', end: 'left', call: 'write', octets: 3, text });
  const trace = b.trace();
  const left = { ...trace.ends.left, name: '<b>&\u0001' };
  const svg = svgLadder({ ...trace, ends: { ...trace.ends, left } }, { lang: 'en', title: text });
  expect(() => elements(svg)).not.toThrow();
  expect(elements(svg)).not.toContain('script');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
});

import { expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import { drawLadder } from './drawing.ts';
import { layoutLadder } from './layout.ts';
import { escapeXml, svgLadder, svgOf, xmlOf } from './svg.ts';
import { handMade, TraceBuilder } from './testing.ts';
import { PHASES, STRANDS, tokens } from './tokens.ts';

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
  for (const { pill } of layout.arrows)
    for (const text of [pill?.flags.text, pill?.fields?.text])
      if (text !== undefined) expect(svg).toContain(`>${escapeXml(text)}</text>`);
});

/** What is drawn of a segment, or of a copy of it. */
const drawn = (svg: string, id: number, copy = 0): string =>
  new RegExp(`<g class="arrow" data-id="${id}" data-copy="${copy}"[^>]*>.*?<g class="arrow"`).exec(
    svg,
  )?.[0] ?? '';

test('not by colour alone: lost ends in a cross, a retransmission is dashed, a discarded head is hollow', () => {
  const svg = svgLadder(handMade(), { lang: 'en' });
  expect(drawn(svg, 1)).toContain('class="lost"');
  expect(drawn(svg, 2)).toContain('data-again="true"');
  expect(drawn(svg, 2)).not.toContain('class="lost"');
  expect(drawn(svg, 7, 1)).toContain('open-head');
  expect(drawn(svg, 7)).not.toContain('open-head');
});

test('a lifeline is two strands whose patterns are the state; no two states look the same', () => {
  const looks = Object.entries(STRANDS).map(
    ([state, strands]) => `${PHASES[state as 'CLOSED']} ${strands.join(' ')}`,
  );
  expect(new Set(looks).size).toBe(11);
  // Without colours, those of opening and closing differ, too.
  expect(new Set(Object.values(STRANDS).map(String)).size).toBe(11);
  const svg = svgLadder(handMade(), { lang: 'en' });
  for (const fill of ['rise-opening', 'fall-closing', 'cross-closing', 'rungs'])
    expect(svg).toContain(`fill="url(#sf-${fill})"`);
});

test('before the cursor all is as it is in a file; after it, faint and without colour in its words', () => {
  const layout = layoutLadder(handMade(), { lang: 'en' });
  const all = drawLadder(layout, handMade()).map(xmlOf).join('');
  const end = drawLadder(layout, handMade(), { cursor: layout.eventY.length - 1, y: layout.bottom });
  expect(
    end
      .map(xmlOf)
      .join('')
      .replaceAll('data-tense="now"', 'data-tense="past"')
      .replaceAll('mark new', 'mark'),
  ).toBe(all);
  const begin = drawLadder(layout, handMade(), { cursor: -1 }).map(xmlOf).join('');
  expect(begin).not.toMatch(/class="way l-syn"|text class="b onhue"/);
  const hidden = drawLadder(layout, handMade(), { cursor: 1, hidden: true }).map(xmlOf).join('');
  expect(hidden).toContain('data-id="1"');
  expect(hidden).not.toMatch(/data-id="2"|class="lost"|ESTABLISHED/);
});

test('light, dark, or as the reader prefers', () => {
  const of = (theme: 'auto' | 'light' | 'dark'): string => svgLadder(handMade(), { lang: 'en', theme });
  expect(of('auto')).toContain('prefers-color-scheme:dark');
  expect(of('light')).not.toContain(tokens.dark.paper);
  expect(of('dark')).not.toContain(tokens.light.paper);
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

test.each(['light', 'dark'] as const)('%s: every text has a contrast of 4.5 on all grounds', (theme) => {
  const all = tokens[theme];
  for (const name of ['ink', 'ink2', 'none', 'opening', 'open', 'closing', 'waiting', 'bad'] as const)
    for (const under of ['paper', 'raised', 'sunk'] as const)
      expect(contrast(all[name], all[under]), `${name} on ${under}`).toBeGreaterThanOrEqual(4.5);
  for (const hue of ['opening', 'open', 'closing', 'waiting', 'bad'] as const)
    expect(contrast(all.onhue, all[hue]), `onhue on ${hue}`).toBeGreaterThanOrEqual(4.5);
  expect(contrast(all.edge, all.paper)).toBeGreaterThanOrEqual(3);
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

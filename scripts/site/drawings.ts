// What pages of the site are made of: sentences, lists, runs as ladders, and the state diagram.

import {
  drawLadder,
  escapeXml,
  type Lang,
  layoutLadder,
  PHASES,
  runScenario,
  scenarioNamed,
  type Text,
  type Trace,
  xmlOf,
} from '../../src/lab/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { WHOLE } from '../../web/parts/phrases.ts';
import { edgePath, FIGURE, HALF, PLACES } from '../../web/parts/state-diagram.ts';

/** Text as HTML. */
export const html = escapeXml;

/** A sentence as HTML: its names and quantities are not broken, what stands in backticks is code. */
export function prose(text: string): string {
  return text
    .split(WHOLE)
    .map((part, i) =>
      i % 2 === 0
        ? html(part)
        : part.startsWith('`')
          ? `<code>${html(part.slice(1, -1))}</code>`
          : `<span class="nb">${html(part)}</span>`,
    )
    .join('');
}

/** A text in both languages. */
export const both = (en: string, zh: string): Text => ({ en, zh });

/** A list of what is HTML already. */
export const list = (items: readonly string[], kind = 'ul'): string =>
  `<${kind}>${items.map((item) => `<li>${item}</li>`).join('')}</${kind}>`;

/** Sentences as paragraphs. */
export const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((one) => `<p>${prose(one)}</p>`)
    .join('');

/** A run as a ladder in the page: text that can be read and found; a wide form, and one for narrow screens. */
export function ladder(trace: Trace, name: string, label: string, lang: Lang): string {
  const forms = [
    { form: 'wide', width: 760 },
    { form: 'narrow', width: 340, compact: true },
  ].map(({ form, ...shape }) => {
    const layout = layoutLadder(trace, { lang, ...shape });
    const shapes = drawLadder(layout, trace, { prefix: `${form[0]}-${name}` })
      .map(xmlOf)
      .join('');
    return `<svg class="sf ${form}" viewBox="0 0 ${layout.width} ${layout.height}" role="img" aria-label="${html(label)}">${shapes}</svg>`;
  });
  return `<figure>${forms.join('')}</figure>`;
}

/** The run of a scenario as a ladder. */
export function ladderOf(id: string, lang: Lang, edits: readonly string[] = []): string {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) return '';
  return ladder(runScenario(scenario, { edits }), id, scenario.question[lang], lang);
}

/** Figure 5 of RFC 9293, from the engine's table. */
export function stateDiagram(lang: Lang): string {
  const boxes = Object.entries(PLACES).map(
    ([name, [x, y]]) =>
      `<rect class="raised edge" x="${x - HALF.x}" y="${y - HALF.y}" width="${2 * HALF.x}" height="${2 * HALF.y}" rx="6"/><text class="st f-${PHASES[name as StateName]}" x="${x}" y="${y + 3.5}" text-anchor="middle" font-size="10">${name}</text>`,
  );
  return (
    `<figure class="diagram"><svg class="sf" viewBox="0 0 400 418" role="img" aria-label="${lang === 'en' ? 'The state diagram of a connection' : '连接的状态图'}">` +
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="dim" d="M0 0L8 4L0 8Z"/></marker></defs>' +
    FIGURE.map((edge) => `<path class="cut" d="${edgePath(edge)}" marker-end="url(#tip)"/>`).join('') +
    `${boxes.join('')}</svg></figure>`
  );
}

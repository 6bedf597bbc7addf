// A ladder as a standalone SVG 1.1 document: text that can be selected, no font, no script, light or dark as the
// reader prefers. Pieces name the events of the trace: data-event, data-id.

import { oneOf, Schema, text as string } from '../../options/index.ts';
import type { Trace } from '../trace.ts';
import { drawLadder } from './drawing.ts';
import { layOut, layoutOptions } from './layout.ts';
import type { LadderLayout, LayoutOptions } from './layout-types.ts';
import type { Shape } from './shapes.ts';
import { styleSheet } from './svg-style.ts';
import { word } from './words.ts';

export { styleSheet };

/** Options of {@link svgOf}. */
export interface PictureOptions {
  /** Default 'auto': light, or dark where the reader prefers it. */
  readonly theme?: 'auto' | 'light' | 'dark';
  /** What it shows; default: the names of the two ends. */
  readonly title?: string;
  /** A sentence or two for those who cannot see it. */
  readonly description?: string;
}

/** Options of {@link svgLadder}. */
export interface SvgOptions extends LayoutOptions, PictureOptions {}

const pictureOptions = new Schema<PictureOptions>('svgOf', {
  theme: oneOf('auto', 'light', 'dark'),
  title: string,
  description: string,
});

const svgOptions = new Schema<SvgOptions>('svgLadder', { ...layoutOptions.kinds, ...pictureOptions.kinds });

/** A trace as a picture. Throws OptionTypeError, OptionRangeError. */
export function svgLadder(trace: Trace, options: SvgOptions): string {
  svgOptions.check(options);
  return draw(layOut(trace, options), trace, options);
}

/** A layout as a picture. Throws OptionTypeError, OptionRangeError. */
export function svgOf(layout: LadderLayout, trace: Trace, options: PictureOptions = {}): string {
  pictureOptions.check(options);
  return draw(layout, trace, options);
}

function draw(
  layout: LadderLayout,
  trace: Trace,
  { theme = 'auto', title, description }: PictureOptions,
): string {
  const { width, height, lang } = layout;
  const names = { left: trace.ends.left.name, right: trace.ends.right.name };
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="sf" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" lang="${lang === 'zh' ? 'zh-Hans' : lang}">`,
    `<title>${escapeXml(title ?? `${names.left} – ${names.right}`)}</title>`,
    `<desc>${escapeXml(description ?? word(lang, 'segmentsBetween', names))}</desc>`,
    `<style>${styleSheet(theme)}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...drawLadder(layout, trace).map(xmlOf),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** Characters that XML 1.0 does not allow (section 2.2), lone surrogates among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text for XML: marks escaped, what is not allowed replaced. */
export function escapeXml(text: string): string {
  return text.replace(NOT_XML, '\ufffd').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A shape as XML. */
export function xmlOf({ tag, attrs, children }: Shape): string {
  const open = Object.entries(attrs)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
  if (children.length === 0) return `<${tag}${open}/>`;
  const inside = children
    .map((child) => (typeof child === 'string' ? escapeXml(child) : xmlOf(child)))
    .join('');
  return `<${tag}${open}>${inside}</${tag}>`;
}

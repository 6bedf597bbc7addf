// Draws a laid out ladder as a standalone SVG 1.1 document: text that can be selected, no font, no script,
// light or dark as the reader prefers. Pieces name the events of the trace: data-event, data-segment.

import { oneOf, Schema, text as string } from '../../options/index.ts';
import type { Trace } from '../trace.ts';
import { layOut, layoutOptions } from './layout.ts';
import type {
  BarPiece,
  CallMark,
  FaultMark,
  LadderArrow,
  LadderLayout,
  LayoutOptions,
  PlacedText,
  TimerBracket,
} from './layout-types.ts';
import { PHASES, styleSheet } from './svg-style.ts';
import { word } from './words.ts';

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
    STRIPES,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...layout.faults.map((fault) => faultBand(fault, layout)),
    ...gapBands(layout),
    ...layout.bars.map(bar),
    ...layout.timers.map(timer),
    ...layout.arrows.map((arrow) => way(arrow, layout.focus)),
    ...layout.arrows.map(words),
    ...layout.gaps.map(({ label, event }) => `<g data-event="${event}">${text(label, 'dim halo')}</g>`),
    ...layout.calls.map(call),
    ...layout.faults.map(faultText),
    ...layout.times.map((time) => text(time, 'dim')),
    ...layout.heads.map((head) =>
      head.text.map((line, i) => text(line, i === 0 ? 'sans b' : 'dim')).join(''),
    ),
    '</svg>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** Stripes over the bar of TIME-WAIT: it is known without its colour. */
const STRIPES =
  '<defs><pattern id="sf-stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<path class="stripe" d="M0 0V6" stroke-width="3"/></pattern></defs>';

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Characters that XML 1.0 does not allow (section 2.2), lone surrogates among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text for XML: marks escaped, what is not allowed replaced. */
export function escapeXml(text: string): string {
  return text.replace(NOT_XML, '\ufffd').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function text({ text: said, x, y, anchor, angle, size }: PlacedText, classes: string): string {
  if (said === '') return '';
  const turn = angle === 0 ? '' : ` transform="rotate(${Math.round(angle * 100) / 100} ${n(x)} ${n(y)})"`;
  const align = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${classes}" x="${n(x)}" y="${n(y)}" font-size="${size}"${align}${turn}>${escapeXml(said)}</text>`;
}

function gapBands({ gaps, columns: { left, right, barWidth } }: LadderLayout): string[] {
  return gaps.map(({ y1, y2 }) => {
    const wave = [left - barWidth - 3, right - 3].map((x) => {
      const w = barWidth + 6;
      const at = (y: number): string => `M${n(x)} ${n(y)}q${w / 4} -5 ${w / 2} 0t${w / 2} 0`;
      return at(y1) + at(y2);
    });
    return (
      `<rect class="band" x="${n(left)}" y="${n(y1)}" width="${n(right - left)}" height="${n(y2 - y1)}"/>` +
      `<path class="rule" d="${wave.join('')}"/>`
    );
  });
}

function bar({ state, end, x, width, y1, y2, event, label, rule, section }: BarPiece): string {
  const phase = PHASES[state];
  const height = Math.max(0, y2 - y1);
  const hint = rule === null ? state : `${state}: ${rule}${section === null ? '' : ` (${section})`}`;
  const shapes: string[] = [];
  const box = `y="${n(y1)}" height="${n(height)}"`;
  if (state === 'CLOSED' || state === 'LISTEN') {
    const dash = state === 'CLOSED' ? ' stroke-dasharray="2 4"' : '';
    const at = end === 'left' ? x + width - 1 : x + 1;
    shapes.push(
      `<path class="o-none" fill="none" stroke-width="2"${dash} d="M${n(at)} ${n(y1)}V${n(y1 + height)}"/>`,
    );
  } else {
    shapes.push(`<rect class="s-${phase}" x="${n(x)}" width="${width}" ${box} rx="2.5"/>`);
    if (phase === 'waiting') {
      shapes.push(
        `<rect fill="url(#sf-stripes)" opacity=".45" x="${n(x)}" width="${width}" ${box} rx="2.5"/>`,
      );
    }
  }
  return `<g data-event="${event}" data-end="${end}"><title>${escapeXml(hint)}</title>${shapes.join('')}${text(label, `b s-${phase}`)}</g>`;
}

function timer({ end, x, y1, y2, outcome, set, over, timer: name, text: lines }: TimerBracket): string {
  const inwards = end === 'left' ? 4 : -4;
  const cap = `${n(x + inwards)}`;
  const begin = set === null ? '' : `M${cap} ${n(y1)}H${n(x)}V${n(y2)}`;
  const finish = outcome === 'pending' ? '' : `M${n(x)} ${n(y2)}H${cap}`;
  const dash = outcome === 'cancelled' ? ' stroke-dasharray="3 3"' : '';
  const dot = outcome === 'fired' ? `<circle class="dim" cx="${n(x)}" cy="${n(y2)}" r="2.4"/>` : '';
  const event = over ?? set ?? -1;
  return `<g data-event="${event}" data-timer="${escapeXml(name)}"><path class="t"${dash} d="${begin}${finish}"/>${dot}${lines.map((line) => text(line, 'dim sans')).join('')}</g>`;
}

function head(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): { points: string; backX: number; backY: number } {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const dx = (x2 - x1) / length;
  const dy = (y2 - y1) / length;
  const backX = x2 - dx * 9;
  const backY = y2 - dy * 9;
  const points = `${n(x2)},${n(y2)} ${n(backX - dy * 4)},${n(backY + dx * 4)} ${n(backX + dy * 4)},${n(backY - dx * 4)}`;
  return { points, backX, backY };
}

function way(arrow: LadderArrow, focus: number): string {
  const { x1, y1, x2, y2, tone, end, id, sent, landed } = arrow;
  const style = arrow.injected
    ? ' forged'
    : arrow.copy > 0
      ? ' copy'
      : end === 'flying'
        ? ' flying'
        : arrow.retransmission
          ? ' again'
          : '';
  const marks: string[] = [];
  let toX = x2;
  let toY = y2;
  if (end === 'lost') {
    const r = 5.5;
    marks.push(
      `<path class="x" d="M${n(x2 - r)} ${n(y2 - r)}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}"/>`,
    );
  } else if (end === 'arrived') {
    const { points, backX, backY } = head(x1, y1, x2, y2);
    toX = backX;
    toY = backY;
    const hollow = arrow.discarded !== null;
    marks.push(`<polygon class="${hollow ? `open-head l-${tone}` : `f-${tone}`}" points="${points}"/>`);
  }
  if (arrow.damaged) {
    const x = x1 + (x2 - x1) * 0.72;
    const y = y1 + (y2 - y1) * 0.72;
    marks.push(
      `<path class="way bad-line" d="M${n(x - 9)} ${n(y)}l4 -6 4 11 4 -11 4 11 3 -5" stroke-linejoin="round"/>`,
    );
  }
  if (arrow.injected) marks.push(bolt(x1, y1));
  const line = `<path class="way l-${tone}${style}" d="M${n(x1)} ${n(y1)}L${n(toX)} ${n(toY)}"/>`;
  // Easier to point at than a thin line.
  const target = `<path fill="none" stroke="transparent" stroke-width="12" d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"/>`;
  const ends = landed === null ? '' : ` data-landed="${landed}"`;
  const other = arrow.connection === focus ? '' : ` class="other" data-connection="${arrow.connection}"`;
  return `<g data-event="${sent}"${ends}${other} data-segment="${id}" data-copy="${arrow.copy}">${target}${line}${marks.join('')}</g>`;
}

/** A forged segment begins with a flash. */
function bolt(x: number, y: number): string {
  return `<path class="bad" d="M${n(x + 1)} ${n(y - 8)}l-6 9h4l-2 7 7 -9h-4z"/>`;
}

function words(arrow: LadderArrow): string {
  const { tone, end, discarded, sent, landed } = arrow;
  const bad = end === 'lost' || discarded !== null;
  const lines = [
    ...arrow.label.map((line) => text(line, `halo f-${tone}`)),
    ...arrow.detail.map((line) => text(line, 'halo dim')),
    ...arrow.note.map((line) => text(line, `halo ${bad ? 'bad' : 'dim'}`)),
  ].join('');
  return lines === ''
    ? ''
    : `<g data-event="${arrow.label.length > 0 ? sent : (landed ?? sent)}">${lines}</g>`;
}

function call({ end, x, y, direction, failed, text: lines, event }: CallMark): string {
  const out = end === 'left' ? -1 : 1;
  // The tip points to the connection for what the program asks, away from it for what it is told.
  const tip = direction === 'in' ? x : x + out * 8;
  const back = direction === 'in' ? x + out * 8 : x;
  const mark = `<polygon class="${failed ? 'bad' : 'dim'}" points="${n(tip)},${n(y)} ${n(back)},${n(y - 4)} ${n(back)},${n(y + 4)}"/>`;
  const said = lines.map((line, i) => text(line, i > 0 ? 'dim' : failed ? 'bad' : ''));
  return `<g data-event="${event}">${mark}${said.join('')}</g>`;
}

function faultBand({ what, end, y1, y2 }: FaultMark, { columns, width }: LadderLayout): string {
  const { left, right, barWidth } = columns;
  if (what === 'cut') {
    const line = `<path class="bad-line" fill="none" stroke-dasharray="5 4" d="M${n(left)} ${n(y1)}H${n(right)}"/>`;
    return `<rect class="band" x="${n(left)}" y="${n(y1)}" width="${n(right - left)}" height="${n(y2 - y1)}"/>${line}`;
  }
  if (what === 'mend')
    return `<path class="o-open" fill="none" stroke-dasharray="5 4" d="M${n(left)} ${n(y1)}H${n(right)}"/>`;
  const x = end === 'left' ? 0 : right;
  const w = end === 'left' ? left : width - right;
  if (what === 'crash')
    return `<rect class="band" x="${n(x)}" y="${n(y1)}" width="${n(w)}" height="${n(y2 - y1)}"/>`;
  const at = end === 'left' ? left - barWidth : right;
  return `<path class="o-open" stroke-width="2" d="M${n(at - 3)} ${n(y1)}h${barWidth + 6}"/>`;
}

function faultText({ what, end, y1, text: lines, event }: FaultMark): string {
  const bad = what === 'crash' || what === 'cut';
  const said = lines.map((line) => text(line, `b sans halo ${bad ? 'bad' : 's-open'}`)).join('');
  const x = lines[0]?.x ?? 0;
  const inwards = end === 'left' ? 9 : -9;
  const mark =
    what === 'crash' ? `<path class="x" d="M${n(x + inwards - 4)} ${n(y1 - 4)}l8 8m0 -8l-8 8"/>` : '';
  return `<g data-event="${event}">${mark}${said}</g>`;
}

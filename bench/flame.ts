// A CPU profile of Node as a flame graph: who was running, over who called it. An SVG that any browser shows; a rectangle
// says its name, its share of the samples, and where it is written, when it is pointed at.

import { readFileSync, writeFileSync } from 'node:fs';

/** What is used of a .cpuprofile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const WIDTH = 1200;
const ROW = 16;
/** Narrower rectangles are left out, in pixels. */
const LEAST = 0.5;
/** Pixels of a letter. */
const LETTER = 6.5;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The flame graph of a profile; callers are below those they call. */
export function flameGraph({ nodes, samples, timeDeltas }: CpuProfile): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  samples.forEach((id, i) => void own.set(id, (own.get(id) ?? 0) + (timeDeltas[i] ?? 0)));
  const all = new Map<number, number>();
  const sum = (id: number): number => {
    const inside = (byId.get(id)?.children ?? []).reduce((us, child) => us + sum(child), own.get(id) ?? 0);
    all.set(id, inside);
    return inside;
  };
  const [root] = nodes;
  const total = root === undefined ? 0 : sum(root.id);
  const scale = total === 0 ? 0 : WIDTH / total;
  const found: { x: number; depth: number; width: number; id: number }[] = [];
  const place = (id: number, x: number, depth: number): void => {
    const width = (all.get(id) ?? 0) * scale;
    if (width < LEAST) return;
    found.push({ x, depth, width, id });
    let at = x;
    for (const child of byId.get(id)?.children ?? []) {
      place(child, at, depth + 1);
      at += (all.get(child) ?? 0) * scale;
    }
  };
  if (root !== undefined) place(root.id, 0, 0);
  const height = (Math.max(0, ...found.map(({ depth }) => depth)) + 1) * ROW;
  const rectangles = found.map(({ x, depth, width, id }) => {
    const { functionName, url, lineNumber } = (byId.get(id) as CpuProfile['nodes'][number]).callFrame;
    const name = functionName === '' ? '(anonymous)' : functionName;
    const y = height - (depth + 1) * ROW;
    const share = ((100 * width) / WIDTH).toFixed(1);
    const hue = [...url].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 360, 7);
    const shown = name.slice(0, Math.max(0, Math.floor((width - 4) / LETTER)));
    return `<g><title>${escaped(`${name} ${share} %, ${url}:${lineNumber + 1}`)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="hsl(${hue} 60% 75%)"/><text x="${(x + 2).toFixed(1)}" y="${y + 11}">${escaped(shown)}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">\n${rectangles.join('\n')}\n</svg>\n`;
}

/** Writes the flame graph of NAME.cpuprofile as NAME.svg beside it. */
export function writeFlameGraph(profile: string): void {
  const read = JSON.parse(readFileSync(profile, 'utf8')) as CpuProfile;
  writeFileSync(profile.replace(/\.cpuprofile$/, '.svg'), flameGraph(read));
}

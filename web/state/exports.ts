// The run as a file: made here, saved by the browser. Loaded when a file is asked for.

import { pcapngOf, traceTextOf } from '../../src/lab/export/index.ts';
import { LadderRows, mermaidLadder, svgLadder, TerminalLadder, type Trace } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { EXPORTS, type ExportId } from './export-kinds.ts';
import * as lab from './lab.ts';
import { relative } from './panels.ts';

const ENDINGS: Readonly<Record<ExportId, string>> = {
  svg: 'svg',
  png: 'png',
  mermaid: 'mmd',
  text: 'txt',
  pcapng: 'pcapng',
  json: 'trace.json',
};

/** Columns of the text. */
const COLUMNS = 80;

function text(trace: Trace): string {
  const lang = lab.lang.value;
  const ladder = new TerminalLadder({ ends: trace.ends, lang, width: COLUMNS, ascii: false, colour: false });
  const rows = LadderRows.of(trace, { lang, absolute: !relative.value });
  const lines = trace.events.flatMap((event) => rows.push(event)).flatMap((row) => ladder.row(row));
  return `${[...ladder.head(), ...lines].map((line) => line.trimEnd()).join('\n')}\n`;
}

function svg(trace: Trace, theme: 'auto' | 'light'): string {
  return svgLadder(trace, {
    lang: lab.lang.value,
    absolute: !relative.value,
    theme,
    title: say(lab.scenario.value.title),
  });
}

/** The picture as pixels, twice as many as it has. */
async function png(trace: Trace): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(trace, 'light'))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('canvas');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  // `toBlob` waits until the page is idle, which may be long.
  const base64 = canvas.toDataURL('image/png').replace(/^[^,]*,/, '');
  return new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/png' });
}

/** The trace in a form. */
async function contents(id: ExportId, trace: Trace): Promise<BlobPart> {
  switch (id) {
    case 'svg':
      return svg(trace, 'auto');
    case 'png':
      return png(trace);
    case 'mermaid':
      return mermaidLadder(trace, { lang: lab.lang.value, absolute: !relative.value });
    case 'pcapng':
      return new Uint8Array(pcapngOf(trace, { lang: lab.lang.value, absolute: !relative.value }));
    case 'text':
      return text(trace);
    case 'json':
      return JSON.stringify(trace);
  }
}

/** The trace in a capture that was made here, as JSON; null: there is none in it. */
export function traceIn(capture: Uint8Array): string | null {
  return traceTextOf(capture);
}

/** Makes a file of the run, and gives it to the reader. */
export async function save(id: ExportId): Promise<void> {
  const { type } = EXPORTS.find((one) => one.id === id) as (typeof EXPORTS)[number];
  try {
    const part = await contents(id, lab.trace.value);
    const blob = part instanceof Blob ? part : new Blob([part], { type });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = `synfin-${lab.dropped.value === null ? lab.scenarioId.value : 'trace'}.${ENDINGS[id]}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    lab.trouble.value = t('exportFailed', { why: error instanceof Error ? error.message : String(error) });
  }
}

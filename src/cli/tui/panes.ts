// What stands beside or below the ladder: the explanation and the scenario's own words here, the TCBs, the octets
// and the sockets in files of their own.

import { t } from '../messages.ts';
import { labelsOf } from './labels.ts';
import { type OpenRun, shown, type TuiModel, type TuiWorld } from './model.ts';
import { styled } from './paint.ts';
import { byteLines, diffLines } from './pane-bytes.ts';
import { BOLD, DIM, type PaneSize, wrapped } from './pane-size.ts';
import { tableLines } from './pane-sockets.ts';
import { tcbLines } from './pane-tcb.ts';

/** The lines of the pane that is chosen; may be more than fit. */
export function paneLines(model: TuiModel, open: OpenRun, world: TuiWorld, size: PaneSize): string[] {
  const trace = shown(open);
  switch (open.pane) {
    case 'explain':
      return explainLines(model, open, world, size);
    case 'tcb':
      return tcbLines(trace, open.at, model, size);
    case 'bytes':
      return byteLines(trace, open, model.lang, size);
    case 'table':
      return tableLines(trace, open.at, model.lang, size);
    case 'story':
      return storyLines(model, open, size);
    case 'diff':
      return diffLines(trace, open, model.lang, size);
  }
}

function explainLines(model: TuiModel, open: OpenRun, world: TuiWorld, size: PaneSize): string[] {
  const trace = shown(open);
  const { lang, absolute } = model;
  if (open.at < 0) return [t(lang, 'tuiBegin')];
  const label = labelsOf(trace, lang, absolute)[open.at] ?? '';
  const event = trace.events[open.at];
  const changes = (event?.changes ?? []).map(({ end, from, to, rule, section }) => {
    const why = rule === null ? '' : `  (${rule}, ${/^\d/.test(section ?? '') ? 'RFC 9293 ' : ''}${section})`;
    return `${trace.ends[end].name}: ${from} ${size.ascii ? '->' : '→'} ${to}${why}`;
  });
  return [
    ...wrapped(label, size).map((line) => styled(line, BOLD, size.colour)),
    ...changes.flatMap((line) => wrapped(line, size)),
    ...world.explain(trace, open.at, lang).flatMap((text) => wrapped(text, size)),
  ];
}

/** The scenario's question, explanation, what to notice, and Linux. */
function storyLines({ lang }: TuiModel, { scenario, edits }: OpenRun, size: PaneSize): string[] {
  const { question, explanation, notice, linux } = scenario;
  const edited = edits.length === 0 ? [] : [t(lang, 'labEdits', { edits: edits.join('; ') })];
  return [
    ...wrapped(question[lang], size).map((line) => styled(line, BOLD, size.colour)),
    ...edited.flatMap((text) => wrapped(text, size)),
    ...wrapped(explanation[lang], size),
    ...(notice.length === 0 ? [] : [styled(t(lang, 'labNotice'), DIM, size.colour)]),
    ...notice.flatMap((text) => bullet(text[lang], size)),
    ...(linux === undefined ? [] : wrapped(t(lang, 'labLinux', { text: linux[lang] }), size)),
  ];
}

function bullet(text: string, size: PaneSize): string[] {
  const lines = wrapped(text, { ...size, columns: size.columns - 2 });
  return lines.map((line, i) => `${i === 0 ? '- ' : '  '}${line}`);
}

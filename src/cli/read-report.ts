// A report of a capture: one HTML file, with nothing that is loaded from elsewhere and no script.

import {
  type Analysis,
  bySeverity,
  durationText,
  traceOfConnection,
  verdictTexts,
  verdictWord,
} from '../capture/index.ts';
import { escapeXml, type Lang, svgLadder } from '../lab/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import { t } from './messages.ts';
import { findingText } from './read-finding.ts';

const MOST_LADDERS = 20;
const MOST_ROWS = 2000;

const STYLE = `body{font:16px/1.5 system-ui,"PingFang SC","Microsoft YaHei UI",sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin:2rem 0 .3rem}
.fault{color:#b3261e}.warning{color:#8a5300}
table{border-collapse:collapse;font-size:.85rem;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #d8dde3;white-space:nowrap}
code{font-family:ui-monospace,Menlo,Consolas,monospace}
svg{max-width:100%;height:auto}
@media (prefers-color-scheme:dark){body{color:#e6e9ee;background:#14171b}th,td{border-color:#343b44}.fault{color:#ff8a80}.warning{color:#ffb95c}}`;

/** The report. */
export function reportHtml(analysis: Analysis, name: string, lang: Lang): string {
  const { info, counts, connections, findings, kept } = analysis;
  const parts: string[] = [];
  const add = (tag: string, text: string, attributes = ''): void => {
    parts.push(`<${tag}${attributes}>${escapeXml(text)}</${tag}>`);
  };
  add('h1', t(lang, 'reportTitle'));
  const time = durationText(counts.lastUs, lang);
  const { format } = info;
  const { frames, tcp } = counts;
  add('p', t(lang, 'readHead', { name, format, frames, tcp, connections: counts.connections, time }));
  const told = findings.filter(({ severity }) => severity !== 'normal');
  if (!told.some(({ severity }) => bySeverity(severity, 'note') < 0))
    add('p', t(lang, 'readNothingWrong', { count: connections.length + analysis.more }));
  const drawn = new Set<number>();
  for (const finding of told) {
    const { head, means, details, command } = findingText(finding, lang);
    add('h2', head, ` class="${finding.severity}"`);
    for (const text of [means, ...details]) add('p', text);
    if (command !== null) parts.push(`<p><code>${escapeXml(command)}</code></p>`);
    const [number] = finding.connections;
    const connection = number === undefined ? undefined : kept.get(number);
    if (number === undefined || connection === undefined || drawn.has(number) || drawn.size >= MOST_LADDERS)
      continue;
    drawn.add(number);
    parts.push(svgLadder(traceOfConnection(connection).trace, { lang, theme: 'auto' }));
  }
  add('h2', t(lang, 'readConnections'));
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`;
  parts.push('<table>', row(t(lang, 'readColumns').split('|'), 'th'));
  for (const one of connections.slice(0, MOST_ROWS)) {
    const { client, server } = one;
    parts.push(
      row(
        [
          `${one.number}`,
          formatEndpoint(client.address, client.port),
          formatEndpoint(server.address, server.port),
          `${client.states.join('/')} | ${server.states.join('/')}`,
          one.closedBy === null ? '–' : verdictWord(one.closedBy, lang),
          `${client.packets + server.packets}`,
          `${client.octets}, ${server.octets}`,
          durationText(one.startUs, lang),
          durationText(one.endUs - one.startUs, lang),
          one.verdicts.map(({ id }) => verdictTexts.get(id)?.title[lang] ?? id).join(', '),
        ],
        'td',
      ),
    );
  }
  parts.push('</table>');
  const more = connections.length - Math.min(connections.length, MOST_ROWS) + analysis.more;
  if (more > 0) add('p', t(lang, 'readMoreConnections', { count: more }));
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeXml(t(lang, 'reportTitle'))}</title>
<style>${STYLE}</style>
<body>
${parts.join('\n')}
</body>
</html>
`;
}

// Beside the ladder of data in motion: what the sender lives by, on the ladder's own time, which runs downwards. One
// cursor for all. Loaded when such a run is shown.

import type { End, LadderLayout, Trace } from '../../src/lab/index.ts';
import { type SeriesPoint, senderSeries } from '../../src/lab/series/index.ts';
import { type MessageKey, t } from '../messages.ts';

/** Pixels of a plot, and between two. */
const WIDTH = 128;
const GAP = 24;

interface Line {
  readonly label: MessageKey;
  readonly kind: string;
  readonly points: readonly SeriesPoint[];
  /** Single values, not steps. */
  readonly dots?: boolean;
}

/** The end that sends most of the text. */
function senderOf(trace: Trace): End {
  const octets = { left: 0, right: 0 };
  for (const event of trace.events) if (event.kind === 'sent') octets[event.from] += event.segment.length;
  return octets.left >= octets.right ? 'left' : 'right';
}

/** Octets as people read them: 14.6k. */
function short(value: number, unit: string): string {
  if (unit === 'ms') return `${Math.round(value)} ms`;
  return value >= 1000 ? `${Number((value / 1000).toFixed(1))}k` : String(value);
}

function Plot({
  x,
  lines,
  unit,
  layout,
  cursor,
}: {
  readonly x: number;
  readonly lines: readonly Line[];
  readonly unit: string;
  readonly layout: LadderLayout;
  readonly cursor: number;
}) {
  const { eventY, top, bottom } = layout;
  const all = lines.flatMap(({ points }) => points.map(({ value }) => value));
  if (all.length === 0) return null;
  const most = Math.max(...all, 1);
  const at = (value: number): number => x + (value / most) * WIDTH;
  const y = ({ event }: SeriesPoint): number => eventY[event] ?? bottom;
  return (
    <g class="plot">
      <path class="rule" d={`M${x} ${top + 8}V${bottom}M${x + WIDTH} ${top + 8}V${bottom}`} />
      {lines.map(({ label, kind, points, dots = false }, i) => {
        const now = points.findLast(({ event }) => event <= cursor);
        const path = points.map(
          (point, k) =>
            `${k === 0 ? 'M' : 'V'}${k === 0 ? `${at(point.value)} ` : ''}${y(point)}${k === 0 ? '' : `H${at(point.value)}`}`,
        );
        return (
          <g key={label} class={`series ${kind}`}>
            <path class="way" d={`M${x} ${7 + i * 13}h14`} />
            <text class="sans" x={x + 19} y={11 + i * 13} font-size={11}>
              {t(label)}
              {now === undefined ? '' : ` ${short(now.value, unit)}`}
            </text>
            {points.length > 0 &&
              (dots ? (
                points.map((point) => <circle key={point.event} cx={at(point.value)} cy={y(point)} r={2.2} />)
              ) : (
                <path class="way" d={`${path.join('')}V${bottom}`} />
              ))}
          </g>
        );
      })}
    </g>
  );
}

/** The windows, and the times. */
export function Plots({
  layout,
  trace,
  x,
  cursor,
}: {
  readonly layout: LadderLayout;
  readonly trace: Trace;
  readonly x: number;
  readonly cursor: number;
}) {
  const { cwnd, ssthresh, flight, sendWindow, rtt, srtt, rto } = senderSeries(trace, senderOf(trace));
  const windows: readonly Line[] = [
    { label: 'plot_cwnd', kind: 'cwnd', points: cwnd },
    { label: 'plot_flight', kind: 'flight', points: flight },
    { label: 'plot_ssthresh', kind: 'ssthresh', points: ssthresh },
  ];
  // A window that is far larger than all else would flatten it.
  const most = Math.max(1, ...[...cwnd, ...flight].map(({ value }) => value));
  const fits = sendWindow.every(({ value }) => value < 4 * most);
  const times: readonly Line[] = [
    { label: 'plot_rtt', kind: 'rtt', points: rtt, dots: true },
    { label: 'plot_srtt', kind: 'cwnd', points: srtt },
    { label: 'plot_rto', kind: 'ssthresh', points: rto },
  ];
  return (
    <g class="plots">
      <title>{t('plots')}</title>
      <Plot
        x={x}
        unit="octets"
        layout={layout}
        cursor={cursor}
        lines={fits ? [...windows, { label: 'plot_window', kind: 'window', points: sendWindow }] : windows}
      />
      <Plot x={x + WIDTH + GAP} unit="ms" layout={layout} cursor={cursor} lines={times} />
    </g>
  );
}

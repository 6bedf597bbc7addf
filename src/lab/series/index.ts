// Data in motion as numbers over time: pure functions from a trace to series, for plots of any kind.

export { type PlotOptions, plotLines } from './plot.ts';
export { type SequenceBlock, type SequenceSegment, type TimeSequence, timeSequence } from './sequence.ts';
export { type SenderSeries, type SeriesPoint, senderSeries, seriesValueAt } from './series.ts';

// The door of the exports: a trace in the formats of other tools.

export { ExportError, type PcapngExportOptions, pcapngOf, traceTextOf } from './pcapng.ts';

// The door of the exports: a trace in the formats of other tools.

export { ExportError, type PcapngExportOptions, pcapngOf } from './pcapng.ts';

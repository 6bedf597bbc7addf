// As what a run can be saved.

/** The forms of a file. */
export const EXPORTS = [
  { id: 'svg', label: 'SVG', type: 'image/svg+xml' },
  { id: 'png', label: 'PNG', type: 'image/png' },
  { id: 'mermaid', label: 'Mermaid', type: 'text/plain;charset=utf-8' },
  { id: 'text', label: 'Text', type: 'text/plain;charset=utf-8' },
  { id: 'pcapng', label: 'pcapng', type: 'application/octet-stream' },
  { id: 'json', label: 'JSON', type: 'application/json' },
] as const;
export type ExportId = (typeof EXPORTS)[number]['id'];

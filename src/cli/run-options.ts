// The options of `synfin run`, and those of every command that prints a run, as `util.parseArgs` wants them: apart from what
// runs, so that they are read before that is loaded.

/** Of every command that prints a run. */
export const showOptions = {
  plain: { type: 'boolean' },
  ascii: { type: 'boolean' },
  color: { type: 'boolean' },
  absolute: { type: 'boolean' },
  explain: { type: 'boolean' },
} as const;

/** Of `synfin run`, with a scenario only. */
export const scenarioOptions = {
  list: { type: 'boolean' },
  drop: { type: 'string', multiple: true },
  'delay-segment': { type: 'string', multiple: true },
  dup: { type: 'string', multiple: true },
  corrupt: { type: 'string', multiple: true },
  edit: { type: 'string', multiple: true },
  seed: { type: 'string' },
  rules: { type: 'string' },
  svg: { type: 'string' },
  mermaid: { type: 'boolean' },
  plot: { type: 'boolean' },
  tui: { type: 'boolean' },
  plain: showOptions.plain,
  explain: showOptions.explain,
} as const;

/** Of `synfin run`. */
export const runOptions = {
  peer: { type: 'string' },
  close: { type: 'string' },
  msl: { type: 'string' },
  delay: { type: 'string' },
  pcap: { type: 'string' },
  json: { type: 'boolean' },
  absolute: { type: 'boolean' },
  ascii: { type: 'boolean' },
  color: { type: 'boolean' },
  ...scenarioOptions,
} as const;

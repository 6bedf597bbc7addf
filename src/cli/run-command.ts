// The command that plays a run again, as it is typed.

/** What is run. */
interface Played {
  readonly scenario: string;
  readonly edits?: readonly string[];
  /** The rules, when they are not the scenario's. */
  readonly rules?: string;
}

/** `synfin run cw-leak --edit '…' --rules …` */
export function runCommandText({ scenario, edits = [], rules }: Played): string {
  const options = edits.map((edit) => ` --edit '${edit}'`);
  if (rules !== undefined) options.push(` --rules ${rules}`);
  return `synfin run ${scenario}${options.join('')}`;
}

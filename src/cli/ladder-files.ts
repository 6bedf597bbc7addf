// The files that `--svg` and `--pcap` ask for, of a scenario that was played: `synfin run` and `synfin why` write them.

import { writeFileSync } from 'node:fs';
import { ExportError, pcapngOf } from '../lab/export/index.ts';
import { type Lang, type Scenario, svgLadder, type Trace } from '../lab/index.ts';
import { type Io, optionText, type Values } from './command.ts';
import { t } from './messages.ts';

/** How numbers and words are shown in them. */
interface Look {
  readonly lang: Lang;
  readonly absolute: boolean;
}

/** The ladder as SVG, with the scenario's title and question. */
export function picture(trace: Trace, { title, question }: Scenario, look: Look): string {
  return svgLadder(trace, { ...look, title: title[look.lang], description: question[look.lang] });
}

/** Writes the files that were asked for; their names, or null when one could not be written, which `command` says. */
export function writeFiles(
  trace: Trace,
  scenario: Scenario,
  values: Values,
  { command, io }: { readonly command: string; readonly io: Io },
): string[] | null {
  const look = { lang: io.lang, absolute: values['absolute'] === true };
  const svg = optionText(values, 'svg');
  const pcap = optionText(values, 'pcap');
  const wanted: [string, () => string | Uint8Array][] = [];
  if (svg !== undefined && svg !== '-') wanted.push([svg, () => picture(trace, scenario, look)]);
  if (pcap !== undefined) wanted.push([pcap, () => pcapngOf(trace, look)]);
  for (const [file, make] of wanted) {
    try {
      writeFileSync(file, make());
    } catch (error) {
      if (!(error instanceof ExportError || (error instanceof Error && 'syscall' in error))) throw error;
      io.stderr.write(`synfin ${command}: ${t(io.lang, 'outputFailed', { file, message: error.message })}\n`);
      return null;
    }
  }
  return wanted.map(([file]) => file);
}

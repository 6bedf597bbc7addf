// The arguments of the bench's programs: what is not understood is said in a line, and `--help` is what the program's file
// begins with.

import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T; args: string[] }>>['values'];

/** What was asked for, or what there is to say instead. */
export type Understood<T extends Options> =
  | { readonly values: Values<T> }
  | { readonly says: string; readonly exitCode: number };

/** Reads `args` for the program `file` (a file: URL). `check` throws a RangeError for a value that is none. */
export function understood<T extends Options>(
  file: string,
  options: T,
  args: readonly string[],
  check: (values: Values<T>) => void = () => {},
): Understood<T> {
  if (args.includes('--help') || args.includes('-h')) return { says: headOf(file), exitCode: 0 };
  try {
    const { values } = parseArgs({ args: [...args], options });
    check(values);
    return { values };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return { says: `${error.message}\n--help says what there is`, exitCode: 1 };
  }
}

/** The same of this process's arguments; where there is something to say instead, that is said, and the process ends. */
export function argumentsOf<T extends Options>(
  file: string,
  options: T,
  check?: (values: Values<T>) => void,
): Values<T> {
  const it = understood(file, options, process.argv.slice(2), check);
  if ('values' in it) return it.values;
  (it.exitCode === 0 ? process.stdout : process.stderr).write(`${it.says}\n`);
  process.exit(it.exitCode);
}

/** The comment at the beginning of a file. */
function headOf(file: string): string {
  const lines = readFileSync(new URL(file), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.slice(3))
    .join('\n');
}

// What `synfin run` was asked for, without a scenario.

import { type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { columnsOf, hasUnicode, wantsColour } from './terminal.ts';

/** Who closes first. */
export type CloseOrder = 'active' | 'passive' | 'simultaneous';
export const CLOSE_ORDERS: readonly CloseOrder[] = ['active', 'passive', 'simultaneous'];

const PEERS = ['kernel', 'synfin'] as const;
const DEFAULT_MSL_MS = 250;
const DEFAULT_DELAY_MS = 40;

/** What was asked for. */
export interface Settings {
  /** null: the kernel if possible. */
  readonly peer: (typeof PEERS)[number] | null;
  readonly close: CloseOrder;
  readonly mslMs: number;
  readonly delayMs: number;
  readonly pcap: string | null;
  readonly json: boolean;
  readonly absolute: boolean;
  readonly ascii: boolean;
  readonly colour: boolean;
  readonly width: number;
  readonly plain: boolean;
}

function choice<T extends string>(values: Values, name: string, choices: readonly T[]): T | null {
  const text = optionText(values, name);
  if (text === undefined) return null;
  const found = choices.find((c) => c === text);
  if (found === undefined) {
    throw new UsageError('notOneOf', { what: `--${name}`, choices: choices.join(', '), text });
  }
  return found;
}

/** What the options and the terminal say. */
export function settingsOf(values: Values, io: Io): Settings {
  const number = (name: string, ms: number, low: number, high: number): number =>
    parseWhole(optionText(values, name) ?? String(ms), `--${name}`, low, high);
  const flag = (name: string): boolean | undefined => values[name] as boolean | undefined;
  const { env } = process;
  return {
    peer: choice(values, 'peer', PEERS),
    close: choice(values, 'close', CLOSE_ORDERS) ?? 'active',
    mslMs: number('msl', DEFAULT_MSL_MS, 1, 120_000),
    delayMs: number('delay', DEFAULT_DELAY_MS, 5, 400),
    pcap: optionText(values, 'pcap') ?? null,
    json: flag('json') ?? false,
    absolute: flag('absolute') ?? false,
    ascii: flag('ascii') ?? !hasUnicode(env),
    colour: flag('color') ?? (flag('plain') !== true && wantsColour(io.stdout, env)),
    plain: flag('plain') ?? false,
    width: flag('plain') === true ? 80 : columnsOf(io.stdout, env),
  };
}

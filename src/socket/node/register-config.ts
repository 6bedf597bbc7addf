// Where the configuration of `register` is found: the argument comes before the variable SYNFIN, and that before the
// nearest synfin.config.ts, .js or .json at or above the working directory; each option is taken whole from the first
// that has it.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  EitherKind,
  type Kind,
  ListKind,
  NeededKind,
  NestedKind,
  NumberKind,
  TypeKind,
  Verdict,
} from '../../options/index.ts';
import { requireLater } from './internals.ts';
import { type RegisterConfig, type RegisterOptions, registerConfig } from './register-options.ts';

const FILES = ['synfin.config.ts', 'synfin.config.js', 'synfin.config.json'] as const;

/** A configuration that cannot be read, or a file of it that cannot be loaded; `cause` says why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_SYNFIN_CONFIG';
}

/** A configuration, and where it was found: for people. */
export interface Found {
  readonly config: RegisterConfig;
  /** 'SYNFIN', or the path of a file. */
  readonly from: string;
}

/** What the environment and the nearest file say, the first before the second. Throws ConfigError, and as a Schema. */
export function configurations(
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder = process.cwd(),
): Found[] {
  const found: Found[] = [];
  const { SYNFIN: setting } = env;
  if (setting !== undefined && setting.trim() !== '')
    found.push({ config: parseSetting(setting), from: 'SYNFIN' });
  const file = nearestFile(folder);
  if (file !== null) found.push({ config: loadFile(file), from: file });
  return found;
}

/** The argument, and for what it leaves open what was found elsewhere. */
export function merged(argument: RegisterOptions, found: readonly Found[]): RegisterOptions {
  const all = [...found.map(({ config }) => config).reverse(), argument];
  // An option that is undefined was not given.
  return Object.assign({}, ...all.map((each) => Object.fromEntries(Object.entries(each).filter(isGiven))));
}

function isGiven([, value]: [string, unknown]): boolean {
  return value !== undefined;
}

function nearestFile(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const path = FILES.map((name) => join(at, name)).find((each) => existsSync(each));
    if (path !== undefined) return path;
    if (dirname(at) === at) return null;
  }
}

/** The default export of a module, or the value of JSON. */
function loadFile(path: string): RegisterConfig {
  let loaded: unknown;
  try {
    loaded = requireLater(path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ConfigError(`${path} cannot be loaded: ${message}`, { cause });
  }
  const { default: config = loaded } = (loaded ?? {}) as { default?: unknown };
  registerConfig.checkAt(config as object, path, '');
  return config as RegisterConfig;
}

/**
 * The text of SYNFIN: options by their names, `networks=10.0.0.0/8,::1 faults.loss=2% explain`, separated by spaces or
 * semicolons; a word alone switches an option on, and one that begins an address is a network. Or JSON: `{"networks":
 * ["10.0.0.0/8"]}`. Throws ConfigError, and as a Schema.
 */
export function parseSetting(text: string): RegisterConfig {
  const config = text.trimStart().startsWith('{') ? parseJson(text) : parseWords(text);
  registerConfig.checkAt(config, 'SYNFIN', '');
  return config;
}

function parseJson(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new ConfigError(`SYNFIN is no JSON: ${(cause as Error).message}`, { cause });
  }
}

type Kinds = Readonly<Record<string, Kind>>;

interface Tree {
  [name: string]: unknown;
}

function parseWords(text: string): Tree {
  const config: Tree = Object.create(null);
  const networks: string[] = [];
  for (const word of text.split(/[\s;]+/).filter((each) => each !== '')) {
    const at = word.indexOf('=');
    if (at < 0 && /[.:]/.test(word)) networks.push(...word.split(','));
    else if (at < 0) config[word] = true;
    else set(config, registerConfig.kinds, word.slice(0, at).split('.'), word.slice(at + 1));
  }
  if (networks.length > 0) config['networks'] = [...((config['networks'] ?? []) as string[]), ...networks];
  return config;
}

/**
 * `faults.reorder.probability=0.1`: the value is read as its option wants it. Where an option has names of the user's own
 * in it, what follows is one of them, dots and all, and the value text, or texts with commas between them.
 */
function set(tree: Tree, kinds: Kinds, [name = '', ...inner]: readonly string[], value: string): void {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (inner.length === 0) {
    tree[name] = readAs(value, kind);
    return;
  }
  const there = tree[name];
  const nested = (typeof there === 'object' && there !== null ? there : Object.create(null)) as Tree;
  tree[name] = nested;
  if (kind instanceof NestedKind) set(nested, kind.schema.kinds as Kinds, inner, value);
  else nested[inner.join('.')] = value.includes(',') ? value.split(',') : value;
}

/** What is no such value stays text: the schema says then what is allowed. */
function readAs(text: string, kind: Kind | undefined): unknown {
  if (kind instanceof NeededKind) return readAs(text, kind.kind);
  if (kind instanceof ListKind) return text.split(',').map((each) => readAs(each, kind.of));
  if (kind instanceof NumberKind) return numberOf(text);
  if (kind instanceof TypeKind && kind.judge(true) === Verdict.RIGHT) return booleanOf(text);
  if (kind instanceof EitherKind) {
    const values = kind.kinds.map((each) => ({ each, value: readAs(text, each) }));
    return values.find(({ each, value }) => each.judge(value) === Verdict.RIGHT)?.value ?? text;
  }
  return text;
}

function numberOf(text: string): unknown {
  const [, digits, percent] = /^(-?\d+(?:\.\d+)?(?:e\d+)?|Infinity)(%?)$/i.exec(text) ?? [];
  return digits === undefined ? text : Number(digits) / (percent === '%' ? 100 : 1);
}

function booleanOf(text: string): unknown {
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
}

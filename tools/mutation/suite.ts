// What a test imports as vitest in a mutation run: tests are collected once and stay in memory, so that a mutant costs the
// tests that come there and nothing else. `expect` and `vi` are vitest's own; describe, it and the hooks are these.

import { pathToFileURL } from 'node:url';

type Body = (...args: readonly unknown[]) => unknown;

/** A describe, or a file. */
interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
}

/** One test, ready to run again and again. */
export interface Test {
  /** Its file and its titles; unique. */
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly run: () => Promise<void>;
}

// expect asks for the worker it runs in, and is content with one that says nothing.
Object.assign(globalThis, { __vitest_worker__: { config: {}, environment: { name: 'node' }, filepath: '' } });
const vitest: typeof import('vitest') = await import(import.meta.resolve('vitest'));
export const { expect, vi } = vitest;

const tests = new Map<string, Test>();
const before = new Map<Suite, Body[]>();
let file = '';
let suite: Suite = suiteOf('', undefined);

function suiteOf(name: string, parent: Suite | undefined): Suite {
  return { name, parent, beforeEach: [], afterEach: [] };
}

/** The tests of the files named, imported now if they were not before. */
export async function collect(files: readonly string[]): Promise<ReadonlyMap<string, Test>> {
  for (file of files) {
    suite = suiteOf('', undefined);
    await import(pathToFileURL(file).href);
  }
  return tests;
}

export function describe(name: string, ...rest: readonly unknown[]): void {
  const outer = suite;
  suite = suiteOf(name, outer);
  const made = bodyOf(rest)();
  if (made instanceof Promise) throw new Error(`${file}: describe is no async function in a mutation run`);
  suite = outer;
}

export function it(name: string, ...rest: readonly unknown[]): void {
  add(name, bodyOf(rest));
}

function add(name: string, body: Body): void {
  const chain: Suite[] = [];
  for (let s: Suite | undefined = suite; s !== undefined; s = s.parent) chain.unshift(s);
  const full = [...chain.map((s) => s.name), name].filter((part) => part !== '').join(' ');
  let id = `${file}#${full}`;
  for (let n = 2; tests.has(id); n++) id = `${file}#${full} (${n})`;
  const run = async (): Promise<void> => {
    for (const s of chain) {
      for (const hook of before.get(s) ?? []) await hook();
      before.delete(s);
    }
    try {
      for (const s of chain) for (const hook of s.beforeEach) await hook();
      await body();
    } finally {
      for (const s of [...chain].reverse()) for (const hook of s.afterEach) await hook();
    }
  };
  tests.set(id, { id, name: full, file, run });
}

function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.find((arg): arg is Body => typeof arg === 'function');
  if (body === undefined) throw new Error(`${file}: a test without a body`);
  return body;
}

/** One for each case; an array is the arguments. */
const each =
  (make: (name: string, body: Body) => void) =>
  (cases: readonly unknown[]) =>
  (name: string, ...rest: readonly unknown[]): void => {
    const body = bodyOf(rest);
    for (const one of cases) make(name, () => body(...(Array.isArray(one) ? one : [one])));
  };

const nothing = Object.assign(() => undefined, { each: () => () => undefined });

it.each = each(it);
it.skipIf = (skip: unknown): typeof nothing | typeof it => (skip ? nothing : it);
it.runIf = (run: unknown): typeof nothing | typeof it => (run ? it : nothing);
describe.each = each(describe);
describe.skipIf = (skip: unknown): typeof nothing | typeof describe => (skip ? nothing : describe);
describe.runIf = (run: unknown): typeof nothing | typeof describe => (run ? describe : nothing);
export const test = it;

export function beforeAll(hook: Body): void {
  before.set(suite, [...(before.get(suite) ?? []), hook]);
}

export function beforeEach(hook: Body): void {
  suite.beforeEach.push(hook);
}

export function afterEach(hook: Body): void {
  suite.afterEach.push(hook);
}

/** Nothing is at an end: the next mutant runs the same tests. */
export function afterAll(_hook: Body): void {}

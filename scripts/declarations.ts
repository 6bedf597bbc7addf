// The declarations as they are published, made anew in a folder of their own, and the compiler's view of them.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node } from 'typescript/unstable/ast';
import { API, type Project, type Symbol as Sym, SymbolFlags } from 'typescript/unstable/sync';
import { type Entry, entries, needsNode } from './entries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The compiler, to be run by Node. */
const TSC = join(root, 'node_modules/typescript/bin/tsc');

/** Runs the compiler. Throws an Error with what it printed when it finds a fault. */
export function tsc(args: readonly string[], cwd = root): void {
  try {
    execFileSync(process.execPath, [TSC, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`tsc ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

/** Something that an entry exports. */
export interface Exported {
  readonly name: string;
  /** The first entry that exports the same thing, in the order of `Declarations.entries`. */
  readonly of: string;
  /** The doc comment; '' when there is none. */
  readonly comment: string;
  /** What the declaration says, without comments, `export` and `declare`; several for overloads and merged names. */
  readonly texts: readonly string[];
}

/** The declarations in a folder; to be disposed of. */
export class Declarations {
  /** Has `dist/` as the package has, but only declarations. */
  readonly folder: string;
  readonly #api: API;
  /** Every entry. */
  readonly #project: Project;
  /** The entries that run anywhere, where there are neither DOM nor Node types. */
  readonly #anywhere: Project;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'synfin-types-'));
    tsc(['-p', 'tsconfig.types.json', '--outDir', join(this.folder, 'dist')]);
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    this.#api = new API({ cwd: this.folder });
    const all = entries();
    this.#project = this.#open('all', all, ['node']);
    this.#anywhere = this.#open(
      'anywhere',
      all.filter((entry) => !needsNode(entry)),
      [],
    );
  }

  #open(name: string, of: readonly Entry[], types: readonly string[]): Project {
    const files = of.map((entry) => entry.types);
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', lib: ['es2023'], strict: true, noEmit: true },
      ...{ types, typeRoots: [join(root, 'node_modules/@types')] },
    };
    const config = join(this.folder, `${name}.json`);
    writeFileSync(config, JSON.stringify({ files, compilerOptions }));
    const project = this.#api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (project === undefined) throw new Error(`the compiler does not open ${config}`);
    return project;
  }

  /** What the compiler has against the declarations, those of what runs anywhere without DOM and Node types. */
  faults(): string[] {
    return [this.#project, this.#anywhere]
      .flatMap(({ program }) => program.getSemanticDiagnostics())
      .map(({ fileName, text }) => `${fileName ?? ''}: ${text}`);
  }

  /** What each entry exports, in the order of the alphabet. The entry `synfin`, which has most of the others', is last. */
  entries(): Map<string, readonly Exported[]> {
    const list = entries();
    const first = new Map<number, string>();
    const found = new Map<string, readonly Exported[]>();
    for (const { name, types } of [...list.slice(1), ...list.slice(0, 1)])
      found.set(name, this.#exportsOf(name, join(this.folder, types), first));
    return found;
  }

  #exportsOf(entry: string, file: string, first: Map<number, string>): Exported[] {
    const { checker, program } = this.#project;
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} is no module`);
    return checker
      .getExportsOfModule(module)
      .map((symbol) => {
        const target = this.#target(symbol);
        const of = first.get(target.id) ?? entry;
        first.set(target.id, of);
        const { name } = symbol;
        // `export * as name`: what is in it is said where it comes from.
        if ((target.flags & SymbolFlags.ValueModule) !== 0) {
          const names = checker.getExportsOfModule(target).map((one) => one.name);
          const statement = this.#statements(symbol)[0]?.getFullText() ?? '';
          const comment = /\/\*\*([\s\S]*?)\*\//.exec(statement)?.[1] ?? '';
          return { name, of, comment, texts: [`namespace ${name} { ${names.sort().join(', ')} }`] };
        }
        const comment = checker.getDocumentationCommentOfSymbol(target);
        return { name, of, comment, texts: this.#statements(target).map(plain) };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #target(symbol: Sym): Sym {
    const alias = (symbol.flags & SymbolFlags.Alias) !== 0;
    return alias ? this.#project.checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The statements that declare something: a constant's declaration stands in a list in one. */
  #statements(symbol: Sym): Node[] {
    return symbol.declarations.map((handle) => {
      let node = handle.resolve(this.#project);
      if (node === undefined) throw new Error(`no declaration of ${symbol.name}`);
      while (node.parent?.parent !== undefined) node = node.parent;
      return node;
    });
  }

  [Symbol.dispose](): void {
    this.#api.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The text of a declaration without comments and without the words that every one begins with. */
function plain(statement: Node): string {
  return statement
    .getText()
    .replace(/[ \t]*\/\*[\s\S]*?\*\/\n?/g, '')
    .replace(/^(?:export )?(?:declare )?/, '')
    .replace(/^\s*#private;\n/gm, '')
    .trim();
}

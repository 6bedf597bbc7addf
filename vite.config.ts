// How the page of the lab is built: everything of web/ and of the engine in one file, dist/web/index.html, which opens
// from a server, from file:// and without a network. Sentences, in both languages, stand in it as data (JSON), not in
// the script: a browser reads them faster that way, and the script stays small. What is imported with import() stands
// in it as text, and becomes a script when it is asked for: a script of the page itself, as its policy wants it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/** A literal from this length on, with a space or a Chinese character in it, is a sentence. */
const SENTENCE = 16;

/** What the sentences are called in the script: longer than what a minifier makes up. */
const NAME = '$sentences';

/** The text of a literal, in quotes or backticks; empty for everything else. */
function literal(node: Node): string {
  const [only] = (node['quasis'] ?? []) as { value: { cooked: string | null } }[];
  return String((node.type === 'Literal' ? node['value'] : only?.value.cooked) ?? '');
}

/** A node of the syntax tree, as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The text of a literal that is a sentence; null for everything else. */
function sentence(node: Node): string | null {
  const isPlain = node.type === 'TemplateLiteral' && (node['expressions'] as unknown[]).length === 0;
  const text = isPlain || typeof node['value'] === 'string' ? literal(node) : '';
  return text.length >= SENTENCE && /[ \u3000-\u9fff]/.test(text) ? text : null;
}

/** Takes the sentences out of a script: the script with references, and the sentences. */
function takeSentences(code: string, program: unknown): { readonly code: string; readonly texts: string[] } {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const cuts: { readonly node: Node; readonly index: number }[] = [];
  const visit = (node: Node, parent: Node | null): void => {
    const text = sentence(node);
    const isKey = parent?.['key'] === node && parent['computed'] !== true;
    if (
      text !== null &&
      !isKey &&
      parent?.type !== 'TaggedTemplateExpression' &&
      parent?.['directive'] === undefined
    ) {
      const index = known.get(text) ?? texts.push(text) - 1;
      known.set(text, index);
      cuts.push({ node, index });
      return;
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const one of value) isNode(one) && visit(one, node);
      else if (isNode(value)) visit(value, node);
    }
  };
  if (isNode(program)) visit(program, null);
  let out = '';
  let at = 0;
  for (const { node, index } of cuts.sort((a, b) => a.node.start - b.node.start)) {
    out += `${code.slice(at, node.start)} ${NAME}[${index}] `;
    at = node.end;
  }
  return { code: out + code.slice(at), texts };
}

/** Puts scripts, sentences and style into the page, so that it is one file. */
function inline(): Plugin {
  return {
    name: 'synfin-inline',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('the build made no index.html');
      let html = String(page.source);
      const chunks = new Map(
        Object.values(bundle)
          .filter((part) => part.type === 'chunk')
          .map((chunk) => [chunk.fileName, chunk]),
      );
      const entry = [...chunks.values()].find(({ isEntry }) => isEntry);
      if (entry === undefined) throw new Error('the build made no entry');
      // What the entry needs at once runs before it, in that order; the rest is text until it is asked for.
      const atOnce = [...needed(entry, chunks), entry];
      const later = [...chunks.values()].filter((chunk) => !atOnce.includes(chunk));
      for (const chunk of [...atOnce, ...later]) {
        const name = chunk.fileName;
        const before = (id: string): string[] =>
          needed(chunks.get(id) as Rolldown.OutputChunk, chunks)
            .filter((one) => !atOnce.includes(one))
            .map(({ fileName }) => idOf(fileName));
        const { code, json } = scriptOf(name, linked(chunk, this.parse(chunk.code), before), (text) =>
          this.parse(text),
        );
        const tag = new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`);
        const kind = atOnce.includes(chunk) ? 'type="module"' : `type="text/plain" id="${idOf(name)}"`;
        html = html
          .replace(tag, '')
          .replace(
            '</body>',
            () =>
              `<script type="application/json" id="texts-${idOf(name)}">${json}</script>\n<script ${kind}>${code}</script>\n</body>`,
          );
        delete bundle[name];
      }
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type !== 'asset' || !name.endsWith('.css')) continue;
        const tag = new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
        html = html.replace(tag, () => `<style>${String(part.source)}</style>`);
        delete bundle[name];
      }
      page.source = html;
    },
  };
}

/** The chunks that one needs to run, each after those that it needs itself. */
function needed(
  chunk: Rolldown.OutputChunk,
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
  found: Rolldown.OutputChunk[] = [],
): Rolldown.OutputChunk[] {
  for (const name of chunk.imports) {
    const one = chunks.get(name);
    if (one === undefined || found.includes(one)) continue;
    needed(one, chunks, found);
    if (!found.includes(one)) found.push(one);
  }
  return found;
}

/** The script of a chunk, and its sentences as JSON; both as they may stand in a page. */
function scriptOf(
  name: string,
  linkedCode: string,
  parse: (code: string) => unknown,
): { readonly code: string; readonly json: string } {
  if (linkedCode.includes(NAME)) throw new Error(`the script has a ${NAME} of its own`);
  const { code, texts } = takeSentences(linkedCode, parse(linkedCode));
  const json = JSON.stringify(texts).replaceAll('<', '\\u003c');
  const read = `const ${NAME}=JSON.parse(document.getElementById("texts-${idOf(name)}").textContent);`;
  return { code: (read + code).replaceAll('</script', '<\\/script'), json };
}

/** What a chunk is called in the page. */
function idOf(name: string): string {
  return name.replace(/^.*\//, '').replace(/\W/g, '-');
}

/** The exports of the chunks that have run, by their ids: on `globalThis`, longer than what a minifier makes up. */
const CHUNKS = '$chunks';

/** Asks for a chunk: a script that is made of its text says when it has run. */
const LOADER = `(id=>{const c=globalThis.${CHUNKS}??={};if(c[id])return Promise.resolve(c[id]);return new Promise((done,fail)=>{const s=document.createElement("script");s.type="module";s.textContent=document.getElementById(id).textContent;addEventListener("chunk:"+id,()=>done(c[id]),{once:true});s.onerror=fail;document.head.append(s)})})`;

/**
 * A chunk whose imports and exports, which need addresses, have become properties of {@link CHUNKS}. The minifier has
 * left one form of each: `import{a as b}from"./x.js"`, `import("./x.js")`, `export{a as b}`.
 */
function linked(
  chunk: Rolldown.OutputChunk,
  program: unknown,
  before: (fileName: string) => readonly string[],
): string {
  const { body } = program as { readonly body: readonly Node[] };
  const cuts: { readonly node: Node; readonly text: string }[] = [];
  const name = (node: unknown): string => String((node as { readonly name: string }).name);
  let exported = '';
  for (const node of body) {
    if (node.type === 'ImportDeclaration') {
      const from = idOf(literal(node['source'] as Node));
      const names = (node['specifiers'] as Node[]).map(
        (one) => `${name(one['imported'])}:${name(one['local'])}`,
      );
      cuts.push({ node, text: names.length === 0 ? '' : `const{${names}}=globalThis.${CHUNKS}["${from}"];` });
    } else if (node.type === 'ExportNamedDeclaration') {
      const names = (node['specifiers'] as Node[]).map(
        (one) => `get ${name(one['exported'])}(){return ${name(one['local'])}}`,
      );
      exported += names.join();
      exported += ',';
      cuts.push({ node, text: '' });
    }
  }
  const visit = (node: Node): void => {
    if (node.type === 'ImportExpression') {
      const source = literal(node['source'] as Node);
      const folder = chunk.fileName.replace(/[^/]*$/, '');
      const ids = [...before(folder + source.replace(/^\.\//, '')), idOf(source)];
      cuts.push({
        node,
        text: `(async()=>{let m;for(const i of ${JSON.stringify(ids)})m=await ${LOADER}(i);return m})()`,
      });
      return;
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const one of value) isNode(one) && visit(one);
      else if (isNode(value)) visit(value);
    }
  };
  body.forEach(visit);
  let out = '';
  let at = 0;
  for (const { node, text } of cuts.sort((a, b) => a.node.start - b.node.start)) {
    out += chunk.code.slice(at, node.start) + text;
    at = node.end;
  }
  const id = idOf(chunk.fileName);
  const share = `(globalThis.${CHUNKS}??={})["${id}"]={${exported}};`;
  const said = chunk.isEntry ? '' : `dispatchEvent(new Event("chunk:${id}"));`;
  // Vite names the files to load before an import later than we look; there are none.
  const whole = (out + chunk.code.slice(at)).replaceAll('__VITE_PRELOAD__', 'void 0');
  // Getters: what is shared may be asked for before it is there.
  return `${share}${whole};${said}`;
}

/** Puts the page beside itself, compressed: that is what the package ships. */
function compress(): Plugin {
  return {
    name: 'synfin-compress',
    writeBundle({ dir = '.' }) {
      const page = join(dir, 'index.html');
      if (existsSync(page)) writeFileSync(`${page}.br`, brotliCompressSync(readFileSync(page)));
    },
  };
}

/** The hosts of the page have the profile `rfc`: what Linux and FreeBSD do otherwise stays out of its script. */
function withoutSystems(): Plugin {
  return {
    name: 'synfin-without-systems',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('/src/host/profiles/index.ts')) return null;
      return `import { rfc } from './rfc.ts';
        const absent = () => { throw new RangeError('the page has no profile but rfc'); };
        export const hostProfiles = { rfc, get linux() { return absent(); }, get freebsd() { return absent(); } };
        export { absent as linuxRules, absent as freebsdRules };`;
    },
  };
}

export default defineConfig({
  root: 'web',
  base: './',
  server: { host: '127.0.0.1' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 1_000_000,
    chunkSizeWarningLimit: 2_000,
  },
  plugins: [withoutSystems(), inline(), compress()],
});

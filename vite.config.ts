// How the page of the lab is built: everything of web/ and of the engine in one file, dist/web/index.html, which opens
// from a server, from file:// and without a network. Sentences, in both languages, stand in it as data (JSON), not in
// the script: a browser reads them faster that way, and the script stays small.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/** A literal from this length on, with a space or a Chinese character in it, is a sentence. */
const SENTENCE = 16;

/** What the sentences are called in the script: longer than what a minifier makes up. */
const NAME = '$sentences';

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
  let text: unknown = null;
  if (node.type === 'Literal') text = node['value'];
  else if (node.type === 'TemplateLiteral' && (node['expressions'] as unknown[]).length === 0) {
    const [only] = node['quasis'] as { value: { cooked: string | null } }[];
    text = only?.value.cooked;
  }
  return typeof text === 'string' && text.length >= SENTENCE && /[ \u3000-\u9fff]/.test(text) ? text : null;
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

/** Puts script, sentences and style into the page, so that it is one file. */
function inline(): Plugin {
  return {
    name: 'synfin-inline',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('the build made no index.html');
      let html = String(page.source);
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') html = withScript(html, name, part, this.parse(part.code));
        else if (name.endsWith('.css')) {
          const tag = new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
          html = html.replace(tag, () => `<style>${String(part.source)}</style>`);
        } else continue;
        delete bundle[name];
      }
      page.source = html;
    },
  };
}

function withScript(html: string, name: string, chunk: Rolldown.OutputChunk, program: unknown): string {
  if (chunk.code.includes(NAME)) throw new Error(`the script has a ${NAME} of its own`);
  const { code, texts } = takeSentences(chunk.code, program);
  const json = JSON.stringify(texts).replaceAll('<', '\\u003c');
  const script = `const ${NAME}=JSON.parse(document.getElementById("texts").textContent);${code}`.replaceAll(
    '</script',
    '<\\/script',
  );
  const tag = new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`);
  return html
    .replace(tag, '')
    .replace(
      '</body>',
      () =>
        `<script type="application/json" id="texts">${json}</script>\n<script type="module">${script}</script>\n</body>`,
    );
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
  plugins: [inline(), compress()],
});

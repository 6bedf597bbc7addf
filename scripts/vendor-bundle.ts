// A small library as one module that runs in pages, too: what it wants of Node's `buffer` is page-buffer.ts.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const require = createRequire(import.meta.url);
const PAGE_BUFFER = fileURLToPath(new URL('page-buffer.ts', import.meta.url));

/** The library with the names that are used of it, as one module. */
export async function vendorBundle(name: string, names: readonly string[]): Promise<string> {
  const entry = '\0vendor';
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'warn',
    plugins: [
      {
        name: 'vendor',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? entry : id === 'buffer' ? PAGE_BUFFER : null),
        load: (id) =>
          id === entry
            ? `export { ${names.join(', ')} } from ${JSON.stringify(require.resolve(name))};`
            : null,
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'node22',
      ssr: true,
      rolldownOptions: { input: entry },
    },
    ssr: { noExternal: true },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as {
    output: { type: string; code?: string }[];
  }[];
  const chunks = outputs.flatMap(({ output }) => output.filter(({ type }) => type === 'chunk'));
  if (chunks.length !== 1 || chunks[0]?.code === undefined)
    throw new Error(`${name}: ${chunks.length} chunks`);
  return chunks[0].code;
}

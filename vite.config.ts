// How the page of the lab is built: everything of web/ and of the engine in one file, dist/web/index.html, which opens
// from a server, from file:// and without a network.

import { defineConfig, type Plugin } from 'vite';

/** Puts the script and the style into the page, so that it is one file. */
function inline(): Plugin {
  return {
    name: 'synfin-inline',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('the build made no index.html');
      let html = String(page.source);
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') {
          const tag = new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`);
          const code = part.code.replaceAll('</script', '<\\/script');
          html = html.replace(tag, '');
          html = html.replace('</body>', () => `<script type="module">${code}</script>\n</body>`);
        } else if (name.endsWith('.css')) {
          const tag = new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
          html = html.replace(tag, () => `<style>${String(part.source)}</style>`);
        } else continue;
        delete bundle[name];
      }
      page.source = html;
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
  worker: { format: 'es' },
  plugins: [inline()],
});

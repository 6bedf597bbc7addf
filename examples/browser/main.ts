// Serves the page: `node examples/browser/main.ts`, then open what it prints. Ends with Ctrl-C.

import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const server = await createServer({
  configFile: false,
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The page imports the sources of synfin, two folders above.
  server: { fs: { allow: ['../..'] }, host: '127.0.0.1' },
  build: { target: 'es2023' },
});
await server.listen();
server.printUrls();

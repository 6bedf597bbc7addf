// Serves the page: `node examples/v86-page/main.ts [FOLDER]`, then open what it prints. Ends with Ctrl-C. FOLDER has
// what the PC boots, as bios.bin, vgabios.bin, bzimage and initrd: `npm run test:qemu -- --fetch` makes one of packages
// of Debian. In the guest: `ip link set eth0 up; udhcpc -i eth0 -n -q -s /etc/udhcpc.sh; wget -O - http://page.test/`.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type Plugin } from 'vite';
import { vendorBundle } from '../../scripts/vendor-bundle.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const folder = resolve(process.argv[2] ?? here('../../node_modules/.cache/v86-page'));
if (!existsSync(join(folder, 'bzimage')))
  throw new Error(`there is no ${join(folder, 'bzimage')}: npm run test:qemu -- --fetch`);

/** The package brings this library so that it runs in a page; the sources do not. */
const dnsPacket: Plugin = {
  name: 'dns-packet',
  enforce: 'pre',
  resolveId: (id) => (id === 'dns-packet' ? '\0dns-packet' : null),
  load: (id) => (id === '\0dns-packet' ? vendorBundle('dns-packet', ['decode', 'encode']) : null),
};

const server = await createServer({
  configFile: false,
  root: here('.'),
  publicDir: folder,
  cacheDir: join(folder, '.vite'),
  plugins: [dnsPacket],
  optimizeDeps: { exclude: ['dns-packet', 'v86'] },
  // The page imports the sources of synfin, two folders above.
  server: { fs: { allow: ['../..'] }, host: '127.0.0.1' },
  build: { target: 'es2023' },
});
await server.listen();
server.printUrls();

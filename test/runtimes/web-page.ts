// The web's sockets in pages: the program, and the two ends of two pages that a BroadcastChannel joins.

import { broadcastChannelDevice, Host } from '../../src/index.ts';
import { fetchOn, serve } from '../../src/socket/web/index.ts';
import { webProgram } from './web-program.ts';

/** A host on the channel that all pages of the origin share. */
function hostAt(address: string): Host {
  const host = new Host({ name: address });
  host.attach(broadcastChannelDevice(new BroadcastChannel('lan')), { addresses: [`${address}/24`] });
  return host;
}

Object.assign(globalThis, {
  webProgram,
  /** Serves; what it says has the name of the page in it. */
  serveAt(address: string, name: string): void {
    serve(hostAt(address), { port: 80 }, async (request) => {
      const body = await request.text();
      return new Response(`${name} got ${request.method} ${new URL(request.url).pathname} ${body.length}`);
    });
  },
  async ask(address: string, url: string, length: number): Promise<string[]> {
    const fetch = fetchOn(hostAt(address));
    const asks = Array.from({ length: 3 }, async () => {
      const response = await fetch(url, { method: 'POST', body: 'x'.repeat(length) });
      return response.text();
    });
    return Promise.all(asks);
  },
});

// A network for the guest of v86, in the page that it runs in: a server of the page's own, and a way to servers in the guest.

import { createV86Network, type V86Emulator, type V86Network } from '../../src/gateway/v86/index.ts';

/** Whoever in the guest asks for http://page.test/ is greeted. */
export function greetGuest(emulator: V86Emulator): V86Network {
  const network = createV86Network(emulator);
  network.serve(80, () => new Response('hello, guest\n'), 'page.test');
  return network;
}

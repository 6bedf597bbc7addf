// What the example of v86 does with an emulator, with a bus like v86's and a guest that is a host of ours.

import { expect, test } from 'vitest';
import { greetGuest } from '../../examples/v86/greet.ts';
import { card, StandIn } from '../../examples/v86/stand-in.ts';
import { Host } from '../../src/index.ts';
import { fetchOn } from '../../src/socket/web/index.ts';

test('a guest of v86 asks the page that it runs in, and is greeted', async () => {
  const emulator = new StandIn();
  const network = greetGuest(emulator);
  const guest = new Host({ name: 'guest' });
  guest.attach(card(emulator), { addresses: ['10.0.2.15/24'] });
  const response = await fetchOn(guest, { lookup: () => network.gateway.address })('http://page.test/');
  expect(await response.text()).toBe('hello, guest\n');
  await Promise.all([network.close(), guest.close({ timeoutMs: 0 })]);
  expect(emulator.count('net0-send')).toBe(0);
});

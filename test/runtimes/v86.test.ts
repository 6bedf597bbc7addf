// The fifteen lines that put a host on v86's network card, with a bus like v86's and a guest that is a host of ours.

import { expect, test } from 'vitest';
import { Bus, card } from '../../examples/v86/stand-in.ts';
import { greetGuest } from '../../examples/v86/v86-device.ts';
import { Host } from '../../src/index.ts';

test('a guest of v86 connects to a host on its network card, and is greeted', async () => {
  const bus = new Bus();
  const gateway = greetGuest(bus);
  const guest = new Host({ name: 'guest' });
  guest.attach(card(bus), { addresses: ['192.168.86.100/24'] });
  const connection = await guest.connect({ address: '192.168.86.1', port: 80 });
  let text = '';
  for await (const chunk of connection) text += new TextDecoder().decode(chunk);
  expect(text).toBe('hello, guest\n');
  await connection.end();
  await Promise.all([gateway.close(), guest.close()]);
  expect(bus.count('net0-send')).toBe(0);
});

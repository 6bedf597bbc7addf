// A Linux in v86, and its network in the same page: the guest asks the page's JavaScript, and the page a server in the guest.
// Commands of the guest are typed in the page; it evaluates what comes on its serial port, line by line.

import { V86 } from 'v86';
import wasm from 'v86/build/v86.wasm?url';
import { createV86Network, type V86Emulator } from '../../src/gateway/v86/index.ts';

const emulator = new V86({
  wasm_path: wasm,
  // An initrd is put at 64 MiB: there has to be more.
  memory_size: 128 * 1024 * 1024,
  bios: { url: '/bios.bin' },
  vga_bios: { url: '/vgabios.bin' },
  bzimage: { url: '/bzimage' },
  initrd: { url: '/initrd' },
  cmdline: 'console=ttyS0 quiet loglevel=1 mitigations=off tsc=reliable random.trust_cpu=on panic=-1',
  net_device: { type: 'virtio' },
  autostart: true,
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
});

const screen = document.querySelector('pre') as HTMLElement;
emulator.add_listener('serial0-output-byte', (octet: number) =>
  screen.append(String.fromCharCode(octet).replace('\r', '')),
);

const network = createV86Network(emulator as unknown as V86Emulator);
// wget -O - http://page.test/
network.serve(80, async (request) => new Response(`page.test has ${await request.text()}\n`), 'page.test');
// nc api.test 7: a connection that ends in this page, wherever the guest believes it to lead.
network.gateway.setHost('api.test', '203.0.113.7');
network.gateway.on('connection', (asked) => {
  if (asked.address !== '203.0.113.7') return;
  asked.handle(async (connection) => {
    for await (const octets of connection) await connection.write(octets);
    await connection.end();
  });
});

const form = document.querySelector('form') as HTMLFormElement;
const output = document.querySelector('output') as HTMLOutputElement;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  emulator.serial0_send(`${new FormData(form).get('command')}\n`);
});
form.querySelector('button[type=button]')?.addEventListener('click', async () => {
  try {
    output.value = await (await network.fetch('http://guest:8080/')).text();
  } catch (error) {
    output.value = String(error);
  }
});

// A Linux guest in v86, under Node: the emulator of npm (examples/), a kernel of Debian for i386, Debian's SeaBIOS.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { V86Emulator } from '../../src/gateway/v86/index.ts';
import { guestKernel } from './kernel.ts';
import { guestRoot } from './root.ts';
import { SerialShell } from './serial-shell.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/vm-i386', import.meta.url));
const EXAMPLES = new URL('../../examples/package.json', import.meta.url);
const BIOS = '/usr/share/seabios/bios.bin';
const VGA_BIOS = '/usr/share/seabios/vgabios-stdvga.bin';
const BUSYBOX = join(CACHE, 'bin/busybox');
const COMMAND_LINE =
  'console=ttyS0 quiet loglevel=1 mitigations=off tsc=reliable random.trust_cpu=on panic=-1';
const MIB = 1024 * 1024;

/** The folder of the emulator, or null. */
function emulatorFolder(): string | null {
  try {
    return dirname(createRequire(EXAMPLES).resolve('v86'));
  } catch {
    return null;
  }
}

/** Why there can be no guest in v86 here, '' if there can. */
export function whyNoV86(): string {
  if (emulatorFolder() === null) return 'there is no v86: npm ci --prefix examples';
  if (!existsSync(BIOS)) return `there is no ${BIOS} (seabios)`;
  if (guestKernel(/686$/, CACHE) === null) return 'there is no kernel for it: npm run test:qemu -- --fetch';
  return '';
}

/**
 * Fetches a kernel and busybox of Debian for i386 into the cache, by apt with lists of its own: the machine's are left as
 * they are. Debian 13 has no kernel for i386 any more; 12 has.
 */
export function fetchI386(): void {
  const state = join(CACHE, 'apt');
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  mkdirSync(join(state, 'archives/partial'), { recursive: true });
  const sources = join(state, 'sources.list');
  writeFileSync(join(state, 'status'), '');
  writeFileSync(sources, 'deb http://deb.debian.org/debian bookworm main\n');
  const settings = {
    'APT::Architecture': 'i386',
    'APT::Architectures': 'i386',
    'APT::Sandbox::User': 'root',
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': state,
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': state,
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  execFileSync('apt-get', [...options, 'update', '-qq'], { stdio: 'inherit' });
  const names = execFileSync('apt-cache', [...options, 'search', '--names-only', '^linux-image-6.*-686$'], {
    encoding: 'utf8',
  });
  const kernel = names.trim().split('\n').sort().pop()?.split(' ')[0] ?? 'linux-image-686';
  execFileSync('apt-get', [...options, 'download', kernel, 'busybox-static'], {
    cwd: CACHE,
    stdio: 'inherit',
  });
  for (const file of readdirSync(CACHE).filter((name) => name.endsWith('.deb')))
    execFileSync('dpkg', ['-x', file, '.'], { cwd: CACHE });
}

/** What is used of a `V86`. */
interface Emulator extends V86Emulator {
  add_listener(event: string, listener: (value: never) => void): void;
  serial0_send(text: string): void;
  destroy(): Promise<void>;
}

function image(octets: Uint8Array): { buffer: ArrayBuffer } {
  return { buffer: Uint8Array.from(octets).buffer };
}

type Card = 'ne2k' | 'virtio';

/** What a PC boots, by the names that examples/v86-page/ knows. Throws when there is no kernel. */
function images(card: Card): Readonly<Record<'bios.bin' | 'vgabios.bin' | 'bzimage' | 'initrd', Uint8Array>> {
  const kernel = guestKernel(/686$/, CACHE);
  if (kernel === null) throw new Error(whyNoV86());
  const modules = card === 'ne2k' ? ['ne2k_pci'] : ['virtio_pci', 'virtio_net'];
  return {
    'bios.bin': readFileSync(BIOS),
    'vgabios.bin': readFileSync(VGA_BIOS),
    bzimage: readFileSync(kernel.image),
    initrd: guestRoot(kernel, BUSYBOX, modules),
  };
}

/** Where examples/v86-page/ looks for them. */
export const PAGE_IMAGES = fileURLToPath(new URL('../../node_modules/.cache/v86-page', import.meta.url));

/** Writes them there, with a card of virtio. */
export function writeImages(): void {
  mkdirSync(PAGE_IMAGES, { recursive: true });
  for (const [name, octets] of Object.entries(images('virtio')))
    writeFileSync(join(PAGE_IMAGES, name), octets);
}

/**
 * Makes the cascade of the interrupt controllers (IRQ 2, bit 2 of ELCR1) level-triggered. v86 forgets an edge there badly: a
 * card that takes its interrupt back before the processor has asked whose it is (Linux's 8390 driver masks it before it
 * sends) leaves the first controller with IRQ 2 in service, which nobody ends, and no interrupt above 1 comes any more.
 */
const LEVEL_CASCADE = "printf '\\004' | dd of=/dev/port bs=1 seek=$((0x4d0)) conv=notrunc 2>/dev/null";

/** A guest that runs. */
export interface V86Guest {
  readonly emulator: V86Emulator;
  run(command: string, timeoutMs?: number): Promise<string>;
  close(): Promise<void>;
}

/** Boots a guest, and waits for its shell: half a minute of one core. */
export async function bootV86(card: Card): Promise<V86Guest> {
  const folder = emulatorFolder() as string;
  const files = images(card);
  const { V86 } = (await import(join(folder, 'libv86.mjs'))) as { V86: new (options: object) => Emulator };
  const emulator = new V86({
    wasm_path: join(folder, 'v86.wasm'),
    // An initrd is put at 64 MiB: there has to be more.
    memory_size: 128 * MIB,
    vga_memory_size: 2 * MIB,
    bios: image(files['bios.bin']),
    vga_bios: image(files['vgabios.bin']),
    bzimage: image(files.bzimage),
    initrd: image(files.initrd),
    cmdline: COMMAND_LINE,
    net_device: { type: card },
    autostart: true,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
  });
  const shell = new SerialShell((text) => emulator.serial0_send(text));
  emulator.add_listener('serial0-output-byte', (octet: number) => shell.receive(String.fromCharCode(octet)));
  await shell.ready(240_000);
  if (card === 'ne2k') await shell.run(LEVEL_CASCADE, 60_000);
  return {
    emulator,
    run: (command, timeoutMs = 60_000) => shell.run(command, timeoutMs),
    close: () => emulator.destroy(),
  };
}

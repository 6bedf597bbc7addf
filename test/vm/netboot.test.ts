// Two TCPs that are neither Linux's nor ours: iPXE's and EDK2's. Each boots over HTTP through a gateway whose cable loses
// 2 % of all frames: 10 MB arrive whole, or what they start does not run. By `npm run test:qemu`.

import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { BootOptions } from '../../src/gateway/index.ts';
import { createGateway, openFrames } from '../../src/gateway/node/index.ts';
import { RealClock } from '../../src/host/index.ts';
import { pattern } from '../../src/link/devices/testing.ts';
import { PcapngWriter } from '../../src/link/index.ts';
import { serve } from '../../src/socket/web/index.ts';
import { titled } from '../support/namespace.ts';
import { Cable } from './cable.ts';
import { type Firmware, startFirmware, whyNoQemu } from './qemu.ts';

const IPXE_ROM = '/usr/lib/ipxe/qemu/efi-virtio.rom';
const IPXE_EFI = '/boot/ipxe.efi';
const OVMF_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const OVMF_VARS = '/usr/share/OVMF/OVMF_VARS_4M.fd';
const OCTETS = 10_000_000;
const LOSS = 0.02;

/** Why one of them cannot run here. */
function whyNot(files: Readonly<Record<string, string>>): string {
  if (process.env['SYNFIN_VM'] !== 'whole') return 'npm run test:qemu';
  const missing = Object.entries(files).find(([file]) => !existsSync(file));
  return whyNoQemu() || (missing === undefined ? '' : `there is no ${missing[0]} (${missing[1]})`);
}

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

/** What a client asked for, in order, until it asks for /done. */
async function boots(
  boot: readonly BootOptions[],
  files: Readonly<Record<string, string | Uint8Array>>,
  start: (network: string, dir: string) => Firmware,
): Promise<{ asked: string[]; lost: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-boot-'));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const gateway = createGateway({ dhcp: { boot } });
  undo.push(() => gateway.close());
  const pcap = process.env['SYNFIN_VM_PCAP'];
  if (pcap !== undefined) {
    const file = createWriteStream(join(pcap, `${Object.keys(files)[0]?.slice(1)}.pcapng`));
    const clock = new RealClock();
    const writer = new PcapngWriter((octets) => void file.write(octets), { epochUs: clock.epochUs });
    const iface = writer.addInterface({ name: 'vm', linkType: 'ethernet' });
    gateway.tap = (_guest, direction, frame) => writer.octets(iface, clock.real(), frame, { direction });
    undo.push(() => file.end());
  }
  const asked: string[] = [];
  let done = (): void => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  serve(gateway.host, { port: 80 }, ({ method, url }) => {
    const { pathname } = new URL(url);
    asked.push(`${method} ${pathname}`);
    if (pathname === '/done') done();
    const body = files[pathname] ?? 'well';
    const octets = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const headers = { 'content-length': String(octets.length), 'content-type': 'application/efi' };
    return new Response(method === 'HEAD' ? null : (octets as Uint8Array<ArrayBuffer>), { headers });
  });
  const path = join(dir, 'vm.sock');
  let cable: Cable | undefined;
  const frames = await openFrames(`unix:${path}`, {}, (port) => {
    cable = new Cable(port, LOSS);
    gateway.attach(cable);
  });
  undo.push(() => frames.close());
  const firmware = start(`stream,id=n,server=off,addr.type=unix,addr.path=${path}`, dir);
  undo.push(() => firmware.close());
  await Promise.race([finished, firmware.ended]);
  return { asked, lost: cable?.lost ?? 0 };
}

const whyNoIpxe = whyNot({ [IPXE_ROM]: 'ipxe-qemu' });

test.skipIf(whyNoIpxe !== '')(
  titled('iPXE fetches 10 MB with 2 % loss', whyNoIpxe),
  { timeout: 180_000 },
  async () => {
    const script = '#!ipxe\nimgfetch http://10.0.2.2/big || exit\nimgfetch http://10.0.2.2/done\n';
    const { asked, lost } = await boots(
      [{ userClass: 'iPXE', file: 'http://10.0.2.2/boot.ipxe' }],
      { '/boot.ipxe': script, '/big': pattern(OCTETS, 3) },
      (network) =>
        startFirmware([
          ...['-M', 'pc,accel=tcg,graphics=off', '-m', '128', '-netdev', network],
          ...['-device', 'virtio-net-pci,netdev=n,bootindex=0'],
        ]),
    );
    expect(asked).toEqual(['GET /boot.ipxe', 'GET /big', 'GET /done']);
    expect(lost).toBeGreaterThan(50);
  },
);

const whyNoOvmf = whyNot({ [OVMF_CODE]: 'ovmf', [OVMF_VARS]: 'ovmf', [IPXE_EFI]: 'ipxe' });

test.skipIf(whyNoOvmf !== '')(
  titled('EDK2’s HTTP boot fetches 10 MB with 2 % loss, and runs them', whyNoOvmf),
  { timeout: 240_000 },
  async () => {
    // A program of EFI, and octets behind it that are none of it: what runs asks for the next file.
    const program = pattern(OCTETS, 3);
    program.set(readFileSync(IPXE_EFI));
    const { asked, lost } = await boots(
      [
        { vendorClass: 'HTTPClient', file: 'http://10.0.2.2/boot.efi' },
        { userClass: 'iPXE', file: 'http://10.0.2.2/boot.ipxe' },
      ],
      { '/boot.efi': program, '/boot.ipxe': '#!ipxe\nimgfetch http://10.0.2.2/done\n' },
      (network, dir) => {
        const vars = join(dir, 'vars.fd');
        execFileSync('cp', [OVMF_VARS, vars]);
        return startFirmware([
          ...['-M', 'q35,accel=tcg', '-m', '512', '-netdev', network],
          ...['-drive', `if=pflash,format=raw,readonly=on,file=${OVMF_CODE}`],
          ...['-drive', `if=pflash,format=raw,file=${vars}`],
          ...['-device', 'virtio-net-pci,netdev=n,romfile=,bootindex=0', '-device', 'virtio-rng-pci'],
          // Boot by TFTP would wait a minute for servers that there are not.
          ...['-fw_cfg', 'name=opt/org.tianocore/IPv4PXESupport,string=n'],
          ...['-fw_cfg', 'name=opt/org.tianocore/IPv6PXESupport,string=n'],
        ]);
      },
    );
    expect(asked.at(-1)).toBe('GET /done');
    expect(asked).toContain('GET /boot.efi');
    expect(lost).toBeGreaterThan(50);
  },
);

// A guest in QEMU, without KVM: a Linux with busybox, whose shell is on its serial port.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RootFile } from './initramfs.ts';
import { type GuestKernel, guestKernel } from './kernel.ts';
import { guestRoot } from './root.ts';
import { SerialShell } from './serial-shell.ts';

const QEMU = '/usr/bin/qemu-system-x86_64';
const BUSYBOX = '/bin/busybox';
const COMMAND_LINE =
  'console=ttyS0 quiet loglevel=1 mitigations=off tsc=reliable random.trust_cpu=on panic=-1';

/** Why there is no QEMU here, '' if there is. */
export function whyNoQemu(): string {
  return existsSync(QEMU) ? '' : 'there is no qemu-system-x86_64 (qemu-system-x86)';
}

/** Why there can be no guest here, '' if there can. */
export function whyNoGuest(): string {
  if (whyNoQemu() !== '') return whyNoQemu();
  if (!existsSync(BUSYBOX)) return 'there is no /bin/busybox (busybox-static)';
  if (guestKernel() === null)
    return 'there is no kernel for a guest: install linux-image-cloud-amd64, or run `npm run test:qemu -- --fetch`';
  return '';
}

/** The arguments of a virtio card on a network. */
export function card(netdev: string, device = 'virtio-net-pci'): string[] {
  return ['-netdev', `${netdev},id=n`, '-device', `${device},netdev=n,romfile=`];
}

/** Options of {@link QemuGuest.boot}. */
export interface GuestOptions {
  /** Octets of memory, in MiB. Default 128. */
  readonly memory?: number;
  /** Arguments of QEMU that make the network: see {@link card}. */
  readonly network: readonly string[];
  /** Modules of its cards. Default virtio's. */
  readonly modules?: readonly string[];
  /** What its root has besides. */
  readonly files?: Readonly<Record<string, RootFile>>;
}

/** A guest that runs. */
export class QemuGuest {
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly shell: SerialShell;

  private constructor(child: ChildProcess, dir: string, shell: SerialShell) {
    this.#child = child;
    this.#dir = dir;
    this.shell = shell;
  }

  /** Starts a guest, and waits for its shell. */
  static async boot(options: GuestOptions): Promise<QemuGuest> {
    const dir = mkdtempSync(join(tmpdir(), 'synfin-vm-'));
    const root = join(dir, 'root.cpio');
    const kernel = guestKernel() as GuestKernel;
    writeFileSync(
      root,
      guestRoot(kernel, BUSYBOX, options.modules ?? ['virtio_pci', 'virtio_net'], options.files),
    );
    const child = startQemu([
      ...['-M', 'pc,accel=tcg', '-cpu', 'max', '-m', String(options.memory ?? 128)],
      ...['-kernel', kernel.image, '-initrd', root, '-append', COMMAND_LINE],
      ...options.network,
    ]);
    const shell = new SerialShell((text) => child.stdin?.write(text));
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (octets: Buffer) => shell.receive(octets.toString('latin1')));
    child.stderr?.on('data', (octets: Buffer) => shell.receive(octets.toString('latin1')));
    child.once('exit', (code) => shell.over(`QEMU ended with ${code}`));
    const guest = new QemuGuest(child, dir, shell);
    try {
      await shell.ready(45_000);
    } catch (error) {
      await guest.close();
      throw error;
    }
    return guest;
  }

  /** Runs a command in the guest: what it said. Throws when it failed, or took longer than `timeoutMs`. */
  run(command: string, timeoutMs = 30_000): Promise<string> {
    return this.shell.run(command, timeoutMs);
  }

  /** Ends it. */
  async close(): Promise<void> {
    await end(this.#child);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Starts QEMU with nothing but what is asked for, and its serial port as standard input and output. */
function startQemu(args: readonly string[]): ChildProcess {
  const bare = ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'];
  // It ends with this process, however that ends.
  return spawn('setpriv', ['--pdeathsig', 'KILL', QEMU, ...bare, ...args], { stdio: 'pipe' });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** A machine without a system: its firmware boots what it finds. */
export interface Firmware {
  /** Rejects when it has ended, with what it said. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

/** Starts one. */
export function startFirmware(args: readonly string[]): Firmware {
  const child = startQemu(args);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (octets: Buffer) => {
      said = (said + octets.toString('latin1')).slice(-4000);
    });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`QEMU ended with ${code}; the machine said\n${said}`)));
  });
  ended.catch(() => {});
  return { ended, close: () => end(child) };
}

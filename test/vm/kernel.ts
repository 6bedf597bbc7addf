// Where a guest's Linux comes from: this machine's own (/boot, /lib/modules), or Debian's package, which `npm run
// test:qemu -- --fetch` takes apart under node_modules/.cache. Nothing of it is committed.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A kernel and its modules. */
export interface GuestKernel {
  readonly image: string;
  /** The folder with its modules: /lib/modules/VERSION/kernel. */
  readonly modules: string;
}

/** Where packages are taken apart. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/vm', import.meta.url));

/** The kernels below a root, the newest last. */
function kernelsOf(root: string, flavour: RegExp): GuestKernel[] {
  const boot = join(root, 'boot');
  if (!existsSync(boot)) return [];
  const versions = readdirSync(boot)
    .filter((name) => name.startsWith('vmlinuz-') && flavour.test(name))
    .map((name) => name.slice('vmlinuz-'.length))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return versions
    .map((version) => ({
      image: join(boot, `vmlinuz-${version}`),
      modules: join(root, 'lib/modules', version, 'kernel'),
    }))
    .filter(({ modules }) => existsSync(modules));
}

/** The kernel for a guest, or null. `flavour`: what its name must have; `cache`: where it is looked for first. */
export function guestKernel(flavour = /amd64$/, cache = CACHE): GuestKernel | null {
  return kernelsOf(cache, flavour).pop() ?? kernelsOf('/', flavour).pop() ?? null;
}

/** Fetches packages of Debian by apt and takes them apart into the cache. Throws when apt does not know one. */
export function fetchPackages(names: readonly string[]): string {
  mkdirSync(CACHE, { recursive: true });
  for (const name of names) {
    const before = new Set(readdirSync(CACHE));
    execFileSync('apt-get', ['download', name], { cwd: CACHE, stdio: ['ignore', 'ignore', 'pipe'] });
    const file = readdirSync(CACHE).find((each) => each.endsWith('.deb') && !before.has(each));
    if (file === undefined) throw new Error(`apt-get download ${name} brought nothing`);
    execFileSync('dpkg', ['-x', file, '.'], { cwd: CACHE });
    rmSync(join(CACHE, file));
  }
  return CACHE;
}

/** The package that a package without content, like linux-image-cloud-amd64, stands for. */
export function packageBehind(name: string): string {
  const said = execFileSync('apt-cache', ['depends', '--important', name], { encoding: 'utf8' });
  const behind = /Depends: (linux-image-\S+)/.exec(said)?.[1];
  if (behind === undefined) throw new Error(`apt-cache knows no ${name}: apt-get update first`);
  return behind;
}

/** What a module needs to be loaded before it: `depends=` of its .modinfo. */
function needsOf(octets: Buffer): string[] {
  const at = octets.indexOf('\0depends=', 0, 'latin1');
  if (at < 0) return [];
  const end = octets.indexOf(0, at + 1);
  return octets
    .toString('latin1', at + '\0depends='.length, end)
    .split(',')
    .filter(Boolean);
}

/** A module as it is loaded. */
export interface KernelModule {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** Modules and all that they need, in the order in which they are loaded; what is built in is left out. */
export function modulesFor({ modules }: GuestKernel, names: readonly string[]): KernelModule[] {
  const files = new Map<string, string>();
  for (const file of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    const name = /([^/]+)\.ko(?:\.xz)?$/.exec(file)?.[1]?.replaceAll('-', '_');
    if (name !== undefined) files.set(name, join(modules, file));
  }
  const order = new Map<string, KernelModule>();
  const load = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || order.has(name)) return;
    // Newer kernels have them compressed; insmod of busybox cannot read that.
    const octets = file.endsWith('.xz')
      ? execFileSync('xz', ['-dc', file], { maxBuffer: 2 ** 26 })
      : readFileSync(file);
    for (const need of needsOf(octets)) load(need.replaceAll('-', '_'));
    order.set(name, { name, octets });
  };
  for (const name of names) load(name);
  return [...order.values()];
}

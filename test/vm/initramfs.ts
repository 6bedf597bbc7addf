// A root of a few files, as Linux takes it from a boot loader: the newc form of cpio (Linux:
// Documentation/driver-api/early-userspace/buffer-format.rst).

/** A file of an initramfs: octets, a link to another, or a folder. */
export type RootFile =
  | { readonly octets: Uint8Array | string; readonly mode?: number }
  | { readonly link: string }
  | { readonly folder: true };

const REGULAR = 0o100000;
const LINK = 0o120000;
const FOLDER = 0o040000;

function header(name: string, mode: number, size: number, ino: number): Uint8Array {
  const fields = [ino, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const hex = fields.map((n) => n.toString(16).padStart(8, '0')).join('');
  return padded(new TextEncoder().encode(`070701${hex}${name}\0`));
}

/** Up to a multiple of four octets. */
function padded(octets: Uint8Array): Uint8Array {
  const out = new Uint8Array((octets.length + 3) & ~3);
  out.set(octets);
  return out;
}

/** The archive of these files, by their paths without a slash in front; folders come before what is in them. */
export function initramfs(files: Readonly<Record<string, RootFile>>): Uint8Array {
  const parts: Uint8Array[] = [];
  let ino = 1;
  for (const [name, file] of Object.entries(files)) {
    const [mode, content] =
      'folder' in file
        ? [FOLDER | 0o755, '']
        : 'link' in file
          ? [LINK | 0o777, file.link]
          : [REGULAR | (file.mode ?? 0o755), file.octets];
    const octets = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    parts.push(header(name, mode, octets.length, ino++), padded(octets));
  }
  parts.push(header('TRAILER!!!', 0, 0, ino));
  return Buffer.concat(parts);
}

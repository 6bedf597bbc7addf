// What dns-packet uses of Node's Buffer, for pages, which have none; in Node it is Node's own. Stands for the module 'buffer'
// in dist/vendor/.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class PageBuffer extends Uint8Array {
  static alloc(size: number): PageBuffer {
    return new PageBuffer(size);
  }

  /** Octets of a text, or a view of a buffer's, or a copy of others'. */
  static override from(what: unknown, how?: unknown, size?: unknown): PageBuffer {
    if (typeof what === 'string') return how === 'hex' ? ofHex(what) : copyOf(encoder.encode(what));
    if (what instanceof ArrayBuffer || isShared(what))
      return new PageBuffer(what as ArrayBuffer, how as number | undefined, size as number | undefined);
    return copyOf([...(what as Iterable<number>)]);
  }

  static isBuffer(what: unknown): boolean {
    return what instanceof PageBuffer;
  }

  static byteLength(what: string | Uint8Array): number {
    return typeof what === 'string' ? encoder.encode(what).length : what.byteLength;
  }

  static concat(list: readonly Uint8Array[]): PageBuffer {
    const all = new PageBuffer(list.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const each of list) {
      all.set(each, at);
      at += each.length;
    }
    return all;
  }

  get #view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.byteLength);
  }

  /** As Node has it: no copy. */
  override slice(from?: number, to?: number): PageBuffer {
    const { buffer, byteOffset, length } = this.subarray(from, to);
    return new PageBuffer(buffer, byteOffset, length);
  }

  copy(to: Uint8Array, at = 0, from = 0, end = this.length): number {
    const octets = this.subarray(from, Math.min(end, from + Math.max(0, to.length - at)));
    to.set(octets, at);
    return octets.length;
  }

  write(text: string, at = 0): number {
    return encoder.encodeInto(text, this.subarray(at)).written;
  }

  override toString(how = 'utf-8', from = 0, to = this.length): string {
    const octets = this.subarray(from, to);
    if (how === 'hex') return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
    return decoder.decode(octets);
  }

  readUInt8(at: number): number {
    return this.#view.getUint8(at);
  }
  readUInt16BE(at: number): number {
    return this.#view.getUint16(at);
  }
  readUInt32BE(at: number): number {
    return this.#view.getUint32(at);
  }
  writeUInt8(value: number, at: number): void {
    this.#view.setUint8(at, within(value, 0xff));
  }
  writeUInt16BE(value: number, at: number): void {
    this.#view.setUint16(at, within(value, 0xffff));
  }
  writeUInt32BE(value: number, at: number): void {
    this.#view.setUint32(at, within(value, 0xffff_ffff));
  }
}

function isShared(what: unknown): what is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== 'undefined' && what instanceof SharedArrayBuffer;
}

function copyOf(octets: ArrayLike<number>): PageBuffer {
  const copy = new PageBuffer(octets.length);
  copy.set(octets);
  return copy;
}

/** Up to what is no pair of digits, as Node. */
function ofHex(text: string): PageBuffer {
  const pairs = /^(?:[\da-f]{2})*/i.exec(text)?.[0].match(/../g) ?? [];
  return copyOf(pairs.map((pair) => Number.parseInt(pair, 16)));
}

/** Node does not write what does not fit. */
function within(value: number, most: number): number {
  if (!(value >= 0 && value <= most)) throw new RangeError(`${value} is not within 0 and ${most}`);
  return value;
}

const here = (globalThis as { Buffer?: unknown }).Buffer;
export const Buffer = (typeof here === 'function' ? here : PageBuffer) as typeof PageBuffer;

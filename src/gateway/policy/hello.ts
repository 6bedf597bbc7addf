// The name in the first octets of a connection of TLS: the server_name of a ClientHello (RFC 8446 section 4.1.2, RFC 6066
// section 3). What two readers could understand differently is refused.

import { nameKey } from '../../socket/dns/index.ts';
import { parseAddress } from '../../wire/index.ts';

/** Keys of the names that were found. `hidden`: there is one that cannot be seen. */
export interface HelloNames {
  readonly names: readonly string[];
  readonly hidden: boolean;
}

/** What was found: 'more' octets are needed, it is no such protocol, or names. */
export type Hello = 'more' | 'other' | HelloNames;

/** How far a reader of a guest's octets has come. */
export interface HelloStep {
  /** Octets from the front that may go out, if `asks` may. */
  readonly octets: number;
  /** What has to be judged before; null: nothing. */
  readonly asks: HelloNames | null;
  /** Nothing that comes later is looked at. */
  readonly last: boolean;
}

/** Reads what a guest sends: `octets` are those that have not gone out, `ended` that no more will come. */
export interface HelloReader {
  next(octets: Uint8Array, ended: boolean): 'more' | HelloStep;
}

const NOTHING: HelloNames = { names: [], hidden: false };

/** A ClientHello, and nothing behind it: that is encrypted. */
export class ClientHelloReader implements HelloReader {
  next(octets: Uint8Array, ended: boolean): 'more' | HelloStep {
    const hello = readClientHello(octets);
    if (hello === 'more' && !ended) return 'more';
    return unframed(octets, typeof hello === 'string' ? NOTHING : hello);
  }
}

/** All of it, whatever follows. */
export function unframed(octets: Uint8Array, asks: HelloNames | null = NOTHING): HelloStep {
  return { octets: octets.length, asks, last: true };
}

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
/** RFC 9849. */
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;
/** The draft of it that hid the name alone. */
const ENCRYPTED_SERVER_NAME = 0xffce;

/** Reads octets from front to back; `short` when there were too few. */
class Reader {
  readonly #octets: Uint8Array;
  #at = 0;
  short = false;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get left(): number {
    return this.#octets.length - this.#at;
  }

  number(octets: number): number {
    let value = 0;
    for (const octet of this.take(octets)) value = value * 256 + octet;
    return value;
  }

  take(octets: number): Uint8Array {
    if (octets > this.left) this.short = true;
    const taken = this.#octets.subarray(this.#at, this.#at + octets);
    this.#at += taken.length;
    return taken;
  }

  /** A vector with its length in front. */
  vector(lengthOctets: number): Reader {
    return new Reader(this.take(this.number(lengthOctets)));
  }
}

/** The name in a ClientHello, which may come in several records. */
export function readClientHello(octets: Uint8Array): Hello {
  const records = new Reader(octets);
  let message = new Uint8Array(0);
  while (records.left > 0) {
    if (records.number(1) !== HANDSHAKE) return 'other';
    if (records.left < 4) return 'more';
    if (records.number(2) >> 8 !== 3) return 'other';
    const length = records.number(2);
    if (length === 0 || length > 16_384) return 'other';
    const text = records.take(length);
    const both = new Uint8Array(message.length + text.length);
    both.set(message);
    both.set(text, message.length);
    message = both;
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return 'other';
    if (message.length >= 4) {
      const whole =
        4 + (((message[1] as number) << 16) | ((message[2] as number) << 8) | (message[3] as number));
      if (message.length >= whole) return readHelloBody(message.subarray(4, whole));
    }
    if (records.short) return 'more';
  }
  return 'more';
}

function readHelloBody(body: Uint8Array): Hello {
  const hello = new Reader(body);
  hello.take(2 + 32);
  hello.vector(1);
  hello.vector(2);
  hello.vector(1);
  if (hello.short) return 'other';
  if (hello.left === 0) return { names: [], hidden: false };
  const extensions = hello.vector(2);
  const names: string[] = [];
  const seen = new Set<number>();
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    if (extensions.short || seen.has(type)) return 'other';
    seen.add(type);
    if (type !== SERVER_NAME) continue;
    const name = readServerName(data);
    if (name === null) return 'other';
    names.push(name);
  }
  if (hello.short) return 'other';
  return { names, hidden: seen.has(ENCRYPTED_CLIENT_HELLO) || seen.has(ENCRYPTED_SERVER_NAME) };
}

/** RFC 6066 section 3: one name of type host_name. */
function readServerName(data: Reader): string | null {
  const names = data.vector(2);
  if (names.number(1) !== 0) return null;
  const name = names.take(names.number(2));
  if (data.short || names.short || names.left > 0 || data.left > 0) return null;
  return hostKey(String.fromCharCode(...name));
}

/** The key of a host; an address is a name that no rule has. null: it is none. */
export function hostKey(host: string): string | null {
  const key = nameKey(host);
  if (parseAddress(key.replace(/^\[|\]$/g, '')) !== null) return key;
  return key !== '' && key.length <= 253 && /^[a-z0-9_.-]+$/.test(key) ? key : null;
}

// The name in the first octets of a connection: of a ClientHello the server_name (RFC 8446 section 4.1.2, RFC 6066 section
// 3), of a request its Host and its target (RFC 9112 section 3.2). What two readers could understand differently is
// refused.

import { nameKey } from '../../socket/dns/index.ts';
import { parseRequestHead } from '../../socket/http/index.ts';
import { parseAddress } from '../../wire/index.ts';

/** What was found: 'more' octets are needed, it is no such protocol, or keys of names. */
export type Hello = 'more' | 'other' | { readonly names: readonly string[]; readonly hidden: boolean };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
/** RFC 9849. */
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;
/** The draft of it that hid the name alone. */
const ENCRYPTED_SERVER_NAME = 0xffce;
const MOST_HEAD = 16_384;

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

/** The names in the head of a request. */
export function readRequest(octets: Uint8Array): Hello {
  const text = latin1(octets.subarray(0, MOST_HEAD));
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) {
    // What begins unlike a method is no request, however much of it comes.
    if (!/^[A-Z]{0,20}(?: |$)/.test(text.slice(0, 21))) return 'other';
    return octets.length >= MOST_HEAD ? 'other' : 'more';
  }
  const head = parseRequestHead(text.slice(0, end.index));
  if (typeof head === 'number') return 'other';
  const names: string[] = [];
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(head.target)?.[1];
  const targets = [head.host, authority, head.method === 'CONNECT' ? head.target : undefined];
  for (const target of targets) {
    if (target === undefined) continue;
    const name = hostKey(target.replace(/:\d*$/, ''));
    if (name === null) return 'other';
    names.push(name);
  }
  return { names, hidden: false };
}

/** The key of a host; an address is a name that no rule has. null: it is none. */
function hostKey(host: string): string | null {
  const key = nameKey(host);
  if (parseAddress(key.replace(/^\[|\]$/g, '')) !== null) return key;
  return key !== '' && key.length <= 253 && /^[a-z0-9_.-]+$/.test(key) ? key : null;
}

function latin1(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

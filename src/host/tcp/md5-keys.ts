// The keys of the TCP MD5 Signature option (RFC 2385), one for each peer, and what is signed and judged with them.

import { type IpAddress, type IpPacket, type Memory, type Segment, tcpSignature } from '../../wire/index.ts';
import type { IpHeader } from '../ip/index.ts';

/** Longest key, in octets (TCP_MD5SIG_MAXKEYLEN of Linux and FreeBSD). */
export const MOST_KEY_OCTETS = 80;

/** Peers that have a key: they are found one after the other. */
export const MOST_KEYS = 1024;

const LENGTH = 16;

interface Entry {
  readonly address: IpAddress;
  readonly key: Uint8Array;
}

/** The keys of one host. There are few: one for each BGP session. */
export class Md5Keys {
  #entries: Entry[] = [];
  readonly #right = new Uint8Array(LENGTH);

  /** How many there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** From now on segments to and from `address` are signed with `key`; null: with none. False: there are too many keys. */
  set(address: IpAddress, key: Uint8Array | null): boolean {
    const others = this.#entries.filter((e) => !e.address.equals(address));
    if (key !== null && others.length >= MOST_KEYS) return false;
    this.#entries = key === null ? others : [...others, { address, key: key.slice() }];
    return true;
  }

  /** Forgets all keys. */
  clear(): void {
    this.#entries = [];
  }

  /** The key of a peer; null: there is none. */
  find(w0: number, w1: number, w2: number, w3: number): Uint8Array | null {
    for (const { address: a, key } of this.#entries)
      if (a.w3 === w3 && a.w2 === w2 && a.w1 === w1 && a.w0 === w0) return key;
    return null;
  }

  /** Signs the segment of `len` octets at `off` that goes by `header`; false: there is no key any more. */
  sign(mem: Memory, header: IpHeader, seg: Segment, off: number, headerLen: number, len: number): boolean {
    const key = this.find(header.dst0, header.dst1, header.dst2, header.dst3);
    if (key === null) return false;
    tcpSignature(mem, header, off, headerLen, len, key, mem.u8, seg.md5Off);
    return true;
  }

  /** Whether the signature of a segment that has arrived is right by `key`. */
  isRight(mem: Memory, packet: IpPacket, seg: Segment, key: Uint8Array): boolean {
    const { payloadOff, payloadLen } = packet;
    tcpSignature(mem, packet, payloadOff, payloadLen - seg.textLen, payloadLen, key, this.#right, 0);
    let wrong = 0;
    for (let i = 0; i < LENGTH; i++) wrong |= (this.#right[i] as number) ^ (mem.u8[seg.md5Off + i] as number);
    return wrong === 0;
  }
}

// Netlink: how Linux is asked for interfaces, addresses, routes and sockets without a helper program.
// A message is a header, a fixed part and attributes (type, length, value); RFC 3549 section 2.3.

import { systemError } from './errors.ts';
import { type Libc, pinnedBytes } from './libc.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const HEADER_BYTES = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const EBADMSG = 74;

/** This message asks for something. */
export const NLM_F_REQUEST = 0x001;
/** Answer even when all went well. */
export const NLM_F_ACK = 0x004;
/** Replace what exists. */
export const NLM_F_REPLACE = 0x100;
/** All that there are. */
export const NLM_F_DUMP = 0x300;
/** Make what does not exist. */
export const NLM_F_CREATE = 0x400;

/** Numbers in netlink are in the machine's order; addresses and ports in the network's. */
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** One request of at most 1 KiB, written from front to back. */
export class NetlinkMessage {
  readonly bytes: Uint8Array = pinnedBytes(1024);
  readonly #dv = new DataView(this.bytes.buffer);
  length = HEADER_BYTES;

  constructor(type: number, flags: number) {
    this.#dv.setUint16(4, type, LITTLE);
    this.#dv.setUint16(6, flags, LITTLE);
  }

  u8(value: number): this {
    this.#dv.setUint8(this.length++, value);
    return this;
  }

  u16(value: number): this {
    this.#dv.setUint16(this.length, value, LITTLE);
    this.length += 2;
    return this;
  }

  u32(value: number): this {
    this.#dv.setUint32(this.length, value, LITTLE);
    this.length += 4;
    return this;
  }

  raw(value: Uint8Array): this {
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** An attribute; what `value` writes is its value, nested attributes included. */
  attribute(type: number, value: () => void): this {
    const start = this.length;
    this.length += 4;
    value();
    this.#dv.setUint16(start, this.length - start, LITTLE);
    this.#dv.setUint16(start + 2, type, LITTLE);
    this.length = (this.length + 3) & ~3;
    return this;
  }

  /** Sets the length in the header; the message is complete. */
  finish(): this {
    this.#dv.setUint32(0, this.length, LITTLE);
    return this;
  }
}

/** A netlink socket of one protocol, in the network namespace this process is in. */
export class NetlinkSocket {
  /** The last answer: `length` bytes of it are valid. */
  readonly answer: Uint8Array;
  readonly #dv: DataView;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #answerAddress: number;
  #closed = false;

  /** Throws a {@link TunError} when the kernel does not speak `protocol`. */
  constructor(libc: Libc, protocol: number, answerBytes = 8192) {
    this.#libc = libc;
    this.answer = pinnedBytes(answerBytes);
    this.#dv = new DataView(this.answer.buffer);
    this.#fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (this.#fd < 0) throw systemError('opening a netlink socket', libc.errno());
    this.#answerAddress = libc.addressOf(this.answer);
  }

  /**
   * Sends a finished request and reads the answer into `answer`. 0, or the errno the kernel answered.
   * The kernel answers before write() returns, so the read does not wait.
   */
  ask(message: NetlinkMessage): number {
    const libc = this.#libc;
    if (libc.write(this.#fd, libc.addressOf(message.bytes), message.length) < 0) return libc.errno();
    if (libc.read(this.#fd, this.#answerAddress, this.answer.length) < 0) return libc.errno();
    if (this.#dv.getUint16(4, LITTLE) !== NLMSG_ERROR) return 0;
    return -this.#dv.getInt32(HEADER_BYTES, LITTLE);
  }

  /**
   * Sends a finished request for many (NLM_F_DUMP), and calls `each` with where in `answer` every message of the answer begins,
   * after its header, and ends. 0, or the errno the kernel answered.
   */
  dump(message: NetlinkMessage, each: (from: number, to: number) => void): number {
    const libc = this.#libc;
    if (libc.write(this.#fd, libc.addressOf(message.bytes), message.length) < 0) return libc.errno();
    for (;;) {
      const length = libc.read(this.#fd, this.#answerAddress, this.answer.length);
      if (length < 0) return libc.errno();
      for (let at = 0; at + HEADER_BYTES <= length; ) {
        const size = this.#dv.getUint32(at, LITTLE);
        const type = this.#dv.getUint16(at + 4, LITTLE);
        if (size < HEADER_BYTES || at + size > length) return EBADMSG;
        if (type === NLMSG_DONE) return 0;
        if (type === NLMSG_ERROR) return -this.#dv.getInt32(at + HEADER_BYTES, LITTLE);
        each(at + HEADER_BYTES, at + size);
        at += (size + 3) & ~3;
      }
    }
  }

  close(): void {
    if (!this.#closed) this.#libc.close(this.#fd);
    this.#closed = true;
  }
}

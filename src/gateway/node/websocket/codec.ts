// The frames of WebSockets as a server reads and writes them (RFC 6455 section 5): octets to messages, however they come cut.

/** Opcodes (section 5.2). */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** Status codes of a close (section 7.4.1). */
export const CloseCode = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED: 1003,
  NO_STATUS: 1005,
  ABNORMAL: 1006,
  TOO_BIG: 1009,
} as const;

/** The longest payload of a control frame (section 5.5). */
const MOST_CONTROL = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_OCTETS = 4;
/** The longest header: two octets, a length of eight, a mask. */
const MOST_HEADER = 14;

/** What breaks the protocol: the connection is failed with `closeCode` (section 7.1.7). */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
  readonly code = 'EPROTO';
  readonly closeCode: number;

  constructor(closeCode: number, message: string) {
    super(message);
    this.closeCode = closeCode;
  }
}

function broken(message: string): never {
  throw new WebSocketError(CloseCode.PROTOCOL_ERROR, message);
}

/** Called with what has come whole; `payload` is the receiver's own. */
export type MessageArrived = (opcode: number, payload: Uint8Array<ArrayBuffer>) => void;

/** Reads what a client sends. Holds one message at most, of `longest` octets. */
export class FrameReader {
  readonly #longest: number;
  readonly #each: MessageArrived;
  readonly #header = new Uint8Array(MOST_HEADER);
  #haveHeader = 0;
  /** The frame that is coming; -1: none is. */
  #opcode = -1;
  #fin = false;
  #maskAt = 0;
  #payload: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #have = 0;
  /** The message whose fragments are coming: its opcode, and what of it is there; 0: none. */
  #messageOpcode = 0;
  #fragments: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #fragmentOctets = 0;

  constructor(longest: number, each: MessageArrived) {
    this.#longest = longest;
    this.#each = each;
  }

  /**
   * Takes the next octets of the stream.
   * @throws WebSocketError
   */
  push(octets: Uint8Array): void {
    let at = 0;
    while (at < octets.length) {
      if (this.#opcode < 0) {
        this.#header[this.#haveHeader++] = octets[at++] as number;
        this.#headerOctet();
      } else {
        const n = Math.min(octets.length - at, this.#payload.length - this.#have);
        this.#payload.set(octets.subarray(at, at + n), this.#have);
        at += n;
        this.#have += n;
      }
      if (this.#opcode >= 0 && this.#have === this.#payload.length) this.#frame();
    }
  }

  /** One more octet of the header is there. */
  #headerOctet(): void {
    const [first = 0, second = 0] = this.#header;
    if (this.#haveHeader < 2) return;
    const short = second & 0x7f;
    const lengthOctets = short === LENGTH_64 ? 8 : short === LENGTH_16 ? 2 : 0;
    if (this.#haveHeader === 2) this.#judge(first, second, short);
    if (this.#haveHeader < 2 + lengthOctets + MASK_OCTETS) return;
    const length = this.#length(short);
    const opcode = first & 0x0f;
    if (this.#fragmentOctets + length > this.#longest && opcode < Opcode.CLOSE)
      throw new WebSocketError(CloseCode.TOO_BIG, `a message of more than ${this.#longest} octets`);
    this.#opcode = opcode;
    this.#fin = (first & 0x80) !== 0;
    this.#maskAt = 2 + lengthOctets;
    this.#payload = new Uint8Array(length);
    this.#have = 0;
  }

  /** Section 5.2; what may follow what, section 5.4; control frames, section 5.5. */
  #judge(first: number, second: number, short: number): void {
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0) broken('a reserved bit of an extension that was not negotiated');
    if ((second & 0x80) === 0) broken('a frame of a client without a mask');
    if (opcode >= Opcode.CLOSE) {
      if (opcode > Opcode.PONG) broken(`opcode ${opcode} is reserved`);
      if ((first & 0x80) === 0) broken('a control frame in fragments');
      if (short > MOST_CONTROL) broken('a control frame of more than 125 octets');
    } else if (opcode > Opcode.BINARY) {
      broken(`opcode ${opcode} is reserved`);
    } else if ((opcode === Opcode.CONTINUATION) !== (this.#messageOpcode !== 0)) {
      broken('a continuation of no message, or a message within one');
    }
  }

  #length(short: number): number {
    const dv = new DataView(this.#header.buffer);
    if (short < LENGTH_16) return short;
    if (short === LENGTH_16) return dv.getUint16(2);
    const high = dv.getUint32(2);
    return high >= 2 ** 21 ? Number.POSITIVE_INFINITY : high * 2 ** 32 + dv.getUint32(6);
  }

  /** A frame is there, whole. */
  #frame(): void {
    const payload = this.#payload;
    const mask = this.#header.subarray(this.#maskAt, this.#maskAt + MASK_OCTETS);
    for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] as number) ^ (mask[i & 3] as number);
    const opcode = this.#opcode;
    this.#opcode = -1;
    this.#haveHeader = 0;
    this.#payload = new Uint8Array(0);
    this.#have = 0;
    const alone = opcode >= Opcode.CLOSE || (this.#fin && this.#messageOpcode === 0);
    if (alone) this.#each(opcode, payload);
    else this.#fragment(opcode, payload);
  }

  /** Section 5.4. One block takes all fragments, however many there are. */
  #fragment(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (opcode !== Opcode.CONTINUATION) {
      this.#messageOpcode = opcode;
      this.#fragments = new Uint8Array(this.#longest);
    }
    this.#fragments.set(payload, this.#fragmentOctets);
    this.#fragmentOctets += payload.length;
    if (!this.#fin) return;
    const of = this.#messageOpcode;
    const whole = this.#fragments.slice(0, this.#fragmentOctets);
    this.#messageOpcode = 0;
    this.#fragments = new Uint8Array(0);
    this.#fragmentOctets = 0;
    this.#each(of, whole);
  }
}

/** The header of a frame of a server: whole, and without a mask. */
export function frameHeader(opcode: number, length: number): Uint8Array {
  const octets = length < LENGTH_16 ? 2 : length < 65_536 ? 4 : 10;
  const header = new Uint8Array(octets);
  const dv = new DataView(header.buffer);
  header[0] = 0x80 | opcode;
  header[1] = octets === 2 ? length : octets === 4 ? LENGTH_16 : LENGTH_64;
  if (octets === 4) dv.setUint16(2, length);
  else if (octets === 10) dv.setUint32(6, length);
  return header;
}

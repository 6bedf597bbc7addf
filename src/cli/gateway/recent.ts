// The latest segments of all guests, as their links have them, and the ladder's trace of one connection made of those.

import { CaptureReader, type Connection, Follower, traceOfConnection } from '../../capture/index.ts';
import type { FrameTap } from '../../gateway/index.ts';
import type { Trace } from '../../lab/index.ts';
import { PcapngWriter } from '../../link/index.ts';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, formatEndpoint, IPPROTO_TCP, Memory } from '../../wire/index.ts';

/** Frames that are kept, of all guests. */
const MOST_FRAMES = 8192;
/** Octets of each: the headers of Ethernet, IPv6 and TCP with all its options. */
const HEADERS = 128;
const LONGEST = 65_600;

interface Kept {
  readonly guest: string;
  readonly us: number;
  /** The beginning of the frame, and how long it was. */
  readonly octets: Uint8Array;
  readonly length: number;
}

/** The endpoints of a connection on the guest's link. */
export interface Ends {
  readonly guest: string;
  readonly guestEnd: string;
  readonly gatewayEnd: string;
}

function isTcp(frame: Uint8Array): boolean {
  const type = ((frame[12] as number) << 8) | (frame[13] as number);
  return (
    (type === ETHERTYPE_IPV4 && frame[23] === IPPROTO_TCP) ||
    (type === ETHERTYPE_IPV6 && frame[20] === IPPROTO_TCP)
  );
}

/** Keeps the latest segments. */
export class RecentSegments {
  /** A ring: `#next` is the oldest once it is full. */
  readonly #kept: Kept[] = [];
  #next = 0;
  readonly #nowUs: () => number;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  readonly tap: FrameTap = (guest, _direction, frame) => {
    if (!isTcp(frame) || frame.length > LONGEST) return;
    const octets = frame.slice(0, HEADERS);
    this.#kept[this.#next] = { guest: guest.name, us: this.#nowUs(), octets, length: frame.length };
    this.#next = (this.#next + 1) % MOST_FRAMES;
  };

  /** What there is of a connection; null: nothing, or not any more. */
  traceOf({ guest, guestEnd, gatewayEnd }: Ends): Trace | null {
    let found: Connection | null = null;
    const isIts = ({ sides }: Connection): boolean => {
      const [a, b] = sides.map(({ address, port }) => formatEndpoint(address, port));
      return (a === guestEnd && b === gatewayEnd) || (a === gatewayEnd && b === guestEnd);
    };
    const follower = new Follower({
      onConnection: (connection) => {
        if (isIts(connection)) found = connection; // of several with these endpoints the latest
      },
    });
    const reader = new CaptureReader((frame) => void follower.frame(frame));
    const writer = new PcapngWriter((octets) => reader.push(octets), { epochUs: 0 });
    const iface = writer.addInterface({ name: guest, linkType: 'ethernet', snapLen: HEADERS });
    const memory = new Memory({ initial: 2 * LONGEST });
    const off = memory.alloc(LONGEST);
    for (const kept of [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)]) {
      if (kept.guest !== guest) continue;
      memory.u8.set(kept.octets, off);
      writer.packet(iface, kept.us, memory, off, kept.length);
    }
    writer.flush();
    reader.end();
    follower.end();
    return found === null ? null : traceOfConnection(found).trace;
  }
}

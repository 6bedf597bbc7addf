// A receive buffer that is counted in memory, as Linux counts it: a packet takes more than its octets, and what it takes
// tells how many octets the rest has room for. Plain data; a TCB has it from its first text on, with `receiveMemory`.
// receive/memory.ts works on it, and names the functions of Linux.

/** Of 256 octets of memory, those that are text, until a packet has shown it. */
const USUAL_SHARE = 128;

/** What a TCB remembers of its receive memory. Sizes in octets. */
export class ReceiveMemory {
  /** The memory there may be (sk_rcvbuf). */
  limit = 0;
  /** The memory in use (sk_rmem_alloc). */
  used = 0;
  /** Of 256 octets of memory, those that are text (scaling_ratio). */
  share = USUAL_SHARE;
  /** No window is larger (window_clamp). */
  clamp = 0;
  /** No window is larger yet: it grows with segments that are worth their memory (rcv_ssthresh). */
  ssthresh = 0;
  /** What the peer's full segments seem to hold (rcv_mss). */
  segment = 0;
  /** The last smaller segment, if it could have been a full one (last_seg_size). */
  lastSmall = 0;
  /** The largest right edge that was ever told (rcv_mwnd_seq). */
  mostEdge = 0;
  /** 1: the next ACK tells a window of 0, as there was no memory for a segment. */
  starved = 0;
  /** 1: a program has accepted the connection: the limit may grow for what is out of order. */
  accepted = 0;
  /** Where in `queue` the first packet is. */
  first = 0;
  /** Packets that wait for the user, three numbers each: where the text ends, the memory, and the room behind the text. */
  queue: number[] = [];
  /** The same of packets beyond a hole, with where the text begins before it. */
  beyond: number[] = [];
}

/** A copy that shares nothing. */
export function cloneReceiveMemory(from: ReceiveMemory): ReceiveMemory {
  return Object.assign(new ReceiveMemory(), from, {
    queue: from.queue.slice(),
    beyond: from.beyond.slice(),
  });
}

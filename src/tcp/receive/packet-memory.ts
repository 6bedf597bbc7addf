// What memory a packet takes that came in one piece: a head of one of the sizes that Linux allocates, pages for what does
// not fit, and the record of it (__alloc_skb and alloc_skb_with_frags, net/core/skbuff.c; 64-bit, pages of 4096 octets).

/** struct sk_buff, struct skb_shared_info, NET_SKB_PAD. */
const RECORD = 256;
const SHARED_INFO = 320;
const PAD = 64;

const PAGE = 4096;
/** SKB_SMALL_HEAD_CACHE_SIZE; above it heads are powers of 2. */
const SMALL_HEAD = 576;
/** SKB_MAX_HEAD: octets of a packet in a head of a page. */
const MOST_IN_HEAD = PAGE - SHARED_INFO - PAD;
/** PAGE_ALLOC_COSTLY_ORDER: pages come in pieces of up to 2^3. */
const LARGEST_PIECE = PAGE << 3;

/** SKB_MAX_ORDER(0, 0): octets of text that are copied into one packet when a queue is collapsed. */
export const MOST_COPIED = PAGE - SHARED_INFO;

/** The memory of a packet of `length` octets of text that were copied, without a header. */
export function copiedMemory(length: number): number {
  return RECORD + headFor(length);
}

/** Octets of the head of a packet of `length` octets. */
function headOf(length: number): number {
  return headFor(Math.min(length, MOST_IN_HEAD) + PAD);
}

/** Octets of a head with room for `octets`. */
function headFor(octets: number): number {
  const wanted = ((octets + 63) & ~63) + SHARED_INFO;
  let head = SMALL_HEAD;
  if (wanted > head) for (head = 1024; head < wanted; head *= 2);
  return head;
}

/** skb->truesize of a packet of `length` octets. */
export function packetMemory(length: number): number {
  let pages = 0;
  for (let left = length - MOST_IN_HEAD; left > 0; ) {
    const whole = (left + PAGE - 1) & -PAGE;
    let piece = LARGEST_PIECE;
    while (piece > whole) piece >>= 1;
    pages += piece;
    left -= piece;
  }
  return RECORD + headOf(length) + pages;
}

/** skb_tailroom: octets of a following text that the head of a packet of `length` octets has room for. */
export function roomBehind(length: number): number {
  return length > MOST_IN_HEAD ? 0 : headOf(length) - SHARED_INFO - PAD - length;
}

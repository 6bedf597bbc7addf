// What an ACK lets go waits for what the next ACKs let go, until it is a burst of a millisecond's worth, as Linux does
// (tcp_tso_should_defer). One super-segment costs what one segment does; and who sends each pair at once finds a full
// drop-tail queue as full as it ever is, where the burst of who waited finds the room that its waiting has made.

import { windowRate } from '../congestion/cwnd.ts';
import type { Engine } from '../engine.ts';
import { SENT_US } from '../tcb/sent.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { word } from './sent.ts';

/** A millisecond's worth is a burst, of a round trip that takes longer; and where nothing has left for so long, ACKs come too seldom to wait for one. */
const BURST_US = 1000;
/** What one super-segment carries (Linux: GSO_MAX_SIZE) is a burst, however fast the path is. */
const MOST_BURST = 65_536;
/** This share of cwnd does not wait. */
const CWND_SHARE = 3;
const SECOND_US = 1_000_000;

/**
 * True when new text, for which cwnd has `room`, waits for the next ACK. That must be about to come: something has been
 * under way for half a round trip and more. Not where the program is the limit, or where a hole asks for ACKs.
 */
export function defers(e: Engine, tcb: Tcb, room: number): boolean {
  const { cc, snd, rto, sent } = tcb;
  if (sent === null || sent.count === 0 || sent.sacked > 0) return false;
  if (rto.measured === 0 || rto.srttUs <= BURST_US) return false;
  if (room <= 0 || room * CWND_SHARE >= cc.cwnd || ((snd.end - snd.nxt) | 0) <= room) return false;
  if (((e.us - sent.clockUs) | 0) > BURST_US) return false;
  if (((e.us - word(sent, 0, SENT_US)) | 0) < rto.srttUs >> 1) return false;
  const burst = Math.min((windowRate(tcb) * BURST_US) / SECOND_US, MOST_BURST);
  return burst > 2 * snd.mss && room < burst - snd.mss;
}

// What ss -i tells of a socket: `struct tcp_info` as words. A line of it has sixty, of which a host may have 100,000: one
// pass, no strings made.

import type { HostSocket } from '../socket.ts';

type Put = (socket: HostSocket, value: number, second: number) => void;

/** A word before its colon, as a number. */
function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = (Math.imul(hash, 31) + word.charCodeAt(at)) | 0;
  return hash;
}

/** By word; `second` is what follows a slash. */
const WORDS: Readonly<Record<string, Put>> = {
  rto: (socket, value) => (socket.rto = value),
  rtt: (socket, value) => (socket.rtt = value),
  minrtt: (socket, value) => (socket.minRtt = value),
  mss: (socket, value) => (socket.mss = value),
  pmtu: (socket, value) => (socket.pmtu = value),
  cwnd: (socket, value) => (socket.cwnd = value),
  lastsnd: (socket, value) => (socket.lastSnd = value),
  lastrcv: (socket, value) => (socket.lastRcv = value),
  lastack: (socket, value) => (socket.lastAck = value),
  unacked: (socket, value) => (socket.unacked = value),
  notsent: (socket, value) => (socket.notSent = value),
  backoff: (socket, value) => (socket.backoff = value),
  // `retrans:1/5`: on their way again, and ever.
  retrans: (socket, _, second) => (socket.retransTotal = second),
  dsack_dups: (socket, value) => (socket.dsackDups = value),
  reord_seen: (socket, value) => (socket.reordSeen = value),
  segs_out: (socket, value) => (socket.segsOut = value),
  bytes_sent: (socket, value) => (socket.bytesSent = value),
  bytes_retrans: (socket, value) => (socket.bytesRetrans = value),
  bytes_acked: (socket, value) => (socket.bytesAcked = value),
  bytes_received: (socket, value) => (socket.bytesReceived = value),
  busy: (socket, value) => (socket.busyMs = value),
  rwnd_limited: (socket, value) => (socket.rwndLimitedMs = value),
  sndbuf_limited: (socket, value) => (socket.sndbufLimitedMs = value),
};

const PUT: ReadonlyMap<number, Put> = new Map(
  Object.entries(WORDS).map(([word, put]) => [hashOf(word), put]),
);
if (PUT.size !== Object.keys(WORDS).length) throw new Error('two words of ss have the same number');

const COLON = 0x3a;
const SLASH = 0x2f;
const POINT = 0x2e;
const ZERO = 0x30;

/** Reads the words of `line` from `from` on into the socket. */
export function readInfo(socket: HostSocket, line: string, from: number): void {
  const end = line.length;
  let at = from;
  while (at < end) {
    let hash = 0;
    let code = line.charCodeAt(at++);
    while (code > 0x20 && code !== COLON && at < end) {
      hash = (Math.imul(hash, 31) + code) | 0;
      code = line.charCodeAt(at++);
    }
    if (code !== COLON) continue;
    const put = PUT.get(hash);
    if (put === undefined) {
      // The value of a word of no interest, which may have colons of its own (`bbr:(bw:0bps,…)`).
      while (at < end && line.charCodeAt(at) > 0x20) at++;
      continue;
    }
    let value = 0;
    let second = 0;
    // What the digits are to be divided by; 0: there was no point yet.
    let parts = 0;
    for (; at < end; at++) {
      code = line.charCodeAt(at);
      if (code >= ZERO && code <= 0x39) {
        value = value * 10 + (code - ZERO);
        parts *= 10;
      } else if (code === POINT && parts === 0) parts = 1;
      else break;
    }
    if (parts > 1) value /= parts;
    if (code === SLASH)
      for (at++; at < end && (code = line.charCodeAt(at)) >= ZERO && code <= 0x39; at++)
        second = second * 10 + (code - ZERO);
    put(socket, value, second);
    if (put === WORDS['lastack'] || put === WORDS['rto'] || put === WORDS['cwnd']) socket.hasInfo = true;
  }
}

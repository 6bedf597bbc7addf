// The time, for guests that ask for it: a server of SNTP (RFC 5905 section 14).

import type { Host, UdpMessage, UdpSocket } from '../../host/index.ts';

const PORT = 123;
const LENGTH = 48;
const CLIENT = 3;
const SERVER = 4;
/** Seconds from 1900 to 1970. */
const EPOCH = 2_208_988_800;
/** Our clock is a machine's, which is set by somebody. */
const STRATUM = 3;
/** 2^-10 s: a clock of milliseconds. */
const PRECISION = -10;

/** The answer to a question of SNTP at a time; null: it is none. */
export function answerNtp(question: Uint8Array, unixMs: number): Uint8Array | null {
  const first = question[0] ?? 0;
  const version = (first >> 3) & 7;
  if (question.length < LENGTH || (first & 7) !== CLIENT || version < 1 || version > 4) return null;
  const b = new Uint8Array(LENGTH);
  const view = new DataView(b.buffer);
  b.set([(version << 3) | SERVER, STRATUM, question[2] as number, PRECISION & 255]);
  view.setUint32(8, 1 << 6); // root dispersion: about a millisecond
  b.set([0x4c, 0x4f, 0x43, 0x4c], 12); // LOCL
  b.set(question.subarray(40, 48), 24); // origin: what the client sent as transmit timestamp
  for (const at of [16, 32, 40]) {
    view.setUint32(at, (Math.floor(unixMs / 1000) + EPOCH) >>> 0);
    view.setUint32(at + 4, Math.floor(((unixMs % 1000) / 1000) * 2 ** 32));
  }
  return b;
}

/** Answers at the host's addresses. */
export function serveNtp(host: Host, now: () => number): UdpSocket {
  return host.udp({
    port: PORT,
    onMessage: (message: UdpMessage, socket) => {
      const answer = answerNtp(message.data, now());
      try {
        if (answer !== null) socket.reply(message, answer);
      } catch {
        // No way back: the client asks again.
      }
    },
  });
}

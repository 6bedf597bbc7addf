// Which system a script was written for: what of it is configuration of the stack and of the referee.

import { type Rules, rfc9293, type TcpConfig } from '../../tcp/index.ts';
import { freebsd, linux, type Personality } from '../posix/index.ts';

/** The expectations of one system. */
export interface Profile {
  readonly name: 'linux' | 'freebsd';
  /** Whose `#ifdef` blocks count. */
  readonly platform: 'Linux' | 'FreeBSD';
  readonly personality: Personality;
  readonly tcp: Partial<TcpConfig>;
  /** Where its TCP follows another rule; null: nowhere. */
  readonly rules: Rules | null;
  /** What the system does otherwise and no setting covers. */
  readonly differences: readonly string[];
}

/** (2^(n+1) - 1) initial RTOs: when n retransmissions have had their time. */
const retries = (n: number, initialRtoMs = 1000): number => initialRtoMs * (2 ** (n + 1) - 1);

/** Linux with the defaults that its own scripts assume. */
export const linuxProfile: Profile = {
  name: 'linux',
  platform: 'Linux',
  personality: linux,
  rules: null,
  tcp: {
    receiveBuffer: 65_536,
    receiveBufferMax: 6 * 1024 * 1024,
    sendBuffer: 4 * 1024 * 1024,
    initialRtoMs: 1000,
    minRtoMs: 200,
    delayedAckMs: 40,
    quickAcks: 16,
    synR2Ms: retries(6),
    synAckR2Ms: retries(5),
    initialWindow: 10,
    mslMs: 30_000,
    mtuProbing: 'off',
  },
  differences: [
    'duplicates and reordering do not start quick ACKs again',
    'the send buffer counts octets, not the memory of socket buffers: partial writes have other sizes',
    'the window field of outbound segments follows the plain buffer size',
    'accept does not give a connection that was reset in the queue',
    'TCP_NOTSENT_LOWAT decides when a socket is writable, not how much one write takes',
    'while TCP_DEFER_ACCEPT waits for text, SYN,ACKs go on',
    'the accept queue is checked when the SYN comes, not again with every ACK',
  ],
};

/** An ACK of something else in SYN-SENT is reset; our SYN goes again when its timer says so, not at once. */
const synSentAck: Rules['synSentAck'] = (e, tcb, seg) => {
  const { rexmt } = tcb.timer;
  const answered = rfc9293.synSentAck(e, tcb, seg);
  if (answered) tcb.timer.rexmt = rexmt;
  return answered;
};

/** FreeBSD with the defaults that its test suite sets. */
export const freebsdProfile: Profile = {
  name: 'freebsd',
  platform: 'FreeBSD',
  personality: freebsd,
  rules: { ...rfc9293, synSentAck },
  tcp: {
    receiveBuffer: 65_536,
    receiveWholeSegments: true,
    windowInOctets: true,
    receiveBufferMax: 2_097_152,
    sendBuffer: 32_768,
    initialRtoMs: 1000,
    minRtoMs: 200,
    delayedAckMs: 40,
    synR2Ms: 75_000,
    synAckR2Ms: retries(3),
    initialWindow: 10,
    mslMs: 30_000,
    minMss: 216,
    synOptionOrder: 'freebsd',
    mtuProbing: 'off',
  },
  differences: [
    'a FIN is sent again with the ACK of a simultaneous close',
    'RST segments of closed ports carry no ACK where RFC 9293 says so, as here; FreeBSD agrees',
    'the host cache does not exist',
  ],
};

/** By name. */
export const profiles = { linux: linuxProfile, freebsd: freebsdProfile } as const;

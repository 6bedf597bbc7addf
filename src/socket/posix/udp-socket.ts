// A UDP socket as POSIX shapes it over a Host.

import type { UdpSocket as HostUdpSocket, UdpMessage } from '../../host/index.ts';
import { constant } from './constants.ts';
import { type File, Poll } from './file.ts';
import { done, failed, type Outcome, type Result, thrown, unsupported, waitFor } from './outcome.ts';
import type { SocketAddress, SocketOwner } from './owner.ts';

const MSG_PEEK = constant('MSG_PEEK');
const MSG_TRUNC = constant('MSG_TRUNC');
const MSG_DONTWAIT = constant('MSG_DONTWAIT');
const KNOWN = MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT;
/** Datagrams that wait; more are dropped. */
const QUEUE = 256;

/** One UDP socket. */
export class UdpSocket implements File {
  nonblocking = false;
  readonly family: 4 | 6;
  readonly #owner: SocketOwner;
  readonly #queue: UdpMessage[] = [];
  #bound: SocketAddress | null = null;
  #peer: SocketAddress | null = null;
  #socket: HostUdpSocket | null = null;

  constructor(owner: SocketOwner, family: 4 | 6) {
    this.#owner = owner;
    this.family = family;
  }

  get localAddress(): SocketAddress | null {
    if (this.#socket === null) return this.#bound;
    return { address: this.#socket.address?.toString() ?? null, port: this.#socket.port };
  }
  get peerAddress(): SocketAddress | null {
    return this.#peer;
  }

  bind(address: SocketAddress): Outcome {
    if (this.#bound !== null) return failed('EINVAL');
    this.#bound = address;
    return this.#open() ?? done();
  }

  connect(to: SocketAddress): Outcome {
    this.#peer = to.address === null ? null : to;
    return this.#open() ?? done();
  }

  #open(): Result | null {
    if (this.#socket !== null) return null;
    try {
      this.#socket = this.#owner.host.udp({
        ...(this.#bound === null ? {} : { port: this.#bound.port }),
        ...(this.#bound?.address == null ? {} : { address: this.#bound.address }),
        onMessage: (m) => {
          const from = this.#peer;
          if (from !== null && (from.address !== m.address || from.port !== m.port)) return;
          if (this.#queue.length < QUEUE) this.#queue.push(m);
        },
      });
      return null;
    } catch (e) {
      return thrown(e);
    }
  }

  send(octets: Uint8Array, to: SocketAddress | null): Outcome {
    const target = to ?? this.#peer;
    if (target === null || target.address === null) return failed('EDESTADDRREQ');
    const bad = this.#open();
    if (bad !== null) return bad;
    try {
      (this.#socket as HostUdpSocket).send(octets, target.address, target.port);
      return done(octets.length);
    } catch (e) {
      return thrown(e);
    }
  }

  receive(max: number, flags = 0): Outcome {
    if ((flags & ~KNOWN) !== 0) return unsupported(`receive with flags 0x${(flags & ~KNOWN).toString(16)}`);
    return waitFor(this.nonblocking || (flags & MSG_DONTWAIT) !== 0, 'EAGAIN', () => {
      const m = (flags & MSG_PEEK) !== 0 ? this.#queue[0] : this.#queue.shift();
      if (m === undefined) return null;
      const n = (flags & MSG_TRUNC) !== 0 ? m.data.length : Math.min(m.data.length, max);
      return done(n, m.data.subarray(0, max));
    });
  }

  ready(): number {
    const out = Poll.OUT | Poll.WRNORM;
    return this.#queue.length > 0 ? out | Poll.IN | Poll.RDNORM : out;
  }

  tick(): void {}

  close(): Outcome {
    this.#socket?.close();
    return done();
  }
}

// Records what passes between a host and its link as pcapng. The comment of a packet says which state its
// connection was in and, if the host discarded it or the link lost it, why: the bytes do not tell.

import { bothTaps, type Host, type HostTap, type RealClock } from '../../host/index.ts';
import {
  type Drop,
  dropName,
  type StateName,
  stateName,
  type Tcb,
  type Transition,
} from '../../tcp/index.ts';
import { type Memory, malformedName, type Offload, type Segment, segmentsIn } from '../../wire/index.ts';
import type { PcapngPacketOptions, PcapngWriter } from '../pcapng.ts';

/** A packet of the host that waits for the one that it answers to be written first. */
interface Outgoing {
  readonly off: number;
  readonly len: number;
  readonly timeUs: number;
  readonly comment: string;
  lost: string;
}

/**
 * Records the packets of one interface of a host. Around a packet for the host: `beginIn`, `endIn`. For one
 * of the host: `out` before the link has it, `outDone` after.
 */
export class HostCapture implements HostTap {
  readonly #host: Host;
  readonly #memory: Memory;
  readonly #clock: RealClock;
  readonly #writer: PcapngWriter;
  readonly #iface: number;
  readonly #waiting: Outgoing[] = [];
  #inOff = 0;
  #inLen = 0;
  #inTimeUs = 0;
  /** What happened to the packet in hand, as far as the tap was told. */
  #inState = '';
  #inFrom: StateName | null = null;
  #inDrop = '';
  /** State of the connection whose segment goes out next, and in how many packets if the host cuts it. */
  #outState = '';
  #outPackets = 0;
  readonly #malformedBefore: number[];
  #checksumsBefore = 0;
  #notForUsBefore = 0;

  /** Watches `host` beside who watches it already. `clock` gives the times of the packets. */
  constructor(host: Host, clock: RealClock, writer: PcapngWriter, name: string) {
    this.#host = host;
    this.#memory = host.memory;
    this.#clock = clock;
    this.#writer = writer;
    this.#iface = writer.addInterface({ name, linkType: 'raw-ip', description: host.name });
    this.#malformedBefore = [...host.counters.malformed];
    host.tap = bothTaps(host.tap, this);
  }

  // What the host tells.

  processed(tcb: Tcb | null): void {
    this.#inState = tcb === null ? 'CLOSED' : stateName(tcb.state);
  }

  segmentOut(tcb: Tcb | null, seg: Segment): void {
    this.#outState = tcb === null ? '' : stateName(tcb.state);
    this.#outPackets = segmentsIn(seg);
  }

  transition(_tcb: Tcb, row: Transition): void {
    this.#inFrom ??= stateName(row.from);
  }

  drop(_tcb: Tcb | null, _seg: Segment, reason: Drop): void {
    this.#inDrop = dropName(reason);
  }

  // Packets.

  /** A packet for the host: it is written at `endIn`, when its fate is known. */
  beginIn(off: number, len: number): void {
    const { counters } = this.#host;
    this.#inOff = off;
    this.#inLen = len;
    this.#inTimeUs = this.#clock.real();
    this.#inState = '';
    this.#inFrom = null;
    this.#inDrop = '';
    this.#checksumsBefore = counters.tcpBadChecksum;
    this.#notForUsBefore = counters.notForUs;
  }

  /** The host has processed it. */
  endIn(): void {
    const comment = this.#inComment();
    this.#write('in', this.#inTimeUs, this.#inOff, this.#inLen, comment, false);
    this.#inLen = 0;
    this.#flush();
  }

  #inComment(): string {
    const state =
      this.#inFrom !== null && this.#inFrom !== this.#inState
        ? `${this.#inFrom} -> ${this.#inState}`
        : this.#inState;
    if (this.#inDrop !== '') return `${state} discarded: ${this.#inDrop}`.trimStart();
    if (state !== '') return state;
    const { counters } = this.#host;
    if (counters.tcpBadChecksum !== this.#checksumsBefore) return 'discarded: bad checksum';
    if (counters.notForUs !== this.#notForUsBefore) return 'discarded: not for this host';
    const before = this.#malformedBefore;
    for (let code = 0; code < before.length; code++) {
      if (counters.malformed[code] === before[code]) continue;
      before[code] = counters.malformed[code] as number;
      return `discarded: ${malformedName(code)}`;
    }
    return '';
  }

  /** A packet of the host, before the link has it; `asked`: what the link has to do with it. */
  out(off: number, len: number, asked: Offload | null): void {
    const copy = this.#memory.alloc(len);
    const comment = this.#outState;
    if (asked !== null || --this.#outPackets <= 0) this.#outState = '';
    if (copy === 0) return;
    this.#memory.u8.copyWithin(copy, off, off + len);
    this.#waiting.push({ off: copy, len, timeUs: this.#clock.real(), comment, lost: '' });
  }

  /** The link has it. */
  outDone(): void {
    if (this.#inLen === 0) this.#flush();
  }

  /** The link lost the packet of the last `out`. */
  outLost(why: string): void {
    const last = this.#waiting.at(-1);
    if (last !== undefined) last.lost = why;
  }

  /** The link lost a packet for the host. */
  inLost(off: number, len: number, why: string): void {
    this.#write('in', this.#clock.real(), off, len, `lost by the link: ${why}`, true);
  }

  #flush(): void {
    for (const { off, len, timeUs, comment, lost } of this.#waiting) {
      const text = lost === '' ? comment : `${comment} lost by the link: ${lost}`.trimStart();
      this.#write('out', timeUs, off, len, text, lost !== '');
      this.#memory.free(off, len);
    }
    this.#waiting.length = 0;
  }

  #write(
    direction: 'in' | 'out',
    timeUs: number,
    off: number,
    len: number,
    comment: string,
    dropped: boolean,
  ): void {
    const options: PcapngPacketOptions =
      comment === '' ? { direction, dropped } : { direction, dropped, comment };
    this.#writer.packet(this.#iface, timeUs, this.#memory, off, len, options);
  }
}

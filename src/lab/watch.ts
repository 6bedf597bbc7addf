// Watches two hosts of a world and the wire between them, whatever they will do: the trace of all that passes, of which
// ladders, tables and captures are made. A recorder wants to know the ports, so it is made with the first segment; what
// a host told before that, in the same event, is told again to it.

import { bothTaps, type Host, type HostTap } from '../host/index.ts';
import { combineTaps, type PacketInfo, type Wire, type WireTap } from '../sim/index.ts';
import { type StateName, stateName, type Tcb, type Transition } from '../tcp/index.ts';
import { formatWords } from '../wire/index.ts';
import {
  type End,
  otherEnd,
  type QueueView,
  type Trace,
  type TraceConnection,
  type TraceEnd,
} from './trace.ts';
import { type TraceDetail, TraceRecorder } from './trace-recorder.ts';

/** Calls of a tap that are kept until the first segment is sent; the oldest go. */
const MOST_EARLY = 64;

interface Early {
  readonly end: End;
  /** For a transition. */
  readonly row: Transition | null;
  tell(tap: HostTap): void;
}

/** What {@link watchWire} gives. */
export class WireWatch {
  readonly #hosts: Readonly<Record<End, Host>>;
  readonly #wire: Wire;
  readonly #before: {
    readonly wire: WireTap | null;
    readonly left: HostTap | null;
    readonly right: HostTap | null;
  };
  #recorder: TraceRecorder | null = null;
  #taps: Record<End, HostTap> | null = null;
  #early: Early[] = [];
  #port: Record<End, number> = { left: 0, right: 0 };

  /** @internal */
  constructor(wire: Wire, left: Host, right: Host) {
    for (const [host, port] of [
      [left, wire.a],
      [right, wire.b],
    ] as const) {
      if (!host.interfaces.some((iface) => iface === port))
        throw new RangeError(
          `watchWire: ${host.name} is not at its end of the wire: the hosts come in the order in which the wire was made`,
        );
    }
    this.#hosts = { left, right };
    this.#wire = wire;
    this.#before = { wire: wire.tap, left: left.tap, right: right.tap };
    const tap = this.#wireTap();
    wire.tap = wire.tap === null ? tap : combineTaps(wire.tap, tap);
    left.tap = bothTaps(left.tap, this.#hostTap('left'));
    right.tap = bothTaps(right.tap, this.#hostTap('right'));
  }

  /**
   * Everything so far: connection 0 is the one whose segment came first, up to 255 others between the two hosts follow.
   * Throws RangeError when no segment was sent yet.
   */
  trace(): Trace {
    if (this.#recorder === null)
      throw new RangeError('watchWire: no segment has been sent, there is no trace');
    return this.#recorder.trace();
  }

  /** Watches no more; the taps that were there before are there again. */
  stop(): void {
    const { wire, left, right } = this.#before;
    this.#wire.tap = wire;
    this.#hosts.left.tap = left;
    this.#hosts.right.tap = right;
  }

  #wireTap(): WireTap {
    const to = (): WireTap | undefined => this.#recorder?.wireTap;
    return {
      sent: (p) => {
        if (this.#recorder === null && p.tcp !== null) this.#begin(p);
        to()?.sent?.(p);
      },
      delivered: (p) => to()?.delivered?.(p),
      dropped: (p, reason) => to()?.dropped?.(p, reason),
      duplicated: (p) => to()?.duplicated?.(p),
      corrupted: (p, bit) => to()?.corrupted?.(p, bit),
      marked: (p) => to()?.marked?.(p),
    };
  }

  #hostTap(end: End): HostTap {
    const tell = (tcb: Tcb | null, row: Transition | null, call: (tap: HostTap) => void): void => {
      if (this.#taps !== null) call(this.#taps[end]);
      else if (tcb !== null && tcb.remotePort !== 0) {
        this.#early.push({ end, row, tell: call });
        if (this.#early.length > MOST_EARLY) this.#early.shift();
      }
    };
    return {
      segmentOut: (tcb, seg, us) => tell(null, null, (tap) => tap.segmentOut?.(tcb, seg, us)),
      arrives: (tcb, seg, us) => tell(null, null, (tap) => tap.arrives?.(tcb, seg, us)),
      processed: (tcb, seg, us) => tell(null, null, (tap) => tap.processed?.(tcb, seg, us)),
      transition: (tcb, row, us) => tell(tcb, row, (tap) => tap.transition?.(tcb, row, us)),
      drop: (tcb, seg, reason, us) => tell(null, null, (tap) => tap.drop?.(tcb, seg, reason, us)),
      timerSet: (tcb, timer, at, us) => tell(tcb, null, (tap) => tap.timerSet?.(tcb, timer, at, us)),
      timerFired: (tcb, timer, us) => tell(null, null, (tap) => tap.timerFired?.(tcb, timer, us)),
    };
  }

  /** The first segment. */
  #begin(p: PacketInfo): void {
    const { tcp, ip } = p;
    if (tcp === null || ip === null) return;
    const from: End = p.direction === 'a->b' ? 'left' : 'right';
    this.#port = { [from]: tcp.srcPort, [otherEnd(from)]: tcp.dstPort } as Record<End, number>;
    const { family } = ip;
    const addresses = {
      [from]: formatWords(family, ip.src0, ip.src1, ip.src2, ip.src3),
      [otherEnd(from)]: formatWords(family, ip.dst0, ip.dst1, ip.dst2, ip.dst3),
    } as Record<End, string>;
    const side = (end: End): TraceEnd => ({
      name: this.#hosts[end].name,
      address: addresses[end],
      port: this.#port[end],
      states: 'engine',
    });
    const { clock } = this.#hosts.left;
    const recorder = new TraceRecorder({
      ends: { left: side('left'), right: side('right') },
      begin: { left: this.#stateBefore('left'), right: this.#stateBefore('right') },
      now: () => clock.now(),
      detail: {
        tcb: (end, connection) => this.#tcb(end, connection),
        queues: () => this.#queues(),
      },
    });
    this.#recorder = recorder;
    this.#taps = { left: recorder.hostTap('left'), right: recorder.hostTap('right') };
    for (const { end, tell } of this.#early) tell(this.#taps[end]);
    this.#early = [];
  }

  /** The state of an end before what was told of it; else the one it is in. */
  #stateBefore(end: End): StateName {
    const told = this.#early.find((early) => early.end === end && early.row !== null);
    if (told?.row != null) return stateName(told.row.from);
    const found = this.#connection(end, this.#port[end], this.#port[otherEnd(end)]);
    if (found !== undefined) return found.state;
    return this.#listener(end) === undefined ? 'CLOSED' : 'LISTEN';
  }

  #connection(end: End, local: number, remote: number) {
    return this.#hosts[end].connections.find(
      ({ tcb }) => tcb.localPort === local && tcb.remotePort === remote,
    );
  }

  #listener(end: End) {
    return this.#hosts[end].listeners.find(({ port }) => port === 0 || port === this.#port[end]);
  }

  #tcb(end: End, { left, right }: TraceConnection): ReturnType<TraceDetail['tcb']> {
    const [local, remote] = end === 'left' ? [left.port, right.port] : [right.port, left.port];
    const found = this.#connection(end, local, remote);
    if (found === undefined || found.state === 'CLOSED') return null;
    return { tcb: found.tcb, nowMs: Math.floor(this.#hosts[end].clock.now() / 1000) };
  }

  #queues(): QueueView | null {
    const listener = this.#listener('right');
    if (listener === undefined) return null;
    const {
      synQueueLength: syn,
      synBacklog: synLimit,
      acceptQueueLength: accept,
      backlog: acceptLimit,
    } = listener;
    return { syn, synLimit, accept, acceptLimit };
  }
}

/**
 * Watches all TCP connections between two hosts on a wire of theirs: its end a is at `left`, its end b at `right`. The
 * taps that are there stay. Throws RangeError for a host that is not at its end.
 *
 * ```ts
 * const watch = watchWire(wire, client, server);
 * // …
 * console.log(terminalLadder(watch.trace()).join('\n'));
 * ```
 */
export function watchWire(wire: Wire, left: Host, right: Host): WireWatch {
  return new WireWatch(wire, left, right);
}

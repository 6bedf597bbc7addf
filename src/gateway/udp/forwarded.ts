// Datagrams that come to a port outside which leads to a guest: a flow for each peer, so that the guest's answers find their
// way back, ended when nothing has passed for a while.

import type { UdpSocket } from '../../host/index.ts';
import { formatEndpoint } from '../../wire/index.ts';
import type { GatewayCore } from '../core.ts';
import type { Guest } from '../lan/index.ts';
import type { OuterDatagramListener, OuterTarget } from '../outer.ts';
import type { FlowCounters, FlowLimits } from './flows.ts';

/** Where a forward of datagrams leads, and its bounds. */
export interface ForwardedOptions {
  /** The guest's port. */
  readonly port: number;
  /** The guest and its address now; null: there is none. */
  readonly place: () => { readonly guest: Guest; readonly address: string } | null;
  readonly limits: FlowLimits;
  readonly counters: FlowCounters;
}

/** One peer outside, and what it has with the guest. */
interface Flow {
  readonly key: string;
  readonly from: OuterTarget;
  readonly guest: Guest;
  readonly address: string;
  readonly socket: UdpSocket;
  sent: number;
  received: number;
  seenMs: number;
  disarm: () => void;
}

/** The flows of a port outside. */
export class ForwardedFlows {
  readonly #core: GatewayCore;
  readonly #listener: OuterDatagramListener;
  readonly #o: ForwardedOptions;
  /** By peer, the one that was silent longest first. */
  readonly #flows = new Map<string, Flow>();

  constructor(core: GatewayCore, listener: OuterDatagramListener, options: ForwardedOptions) {
    this.#core = core;
    this.#listener = listener;
    this.#o = options;
  }

  get address(): string {
    return this.#listener.address;
  }
  get port(): number {
    return this.#listener.port;
  }
  get size(): number {
    return this.#flows.size;
  }

  /** A datagram from outside. */
  arrives(octets: Uint8Array, from: OuterTarget): void {
    const key = formatEndpoint(from.address, from.port);
    const flow = this.#flows.get(key) ?? this.#begin(key, from);
    if (flow === null) {
      this.#o.counters.dropped++;
      return;
    }
    flow.received += octets.length;
    this.#touch(flow);
    try {
      flow.socket.send(octets);
    } catch {
      this.#o.counters.dropped++; // the guest cannot be reached
    }
  }

  #begin(key: string, from: OuterTarget): Flow | null {
    const { place, port, limits, counters } = this.#o;
    const to = place();
    if (to === null) return null;
    const [longest] = this.#flows.values();
    if (longest !== undefined && this.#flows.size >= limits.flows) {
      counters.evicted++;
      this.#end(longest);
    }
    let socket: UdpSocket | null = null;
    try {
      socket = this.#core.host.udp({
        fragment: true,
        onMessage: ({ data }) => this.#answered(flow, data),
        // Its port is closed: who comes next finds out again.
        onError: ({ error }) => {
          if (error.code === 'ECONNREFUSED') this.#end(flow);
        },
      });
      socket.connect(to.address, port);
    } catch {
      socket?.close();
      return null; // no port is free, or no way to the guest
    }
    const flow: Flow = { key, from, ...to, socket, sent: 0, received: 0, seenMs: 0, disarm: () => {} };
    this.#flows.set(key, flow);
    counters.opened++;
    this.#arm(flow, limits.unansweredMs);
    this.#audit('forward', flow, { verdict: 'allow' });
    return flow;
  }

  #answered(flow: Flow, octets: Uint8Array): void {
    if (this.#flows.get(flow.key) !== flow) return;
    flow.sent += octets.length;
    this.#touch(flow);
    this.#listener.send(octets, flow.from);
  }

  /** Something passed: it is the last to go, and goes later. */
  #touch(flow: Flow): void {
    flow.seenMs = this.#core.nowMs();
    this.#flows.delete(flow.key);
    this.#flows.set(flow.key, flow);
  }

  #arm(flow: Flow, ms: number): void {
    flow.disarm = this.#core.after(ms, () => {
      const { idleMs, unansweredMs } = this.#o.limits;
      const left = flow.seenMs + (flow.sent > 0 ? idleMs : unansweredMs) - this.#core.nowMs();
      if (left > 0) this.#arm(flow, left);
      else this.#end(flow);
    });
  }

  #end(flow: Flow): void {
    if (this.#flows.get(flow.key) !== flow) return;
    this.#flows.delete(flow.key);
    flow.disarm();
    flow.socket.close();
    const { sent, received } = flow;
    this.#audit('end', flow, { sent, received });
  }

  #audit(event: 'forward' | 'end', { guest, key, address }: Flow, more: object): void {
    const to = formatEndpoint(address, this.#o.port);
    this.#core.audit({ event, guest: guest.name, protocol: 'udp', from: key, to, ...more });
  }

  /** Ends the flows that lead to a guest. */
  abort(guest: Guest): void {
    for (const flow of [...this.#flows.values()]) if (flow.guest === guest) this.#end(flow);
  }

  close(): void {
    this.#listener.close();
    for (const flow of [...this.#flows.values()]) this.#end(flow);
  }
}

// UDP of guests: a flow for each pair of endpoints, judged with its first datagram, ended when nothing has come for a while
// (RFC 4787 section 4.3). What outside refuses the guest is told by ICMP.

import type { UdpMessage, UdpProblem, UdpSocket } from '../../host/index.ts';
import { formatEndpoint, parseAddress } from '../../wire/index.ts';
import type { GatewayCore } from '../core.ts';
import type { Guest } from '../lan/index.ts';
import type { Outer, OuterDatagrams, OuterError } from '../outer.ts';
import { answerTo } from '../tcp/index.ts';

/** Octets of a datagram that are kept, for an ICMP error to quote. */
const QUOTED = 64;

/** Bounds, and for how long flows are kept that nothing passes. */
export interface FlowLimits {
  /** Flows of one guest; beyond it the one that was silent longest goes. */
  readonly flows: number;
  /** Milliseconds: of a flow that was answered, of one that was not, and of one to port 53 that was answered. */
  readonly idleMs: number;
  readonly unansweredMs: number;
  readonly dnsMs: number;
}

/** What is counted. */
export interface FlowCounters {
  opened: number;
  denied: number;
  /** Flows that gave way to newer ones. */
  evicted: number;
  /** Datagrams for which there was no flow to be had. */
  dropped: number;
  /** Errors of outside, and those that guests were told. */
  failed: number;
  told: number;
}

class Flow {
  readonly guest: Guest;
  readonly key: string;
  /** Names that led to it when it began. */
  readonly names: readonly string[];
  /** The last datagram of the guest, to answer and to quote. */
  last: UdpMessage;
  outer: OuterDatagrams | null = null;
  sent = 0;
  received = 0;
  seenMs = 0;
  disarm: (() => void) | null = null;

  constructor(guest: Guest, key: string, names: readonly string[], first: UdpMessage) {
    this.guest = guest;
    this.key = key;
    this.names = names;
    this.last = first;
  }
}

/** The flows of all guests. */
export class Flows {
  readonly counters: FlowCounters = { opened: 0, denied: 0, evicted: 0, dropped: 0, failed: 0, told: 0 };
  readonly #core: GatewayCore;
  readonly #outer: Outer;
  readonly #limits: FlowLimits;
  readonly #socket: UdpSocket;
  /** By guest, then by endpoints; the one that was silent longest first. */
  readonly #flows = new Map<Guest, Map<string, Flow>>();

  constructor(core: GatewayCore, outer: Outer, limits: FlowLimits) {
    this.#core = core;
    this.#outer = outer;
    this.#limits = limits;
    this.#socket = core.host.udp({
      any: true,
      fragment: true,
      onMessage: (message) => this.#arrives(message),
      onError: (problem) => this.#refusedByGuest(problem),
    });
  }

  get size(): number {
    let n = 0;
    for (const flows of this.#flows.values()) n += flows.size;
    return n;
  }

  #arrives(message: UdpMessage): void {
    const guest = this.#core.lan.guestAt(message.address);
    if (guest === undefined) return;
    const key = `${message.address} ${message.port} ${message.localAddress} ${message.localPort}`;
    const flow = this.#flows.get(guest)?.get(key) ?? this.#open(guest, key, message);
    if (flow === null || flow.outer === null) return;
    flow.last = message;
    flow.sent += message.data.length;
    this.#touch(flow);
    flow.outer.send(message.data);
  }

  #open(guest: Guest, key: string, message: UdpMessage): Flow | null {
    const core = this.#core;
    const { localAddress, localPort } = message;
    const names = core.namesOf(guest, localAddress);
    const address = parseAddress(localAddress);
    const subject = { guest: guest.name, protocol: 'udp', port: localPort, address, names } as const;
    const verdict = core.judge(subject, localAddress);
    this.#audit('flow', guest, message, names[0], {
      verdict: verdict.allowed ? 'allow' : 'deny',
      rule: verdict.rule,
    });
    if (!verdict.allowed) {
      this.counters.denied++;
      const { answer } = core.policy;
      if (core.isOwn(localAddress) || answer === 'rst') this.#socket.refuse(message, 'port');
      else if (answer === 'icmp') this.#socket.refuse(message, 'prohibited');
      return null;
    }
    const flow = new Flow(guest, key, names, message);
    flow.outer =
      this.#outer.datagrams?.(core.outside(localAddress, localPort), {
        data: (octets) => this.#answered(flow, octets),
        failed: (error) => this.#failed(flow, error),
      }) ?? null;
    if (flow.outer === null) {
      this.counters.dropped++;
      return null;
    }
    this.counters.opened++;
    const flows = this.#flows.get(guest) ?? new Map<string, Flow>();
    if (flows.size >= this.#limits.flows) {
      const [longest] = flows.values();
      if (longest !== undefined) {
        this.counters.evicted++;
        this.#end(longest);
      }
    }
    this.#flows.set(guest, flows); // the one that gave way may have been its last
    flows.set(key, flow);
    return flow;
  }

  #answered(flow: Flow, octets: Uint8Array): void {
    if (flow.outer === null) return;
    flow.received += octets.length;
    this.#touch(flow);
    try {
      this.#socket.reply(flow.last, octets);
    } catch {
      this.counters.dropped++; // the guest cannot be reached
    }
  }

  /** What outside says of a datagram, for the guest. */
  #failed(flow: Flow, error: OuterError): void {
    if (flow.outer === null) return;
    this.counters.failed++;
    const answer = answerTo(error.code);
    if (answer === 'silence') return;
    this.counters.told++;
    const { last } = flow;
    const quoted = { ...last, data: last.data.subarray(0, QUOTED) };
    this.#socket.refuse(quoted, answer === 'reset' ? 'port' : answer);
  }

  /** The guest's program has gone: its port is unreachable. */
  #refusedByGuest({ error }: UdpProblem): void {
    if (error.code !== 'ECONNREFUSED') return;
    const { address, port, localAddress, localPort } = error as {
      address?: string;
      port?: number;
      localAddress?: string;
      localPort?: number;
    };
    const guest = this.#core.lan.guestAt(address ?? '');
    if (guest === undefined) return;
    const flow = this.#flows.get(guest)?.get(`${address} ${port} ${localAddress} ${localPort}`);
    if (flow !== undefined) this.#end(flow);
  }

  /** Something passed: it is the last to go, and goes later. */
  #touch(flow: Flow): void {
    const flows = this.#flows.get(flow.guest);
    flow.seenMs = this.#core.nowMs();
    if (flows?.delete(flow.key)) flows.set(flow.key, flow);
    if (flow.disarm === null) this.#arm(flow, this.#idleMs(flow));
  }

  #idleMs({ received, last }: Flow): number {
    const { idleMs, unansweredMs, dnsMs } = this.#limits;
    if (received === 0) return unansweredMs;
    return last.localPort === 53 ? dnsMs : idleMs;
  }

  #arm(flow: Flow, ms: number): void {
    flow.disarm = this.#core.after(ms, () => {
      flow.disarm = null;
      const left = flow.seenMs + this.#idleMs(flow) - this.#core.nowMs();
      if (left > 0) this.#arm(flow, left);
      else this.#end(flow);
    });
  }

  #end(flow: Flow): void {
    const flows = this.#flows.get(flow.guest);
    if (!flows?.delete(flow.key)) return;
    if (flows.size === 0) this.#flows.delete(flow.guest);
    flow.disarm?.();
    flow.outer?.close();
    flow.outer = null;
    const { sent, received } = flow;
    this.#audit('end', flow.guest, flow.last, undefined, { sent, received });
  }

  #audit(event: 'flow' | 'end', guest: Guest, m: UdpMessage, name: string | undefined, more: object): void {
    this.#core.audit({
      event,
      guest: guest.name,
      protocol: 'udp',
      from: formatEndpoint(m.address, m.port),
      to: formatEndpoint(m.localAddress, m.localPort),
      ...(name === undefined ? {} : { name }),
      ...more,
    });
  }

  /** Ends the flows of a guest, or all. */
  abort(guest: Guest | null): void {
    for (const flows of [...this.#flows.values()])
      for (const flow of [...flows.values()]) if (guest === null || flow.guest === guest) this.#end(flow);
  }

  /** Ends what the policy does not allow any more. */
  judgeAgain(): void {
    const core = this.#core;
    for (const [guest, flows] of [...this.#flows])
      for (const flow of [...flows.values()]) {
        const { localAddress, localPort: port } = flow.last;
        const address = parseAddress(localAddress);
        const subject = { guest: guest.name, protocol: 'udp', port, address, names: flow.names } as const;
        if (!core.judge(subject, localAddress).allowed) this.#end(flow);
      }
  }

  close(): void {
    this.#socket.close();
    this.abort(null);
  }
}

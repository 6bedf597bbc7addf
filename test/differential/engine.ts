// A Host of synfin as a subject, in virtual time: set up to be as Linux is where that is a matter of settings.

import { linuxProfile, type Syscalls } from '../../src/drill/index.ts';
import { Host, type HostInterface } from '../../src/host/index.ts';
import { Random } from '../../src/sim/index.ts';
import { Posix, TcpSocket, tcpInfo } from '../../src/socket/posix/index.ts';
import { type Rules, rfc9293, type StateName, type Tcb } from '../../src/tcp/index.ts';
import { Memory } from '../../src/wire/index.ts';
import { RECEIVE_BUFFER, SEND_BUFFER } from './settings.ts';
import type { Subject } from './subject.ts';
import { ADDRESSES, belongs, type Flow } from './wire.ts';

/** Time that an event takes. */
const EVENT_US = 20;
/** How long `settle` waits at most. */
const SETTLE_US = 20_000;

/** One Host for one sequence. */
export class EngineSubject implements Subject {
  readonly name = 'synfin';
  readonly host: Host;
  readonly calls: Syscalls;
  readonly #posix: Posix;
  readonly #memory: Memory;
  readonly #iface: HostInterface;
  #now = 10_000_000;
  #out: Uint8Array[] = [];

  constructor(seed: number | string, rules: Rules = rfc9293) {
    const dice = new Random(seed);
    const memory = new Memory();
    this.#memory = memory;
    this.host = new Host({
      clock: { now: () => this.#now },
      random: () => dice.nextUint32(),
      memory,
      resetsPerSecond: 1_000_000,
      tcp: {
        ...linuxProfile.tcp,
        receiveBuffer: RECEIVE_BUFFER,
        sendBuffer: SEND_BUFFER,
        delayedAckMs: 0,
        challengeAckMs: 0,
      },
      rules,
    });
    this.#iface = this.host.addInterface({
      name: 'tun0',
      mtu: 1500,
      addresses: [4, 6].map((f) => `${ADDRESSES[f as 4 | 6].stack}/${ADDRESSES[f as 4 | 6].prefix}`),
    });
    this.#iface.attach((off, len) => {
      this.#out.push(memory.u8.slice(off, off + len));
      memory.free(off, len);
    });
    this.#posix = new Posix({ host: this.host, personality: linuxProfile.personality });
    this.calls = this.#posix;
    this.host.poll(this.#now);
  }

  inject(packet: Uint8Array): void {
    const memory = this.#memory;
    const off = memory.alloc(packet.length);
    if (off === 0) throw new RangeError(`a packet of ${packet.length} octets`);
    memory.u8.set(packet, off);
    this.#iface.receive(off, packet.length);
    memory.free(off, packet.length);
    this.#pass(EVENT_US);
  }

  #pass(us: number): void {
    const until = this.#now + us;
    this.host.poll(this.#now);
    for (let at = this.host.wakeAt(); at <= until; at = this.host.wakeAt()) {
      this.#now = Math.max(this.#now, at);
      this.host.poll(this.#now);
    }
    this.#now = until;
    this.#posix.tick();
  }

  take(flow: Flow): Uint8Array[] {
    this.#pass(EVENT_US);
    const out = this.#out.filter((packet) => belongs(packet, flow));
    this.#out = [];
    return out;
  }

  settle(flow: Flow): void {
    for (let us = 0; us < SETTLE_US; us += 1000) {
      this.#pass(1000);
      if (this.#out.some((packet) => belongs(packet, flow))) return;
    }
  }

  /** The connection of a flow, null when there is none. */
  tcb(flow: Flow): Tcb | null {
    for (const { tcb } of this.host.tcp.connections()) {
      if (tcb.localPort === flow.stackPort && tcb.remotePort === flow.peerPort) return tcb;
    }
    return null;
  }

  stateOf(flow: Flow): StateName {
    for (const c of this.host.tcp.connections()) {
      if (c.localPort === flow.stackPort && c.remotePort === flow.peerPort) return c.state;
    }
    if (this.host.tcp.timeWait.size > 0) return 'TIME-WAIT'; // there is one flow
    for (const [, file] of this.#posix.files.entries()) {
      if (file instanceof TcpSocket && file.listener?.closed === false) return 'LISTEN';
    }
    return 'CLOSED';
  }

  sendWindow(fd: number): number | null {
    const socket = this.#posix.tcp(fd);
    return socket === null || socket.connection === null ? null : (tcpInfo(socket)['tcpi_snd_wnd'] ?? null);
  }
}

// synfin itself in real time behind a real TUN device: what a script injects goes through the kernel's device
// queue, and timers are the machine's. A network namespace for every script.

import { Host } from '../../host/index.ts';
import { type Attachment, attachTun, configureInterface, RealClock } from '../../link/tun/index.ts';
import { Posix, type TcpInfo } from '../../socket/posix/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import { configureHost, connectionsInState, dropConnections, hostTcpInfo, setHost } from '../run/host.ts';
import {
  ChosenRules,
  hostCounters,
  hostSocketLines,
  type Profile,
  type RunConfig,
  type Steps,
  type Target,
} from '../run/index.ts';
import type { HostSettings } from '../run/shell-action.ts';
import { loadSocketLibc } from './libc.ts';
import { freshNamespace } from './namespace.ts';
import { Pace } from './pace.ts';
import { PacketSocket } from './packet-socket.ts';

/** A Host behind a TUN device. */
export class TunTarget implements Target {
  readonly name = 'synfin behind TUN';
  readonly realTime = true;
  readonly syscalls: Posix;
  onPacket: ((packet: Uint8Array, atUs: number) => void) | null = null;
  readonly #clock: RealClock;
  readonly #pace: Pace;
  readonly #attachment: Attachment;
  readonly #chosen: ChosenRules;
  #socket: PacketSocket | null = null;

  private constructor(clock: RealClock, syscalls: Posix, attachment: Attachment, chosen: ChosenRules) {
    this.#clock = clock;
    this.syscalls = syscalls;
    this.#attachment = attachment;
    this.#chosen = chosen;
    this.#pace = new Pace(() => clock.real());
  }

  /** As `KernelTarget.open`: only in a process that `reexecInNamespace` started. Rejects with a TunError. */
  static async open(config: RunConfig, profile: Profile): Promise<TunTarget> {
    const libc = await loadSocketLibc();
    freshNamespace(libc);
    const clock = new RealClock();
    const chosen = new ChosenRules(profile.rules);
    const host = new Host({
      name: 'synfin',
      clock,
      tcp: profile.tcp,
      rules: chosen.rules,
    });
    const attachment = await attachTun(host, {
      name: 'tun0',
      mtu: config.mtu,
      offload: 'none', // the script's segments, with their sums
      addresses: [`${config.localIp}/${config.wire === 4 ? 16 : 48}`],
      peers: [config.localIp.replace(/[0-9a-f]+$/i, (last) => (last === '2' ? '1' : '2'))],
    });
    const posix = new Posix({ host, personality: profile.personality });
    const target = new TunTarget(clock, posix, attachment, chosen);
    try {
      // A script may inject what is larger than our MTU: that is the far end's affair.
      await configureInterface({ name: attachment.device.name, mtu: 65_535 });
      target.#socket = await PacketSocket.open(libc, attachment.device.name, (packet) => {
        target.onPacket?.(packet, clock.real());
        target.#pace.wake();
      });
    } catch (error) {
      attachment.close();
      throw error;
    }
    return target;
  }

  now(): number {
    return this.#clock.real();
  }

  inject(packet: Uint8Array): void {
    this.#socket?.send(packet);
  }

  advance(untilUs: number, stop: () => boolean): Promise<void> {
    return this.#pace.advance(untilUs, () => {
      this.syscalls.tick();
      return stop();
    });
  }

  configure(settings: Partial<TcpConfig>): string | null {
    return configureHost(this.syscalls, settings);
  }

  choose(steps: Steps): void {
    this.#chosen.choose(steps);
  }

  configureHost(settings: HostSettings): string | null {
    return setHost(this.syscalls, settings);
  }

  drop(state: string | null): void {
    dropConnections(this.syscalls, state);
  }

  tcpInfo(fd: number): TcpInfo | null {
    return hostTcpInfo(this.syscalls, fd);
  }

  countInState(state: string): number | null {
    return connectionsInState(this.syscalls.host, state);
  }

  counters(): ReadonlyMap<string, number> {
    return hostCounters(this.syscalls.host);
  }

  socketLines(): readonly string[] {
    return hostSocketLines(this.syscalls.host);
  }

  async close(): Promise<void> {
    this.#socket?.close();
    this.#attachment.close();
  }
}

// The synfin Host in virtual time as a target: a World, one Host, and a wire whose other end is the script.

import { Host, type HostInterface } from '../../host/index.ts';
import { like, needed, nested, Schema, seed } from '../../options/index.ts';
import { World } from '../../sim/index.ts';
import { type Personality, Posix, type TcpInfo } from '../../socket/posix/index.ts';
import { type Rules, rfc9293, rulesKind, type TcpConfig, tcpOptions } from '../../tcp/index.ts';
import type { RunConfig } from './config.ts';
import { configureHost, connectionsInState, dropConnections, hostTcpInfo, setHost } from './host.ts';
import { largeSegment } from './large-segment.ts';
import { ChosenRules, type Steps } from './profile.ts';
import type { HostSettings } from './shell-action.ts';
import type { Target } from './target.ts';
import { hostCounters, hostSocketLines } from './tools.ts';

/** Time before the script begins: a clock at 0 is a special case that scripts do not mean. */
const START_US = 10_000_000;

/** Options of {@link VirtualTarget}. */
export interface VirtualTargetOptions {
  readonly personality: Personality;
  readonly tcp: Partial<TcpConfig>;
  readonly seed?: number | string;
  /** A TCP with other rules. */
  readonly rules?: Rules;
}

const targetOptions = new Schema<VirtualTargetOptions>('VirtualTarget', {
  personality: needed(like('a personality: that of a profile', 'acceptQueue')),
  tcp: needed(nested(tcpOptions)),
  seed: seed,
  rules: rulesKind,
});

/** A Host whose only neighbour is a script. */
export class VirtualTarget implements Target {
  readonly name = 'synfin';
  readonly world: World;
  readonly host: Host;
  readonly syscalls: Posix;
  onPacket: ((packet: Uint8Array, atUs: number) => void) | null = null;
  readonly #iface: HostInterface;
  readonly #chosen: ChosenRules;
  readonly #mss: number;

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(config: RunConfig, options: VirtualTargetOptions) {
    targetOptions.check(options);
    this.#mss = config.mss;
    this.world = new World({ seed: options.seed ?? 1 });
    this.world.runSync(START_US);
    const { clock, memory } = this.world;
    const dice = this.world.random.fork('host');
    this.#chosen = new ChosenRules(options.rules ?? rfc9293);
    this.host = new Host({
      name: 'synfin',
      clock,
      memory,
      random: () => dice.nextUint32(),
      tcp: options.tcp,
      rules: this.#chosen.rules,
    });
    const prefix = config.wire === 4 ? 16 : 128; // `::0` of a longer network would be the anycast address of its routers
    this.#iface = this.host.addInterface({
      name: 'tun0',
      mtu: config.mtu,
      addresses: [`${config.localIp}/${prefix}`],
    });
    this.host.addRoute(config.wire === 4 ? 'default' : 'default6', this.#iface);
    this.#iface.attach((off, len) => {
      const packet = memory.u8.slice(off, off + len);
      memory.free(off, len);
      this.onPacket?.(packet, this.world.now());
    });
    this.world.addNode(this.host);
    this.syscalls = new Posix({ host: this.host, personality: options.personality });
  }

  now(): number {
    return this.world.now();
  }

  inject(packet: Uint8Array): void {
    const { memory } = this.world;
    const off = memory.alloc(packet.length);
    if (off === 0) throw new RangeError(`a packet of ${packet.length} octets`);
    memory.u8.set(packet, off);
    this.#iface.receive(off, packet.length, largeSegment(packet, this.#mss));
    memory.free(off, packet.length);
    this.syscalls.tick();
  }

  async advance(untilUs: number, stop: () => boolean): Promise<void> {
    const { world } = this;
    this.syscalls.tick();
    while (!stop()) {
      if (world.nextAt() > untilUs) {
        if (untilUs < Number.POSITIVE_INFINITY) world.runSync(untilUs);
        this.syscalls.tick();
        return;
      }
      world.step();
      this.syscalls.tick();
    }
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
    return connectionsInState(this.host, state);
  }

  counters(): ReadonlyMap<string, number> {
    return hostCounters(this.host);
  }

  socketLines(): readonly string[] {
    return hostSocketLines(this.host);
  }

  setMtu(mtu: number): string | null {
    try {
      this.#iface.mtu = mtu;
      return null;
    } catch (e) {
      return (e as Error).message;
    }
  }

  async close(): Promise<void> {}
}

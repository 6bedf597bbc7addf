// Puts a host on a TUN device, in real time: packets of the kernel reach the host in batches, what the host
// sends goes to the kernel at once, and a simulated wire can lie between them to lose and delay packets.

import {
  type Host,
  HostDriver,
  type HostInterface,
  type LinkOffload,
  platformTimers,
  RealClock,
  type TimerPlatform,
  type Transmit,
} from '../../host/index.ts';
import {
  func,
  like,
  list,
  needed,
  nested,
  oneOf,
  outOfRange,
  Schema,
  seed,
  text,
  whole,
} from '../../options/index.ts';
import {
  combineTaps,
  type PacketInfo,
  type Port,
  RealtimeDriver,
  Wire,
  type WireOptions,
  type WireTap,
  World,
  wireOptions,
} from '../../sim/index.ts';
import {
  completeSum,
  cutTcp,
  type IpAddress,
  IpPacket,
  inPrefix,
  Malformed,
  type Memory,
  type Offload,
  parseAddress,
  parseCidr,
  parseIp,
} from '../../wire/index.ts';
import type { PcapngWriter } from '../pcapng.ts';
import { HostCapture } from './capture.ts';
import { configureInterface, type InterfaceAddress } from './config.ts';
import { GSO_OCTETS, type TunDevice, type TunReceiver, tunOptions } from './device.ts';
import { TunError } from './errors.ts';
import { openTun } from './open.ts';

/** Packets that the kernel queues for us before it drops some: full windows of a few dozen connections. */
const QUEUE_LENGTH = 8192;

/** What {@link attachDevice} needs of a device; a TunDevice is one. */
export interface PacketDevice {
  readonly name: string;
  readonly mtu: number;
  readonly memory: Memory;
  /** The device cuts TCP packets of up to so many octets that stand for several, and completes checksums. */
  readonly gso?: { readonly maxOctets: number } | null;
  onPackets(receiver: TunReceiver): void;
  /** Gives a packet to the other side; the block stays the caller's. */
  write(off: number, len: number, offload?: Offload | null): boolean;
  pause(): void;
  resume(): void;
  close(): void;
  /** Reads what waits, at once. */
  catchUp?(): void;
}

/** Options of {@link attachDevice}. */
export interface AttachDeviceOptions {
  /** The host's addresses with their prefix lengths: `10.9.0.2/24`. */
  addresses: readonly string[];
  /** A simulated wire between the host (end a) and the device (end b), and the seed of its dice. */
  faults?: WireOptions & { seed?: number | string };
  /** Who watches that wire; without `faults` it does nothing but let itself be watched. */
  watch?: {
    readonly tap: WireTap;
    /** The other side has taken, and a kernel has processed, what was just delivered. */
    written?(): void;
  };
  /** Where packets are recorded. Make it with `epochUs: clock.epochUs`. */
  capture?: PcapngWriter;
  timers?: TimerPlatform;
}

/** Options of {@link attachTun}. */
export interface AttachOptions extends AttachDeviceOptions {
  /** The kernel's addresses on the device, each in the network of one of `addresses`. */
  peers: readonly string[];
  /** The device's name, '%d' for the first free number. Default 'synfin%d'. */
  name?: string;
  /** Largest packet in octets. Default 1500. */
  mtu?: number;
  /** Packets that the kernel queues for us. Default 8192. */
  queueLength?: number;
  /** Packets read per turn of the event loop. Default 64. */
  batch?: number;
  /** See `TunOptions`. */
  busyTurns?: number;
  /**
   * Who cuts large TCP segments to packets and joins packets to large segments, and sums them. 'kernel': the kernel
   * (IFF_VNET_HDR), where it can, else 'host'. 'host': packets are of one segment each, the host forms and joins many
   * at once, and a thread of the kernel takes them (`napi` and `gro` of `TunOptions`). 'none': one at a time. Default
   * 'kernel', yet 'none' with `faults`, `watch` or `capture`, which show real segments; the first two allow no other.
   */
  offload?: 'kernel' | 'host' | 'none';
  /** The interface was deleted. Without a handler the error is thrown uncaught. */
  onError?: (error: TunError) => void;
}

const deviceOptions = new Schema<AttachDeviceOptions>('attachDevice', {
  addresses: needed(list(text)),
  faults: nested(
    new Schema<NonNullable<AttachDeviceOptions['faults']>>('faults', {
      ...wireOptions.kinds,
      seed: seed,
    }),
  ),
  watch: nested(
    new Schema<NonNullable<AttachDeviceOptions['watch']>>('watch', {
      tap: needed(like('a WireTap')),
      written: func,
    }),
  ),
  capture: like('a PcapngWriter', 'packet', 'flush'),
  timers: like('timers, { setTimer, clearTimer }', 'setTimer', 'clearTimer'),
});

const { memory: _memory, offload: _offload, napi: _napi, gro: _gro, ...tunKinds } = tunOptions.kinds;

const attachOptions = new Schema<AttachOptions>('attachTun', {
  ...deviceOptions.kinds,
  ...tunKinds,
  peers: needed(list(text)),
  queueLength: whole(0, 0xffff_ffff),
  offload: oneOf('kernel', 'host', 'none'),
});

/** A host on a device. */
export class Attachment {
  readonly device: PacketDevice;
  readonly iface: HostInterface;
  /** The simulated wire, if there is one: a is the host's end. */
  readonly wire: Wire | null;
  readonly #detach: () => void;
  readonly #world: RealtimeDriver | null;
  readonly #capture: PcapngWriter | undefined;
  #closed = false;

  /** @internal */
  constructor(
    device: PacketDevice,
    iface: HostInterface,
    detach: () => void,
    wire: Wire | null,
    world: RealtimeDriver | null,
    capture: PcapngWriter | undefined,
  ) {
    this.device = device;
    this.iface = iface;
    this.wire = wire;
    this.#detach = detach;
    this.#world = world;
    this.#capture = capture;
  }

  /** Stops taking packets: they queue in the kernel. Timers and sending go on. */
  pause(): void {
    this.device.pause();
  }
  resume(): void {
    this.device.resume();
  }

  /**
   * Takes the device away and forgets what is under way. A host that was driven from here has no time any more;
   * one that drives itself goes on.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#world?.stop();
    this.wire?.close();
    this.iface.attach(null);
    this.#detach();
    this.device.close();
    this.#capture?.flush();
  }
}

/**
 * Joins a host to a device: one that drives itself, or one whose clock is a {@link RealClock}, which is driven
 * from here then. Throws TypeError, RangeError, EADDRINUSE.
 */
export function attachDevice(host: Host, device: PacketDevice, options: AttachDeviceOptions): Attachment {
  deviceOptions.check(options);
  return join(host, device, options, device.gso ? { gso: device.gso, cutBy: 'link' } : null);
}

function join(
  host: Host,
  device: PacketDevice,
  options: AttachDeviceOptions,
  offload: LinkOffload | null,
): Attachment {
  const { clock, memory } = host;
  if (!(clock instanceof RealClock))
    throw new TypeError('a host on a device needs a RealClock: leave `clock` out, or give it one');
  if (device.memory !== memory) throw new TypeError('the device must read into the memory of the host');
  const iface = host.addInterface({
    name: device.name,
    mtu: device.mtu,
    kind: 'ip',
    addresses: options.addresses,
  });
  addDefaultRoutes(host, iface);
  const timers = options.timers ?? platformTimers;
  const driver = host.driver ?? new HostDriver(host, clock, timers);
  const catchUp = (): void => device.catchUp?.();
  driver.addSource(catchUp);
  const detach = (): void => {
    driver.removeSource(catchUp);
    if (host.driver === null) driver.stop();
  };
  const capture =
    options.capture === undefined ? null : new HostCapture(host, clock, options.capture, device.name);

  /** The last step of a packet to the host. */
  const deliver: Receive = (off, len, said) => {
    if (capture === null) {
      iface.receive(off, len, said);
      return;
    }
    capture.beginIn(off, len);
    try {
      iface.receive(off, len, said);
    } finally {
      capture.endIn();
    }
  };
  /** The first step of a packet from the host. */
  const taken = (transmit: Transmit): Transmit => {
    if (capture === null) return transmit;
    return (off, len, asked = null) => {
      capture.out(off, len, asked);
      transmit(off, len, asked);
      capture.outDone();
    };
  };

  const { watch } = options;
  if (options.faults === undefined && watch === undefined) {
    iface.attach(
      taken((off, len, asked) => {
        device.write(off, len, asked);
        memory.free(off, len);
      }),
      offload,
    );
    device.onPackets(receiverOf(driver, deliver, () => {}));
    return new Attachment(device, iface, detach, null, null, options.capture);
  }

  const { seed, ...faults } = options.faults ?? {};
  const world = new World({ memory, ...(seed === undefined ? {} : { seed }) });
  const real = new RealtimeDriver(world, {
    now: () => clock.now(),
    setTimer: (ms, fn) =>
      timers.setTimer(ms, () => {
        driver.begin();
        try {
          fn();
        } finally {
          driver.end();
        }
      }),
    clearTimer: (timer) => timers.clearTimer(timer),
  });
  let toHost: Transmit | null = null;
  const far: Port = {
    memory,
    mtu: device.mtu,
    kind: 'ip',
    receive: (off, len) => {
      device.write(off, len);
      watch?.written?.();
    },
    attach: (transmit) => {
      toHost = transmit;
    },
  };
  const near: Port = {
    memory,
    mtu: device.mtu,
    kind: 'ip',
    receive: (off, len) => deliver(off, len, null),
    attach: (transmit) => {
      if (transmit === null) iface.attach(null);
      else {
        iface.attach(
          taken((off, len) => {
            real.sync();
            transmit(off, len);
          }),
        );
      }
    },
  };
  const wire = new Wire(world, near, far, faults);
  const losses: WireTap = {
    dropped(p: PacketInfo, reason) {
      if (p.direction === 'b->a') capture?.inLost(p.off, p.len, reason);
      else capture?.outLost(reason);
    },
  };
  const taps = [...(capture === null ? [] : [losses]), ...(watch === undefined ? [] : [watch.tap])];
  if (taps.length > 0) wire.tap = combineTaps(...taps);
  const separate = separately(memory);
  device.onPackets(
    receiverOf(
      driver,
      (off, len, said) => {
        real.sync();
        if (toHost !== null) separate(off, len, said, toHost);
      },
      () => real.kick(),
    ),
  );
  real.start();
  return new Attachment(device, iface, detach, wire, real, options.capture);
}

/** Takes a packet, whose block stays the caller's, and what its link says beside it. */
type Receive = (off: number, len: number, said: Offload | null) => void;

/**
 * Makes packets of one segment each, with whole checksums, of what a device brings, each in a block of its own: the
 * device reads the next packet into the same one.
 */
function separately(memory: Memory) {
  const packet = new IpPacket();
  return (off: number, len: number, said: Offload | null, transmit: Transmit): void => {
    if (said !== null && parseIp(memory, off, len, packet) === Malformed.OK) {
      packet.offload = said;
      if (said.gsoSize !== 0) {
        cutTcp(memory, packet, said.gsoSize, transmit);
        return;
      }
      completeSum(memory, packet);
    }
    const copy = memory.alloc(len);
    if (copy === 0) return;
    memory.u8.copyWithin(copy, off, off + len);
    transmit(copy, len);
  };
}

/** One event per batch; an exception of the host's user ends the event before it goes on its way. */
function receiverOf(driver: HostDriver, receive: Receive, batchEnd: () => void): TunReceiver {
  return {
    receive(off, len, said = null) {
      driver.begin();
      try {
        receive(off, len, said);
      } catch (error) {
        driver.end();
        throw error;
      }
    },
    batchEnd() {
      try {
        batchEnd();
      } finally {
        driver.end();
      }
    },
  };
}

/** All else is reached through the device too: the kernel behind it is a router. */
function addDefaultRoutes(host: Host, iface: HostInterface): void {
  for (const [family, network] of [
    [4, 'default'],
    [6, 'default6'],
  ] as const) {
    if (iface.addresses.some(({ address }) => address.family === family)) host.addRoute(network, iface);
  }
}

/**
 * The addresses for the kernel's end: each peer with the prefix of the host's network that it is in.
 * Throws a TunError 'EINVAL' for a peer that is in none, and for an address that has no peer.
 */
export function peerAddresses(addresses: readonly string[], peers: readonly string[]): InterfaceAddress[] {
  const networks = addresses.map((text) => {
    const cidr = parseCidr(text);
    if (cidr === null) throw new TunError('EINVAL', `not an address with a prefix length: '${text}'`);
    return { text, ...cidr, reached: false };
  });
  const found = peers.map((text) => {
    const peer = parseAddress(text);
    if (peer === null) throw new TunError('EINVAL', `not an IP address: '${text}'`);
    const network = networks.find((n) => within(peer, n.address, n.prefix) && !n.address.equals(peer));
    if (network === undefined) {
      throw new TunError('EINVAL', `${text} is in the network of none of the host's addresses`);
    }
    for (const n of networks) n.reached ||= within(peer, n.address, n.prefix);
    return { address: text, prefix: network.prefix };
  });
  const alone = networks.find((n) => !n.reached);
  if (alone !== undefined) throw new TunError('EINVAL', `no peer is in the network of ${alone.text}`);
  return found;
}

/** That of the host's addresses (`10.9.0.2/24`…), without prefix, in whose network `to` is; '' if there is none. */
export function networkAddress(addresses: readonly string[], to: string): string {
  const target = parseAddress(to);
  for (const text of addresses) {
    const cidr = parseCidr(text);
    if (target !== null && cidr !== null && within(target, cidr.address, cidr.prefix))
      return String(cidr.address);
  }
  return '';
}

function within(a: IpAddress, network: IpAddress, prefix: number): boolean {
  return a.family === network.family && inPrefix(a.w0, a.w1, a.w2, a.w3, network, prefix);
}

/** {@link AttachOptions.offload}, or what it is when nothing is said. */
function askedOffload({ offload, faults, watch, capture }: AttachOptions): 'kernel' | 'host' | 'none' {
  const between = faults !== undefined || watch !== undefined;
  if (offload !== undefined && offload !== 'none' && between)
    throw outOfRange(
      'attachTun',
      'offload',
      offload,
      "'none' with faults or watch: their wire has real segments",
    );
  return offload ?? (between || capture !== undefined ? 'none' : 'kernel');
}

function linkOffload({ gso }: TunDevice): LinkOffload {
  return gso === null ? { gso: { maxOctets: GSO_OCTETS }, cutBy: 'host' } : { gso, cutBy: 'link' };
}

/**
 * Makes a TUN device, gives the kernel its addresses on it, and puts the host, whose clock is a
 * {@link RealClock}, behind it. Rejects with a {@link TunError}, or as {@link attachDevice} throws.
 */
export async function attachTun(host: Host, options: AttachOptions): Promise<Attachment> {
  attachOptions.check(options);
  const { memory } = host;
  const { name, mtu, batch, busyTurns, onError } = options;
  const asked = askedOffload(options);
  const addresses = peerAddresses(options.addresses, options.peers);
  const device = await openTun({
    memory,
    ...(name === undefined ? {} : { name }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(batch === undefined ? {} : { batch }),
    ...(busyTurns === undefined ? {} : { busyTurns }),
    offload: asked === 'kernel',
    napi: asked === 'host',
    gro: asked !== 'none',
    ...(onError === undefined ? {} : { onError }),
  });
  let attachment: Attachment | undefined;
  try {
    attachment = join(host, device, options, asked === 'none' ? null : linkOffload(device));
    await configureInterface({
      name: device.name,
      queueLength: options.queueLength ?? QUEUE_LENGTH,
      addresses,
    });
    return attachment;
  } catch (error) {
    attachment?.close();
    device.close();
    throw error;
  }
}

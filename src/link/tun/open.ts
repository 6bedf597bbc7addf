// Makes TUN and TAP interfaces: which flags they are made with, and what is done where the kernel does not know one.
// Linux: Documentation/networking/tuntap.rst, networking/napi.rst ("Threaded NAPI").

import { closeSync, constants, openSync, readdirSync, writeFileSync } from 'node:fs';
import { Memory } from '../../wire/index.ts';
import { setLink } from './config.ts';
import { type Attached, blockBytes, TunDevice, type TunOptions, tunOptions } from './device.ts';
import { fromNodeError, systemError, TunError } from './errors.ts';
import { type Libc, loadLibc, pinnedBytes } from './libc.ts';
import { TAP_MEMORY, TapDevice, type TapOptions, tapOptions } from './tap.ts';
import { TUN_F_CSUM, TUN_F_TSO_ECN, TUN_F_TSO4, TUN_F_TSO6 } from './vnet.ts';

const TUNSETIFF = 0x400454ca;
const TUNSETOFFLOAD = 0x400454d0;
const IFF_TUN = 0x0001;
const IFF_TAP = 0x0002;
/** No "packet information" before each packet: bytes are the IP packet and nothing else. */
const IFF_NO_PI = 0x1000;
/** A virtio_net_hdr before each packet. */
const IFF_VNET_HDR = 0x4000;
/** What is written is worked on by NAPI, with GRO. */
const IFF_NAPI = 0x0010;
/** sizeof(struct ifreq) on 64-bit Linux; the name takes the first 16 bytes, with its zero. */
const IFREQ_BYTES = 40;
const NAME_BYTES = 16;
const EINVAL = 22;

/** ioctl(TUNSETIFF): makes `fd` a queue of the interface; its name, or a negative errno. */
function setIff(libc: Libc, fd: number, name: Uint8Array, flags: number): string | number {
  const ifreq = pinnedBytes(IFREQ_BYTES);
  ifreq.set(name);
  new Uint16Array(ifreq.buffer, NAME_BYTES, 1)[0] = flags;
  if (libc.ioctl(fd, TUNSETIFF, libc.addressOf(ifreq)) < 0) return -libc.errno();
  return new TextDecoder().decode(ifreq.subarray(0, ifreq.indexOf(0)));
}

/** A kernel that does not know one of `more` gives an interface without them. */
function attach(libc: Libc, fd: number, name: string, more: number): Attached {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length === 0 || bytes.length >= NAME_BYTES) {
    throw new TunError('EINVAL', `an interface name has 1 to 15 bytes: '${name}'`);
  }
  const flags = ((more & IFF_TAP) === 0 ? IFF_TUN : 0) | IFF_NO_PI;
  let got = setIff(libc, fd, bytes, flags | more);
  let offload = (more & IFF_VNET_HDR) !== 0;
  const mode = more & IFF_TAP;
  if (got === -EINVAL && more !== mode) {
    offload = false;
    got = setIff(libc, fd, bytes, flags | mode);
  }
  if (typeof got === 'number') throw systemError(`making the interface ${name}`, -got);
  if (offload) setOffload(libc, fd);
  return { name: got, offload };
}

/** ioctl(TUNSETOFFLOAD); where it is refused, the kernel sends whole packets as ever, behind headers that say so. */
function setOffload(libc: Libc, fd: number): void {
  const some = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
  if (libc.ioctl(fd, TUNSETOFFLOAD, some | TUN_F_TSO_ECN) < 0) libc.ioctl(fd, TUNSETOFFLOAD, some);
}

/** The interfaces that /sys tells of: those of the namespace that it was mounted in, which may be another than ours. */
function interfacesOfSys(): string[] {
  try {
    return readdirSync('/sys/class/net');
  } catch {
    return [];
  }
}

/** Has a thread of the kernel do the work of an interface; false when that cannot be had. */
function setThreaded(name: string): boolean {
  try {
    writeFileSync(`/sys/class/net/${name}/threaded`, '1', { flag: 'r+' });
    return true;
  } catch {
    return false;
  }
}

/** A queue of an interface, and the file descriptor that it is. */
interface Queue {
  readonly fd: number;
  readonly attached: Attached;
}

function openQueue(libc: Libc, name: string, more: number): Queue {
  let fd: number;
  try {
    fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    throw fromNodeError('opening /dev/net/tun', error);
  }
  try {
    return { fd, attached: attach(libc, fd, name, more) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The same with IFF_NAPI, where a thread of the kernel can be had; else without. */
function openNapiQueue(libc: Libc, name: string, more: number): Queue {
  const others = new Set(interfacesOfSys());
  const queue = openQueue(libc, name, more | IFF_NAPI);
  if (!others.has(queue.attached.name) && setThreaded(queue.attached.name)) return queue;
  closeSync(queue.fd);
  return openQueue(libc, name, more);
}

/**
 * Makes a TUN interface and opens it. It has no address and is down until
 * {@link configureInterface}. Rejects with a {@link TunError}.
 */
export async function openTun(options: TunOptions): Promise<TunDevice> {
  tunOptions.check(options);
  const libc = await loadLibc();
  const { name = 'synfin%d', mtu = 1500, offload = false, napi = false, gro = false } = options;
  const { fd, attached } = (napi ? openNapiQueue : openQueue)(libc, name, offload ? IFF_VNET_HDR : 0);
  try {
    setLink(libc, attached.name, { mtu });
    const block = options.memory.alloc(blockBytes(attached, gro));
    if (block === 0) throw new TunError('ENOMEM', 'the Memory has no room for a block to read to');
    return new TunDevice(libc, fd, attached, mtu, block, options);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * Makes a TAP interface, or opens one that there is (`ip tuntap add NAME mode tap user ME`: then no right is needed), and
 * makes a device of it: what the kernel sends into the interface arrives. It has no address and is down until it is
 * configured, or put on a bridge. Rejects with a {@link TunError}.
 */
export async function openTap(options: TapOptions = {}): Promise<TapDevice> {
  tapOptions.check(options);
  const libc = await loadLibc();
  const { name = 'synfin%d', mtu } = options;
  const { fd, attached } = openQueue(libc, name, IFF_TAP);
  const memory = new Memory({ initial: TAP_MEMORY });
  try {
    if (mtu !== undefined) setLink(libc, attached.name, { mtu });
    const block = memory.alloc(blockBytes(attached, false));
    const tun = new TunDevice(libc, fd, attached, mtu ?? 1500, block, {
      memory,
      onError: (error) => device.gone(error),
    });
    const device = new TapDevice(tun);
    return device;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

// The far end of a TUN device for whoever is not the kernel's IP: packets into it and out of it as they are,
// through a packet socket (packet(7)).

import { TunError } from '../../link/tun/index.ts';
import { loadLibc, type PollHandle } from '../../link/tun/libc.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { LITTLE } from './sockaddr.ts';

const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const ETH_P_ALL = 3;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const LARGEST = 65536;

/** struct sockaddr_ll without a link address. */
function sockaddrLl(protocol: number, index: number): Uint8Array {
  const bytes = pinnedBytes(20);
  const dv = new DataView(bytes.buffer);
  dv.setUint16(0, AF_PACKET, LITTLE);
  dv.setUint16(2, protocol);
  dv.setInt32(4, index, LITTLE);
  return bytes;
}

/** A packet socket on one interface. */
export class PacketSocket {
  readonly #libc: SocketLibc;
  readonly #fd: number;
  readonly #index: number;
  readonly #buffer = pinnedBytes(LARGEST);
  #poll: PollHandle | null = null;

  private constructor(libc: SocketLibc, fd: number, index: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.#index = index;
  }

  /** Opens one; `receive` gets what comes in through the interface. Rejects with a TunError. */
  static async open(
    libc: SocketLibc,
    name: string,
    receive: (packet: Uint8Array) => void,
  ): Promise<PacketSocket> {
    const { ifNameToIndex, poll } = await loadLibc();
    const index = ifNameToIndex(name);
    const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw new TunError('EPERM', 'no packet socket', libc.errno());
    const socket = new PacketSocket(libc, fd, index);
    const one = pinnedBytes(4);
    new Uint32Array(one.buffer)[0] = 1;
    const address = sockaddrLl(ETH_P_ALL, index);
    if (
      libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, libc.addressOf(one), 4) < 0 ||
      libc.bind(fd, libc.addressOf(address), address.length) < 0
    ) {
      const errno = libc.errno();
      socket.close();
      throw new TunError('EINVAL', `no packet socket on ${name}`, errno);
    }
    socket.#poll = poll(fd, () => setImmediate(() => socket.#drain(receive)));
    return socket;
  }

  #drain(receive: (packet: Uint8Array) => void): void {
    const at = this.#libc.addressOf(this.#buffer);
    while (this.#poll !== null) {
      const n = this.#libc.recv(this.#fd, at, LARGEST, 0);
      if (n <= 0) return;
      receive(this.#buffer.slice(0, n));
    }
  }

  /** Sends an IP packet out of the interface. */
  send(packet: Uint8Array): void {
    const buffer = pinnedBytes(packet.length);
    buffer.set(packet);
    const address = sockaddrLl((packet[0] ?? 0) >> 4 === 6 ? ETH_P_IPV6 : ETH_P_IP, this.#index);
    const { addressOf, sendto } = this.#libc;
    const n = sendto(this.#fd, addressOf(buffer), packet.length, 0, addressOf(address), address.length);
    if (n !== packet.length) throw new TunError('EIO', 'a packet was not sent', this.#libc.errno());
  }

  close(): void {
    this.#poll?.close();
    this.#poll = null;
    this.#libc.close(this.#fd);
  }
}

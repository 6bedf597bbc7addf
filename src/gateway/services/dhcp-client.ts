// A client of DHCP for a host of ours that is a guest (RFC 2131 section 4.4): an address, the way out, who knows names.

import type { Host, HostInterface, UdpSocket } from '../../host/index.ts';
import { formatIpv4 } from '../../wire/index.ts';
import {
  ACK,
  type DhcpAnswer,
  DISCOVER,
  OFFER,
  Option,
  REQUEST,
  readDhcpAnswer,
  writeDhcpRequest,
} from './dhcp-message.ts';

const SERVER = 67;
const CLIENT = 68;
/** Between a question and the same again: twice as long each time. */
const FIRST_WAIT_MS = 250;
const ATTEMPTS = 7;
const ALL = '255.255.255.255';

/** What the server has given. */
export interface OwnLease {
  readonly address: string;
  readonly dns: string;
}

/** Asks for an address, gives it to the interface, and keeps it as long as the host is open. */
export class DhcpClient {
  /** Rejects with ETIMEDOUT when nobody answers. */
  readonly lease: Promise<OwnLease>;
  readonly #host: Host;
  readonly #iface: HostInterface;
  readonly #socket: UdpSocket;
  readonly #xid: number;
  #settle: { resolve: (lease: OwnLease) => void; reject: (error: Error) => void } | null = null;
  #disarm = (): void => {};
  /** The address that we have; 0: none. */
  #word = 0;
  #closed = false;

  constructor(host: Host, iface: HostInterface, xid: number) {
    this.#host = host;
    this.#iface = iface;
    this.#xid = xid;
    this.lease = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.lease.catch(() => {}); // who wants it hears
    this.#socket = host.udp({ port: CLIENT, broadcast: true, onMessage: ({ data }) => this.#answer(data) });
    this.#ask(DISCOVER, [], ATTEMPTS, FIRST_WAIT_MS);
  }

  #ask(type: number, options: readonly [number, Uint8Array][], attempts: number, waitMs: number): void {
    this.#disarm();
    if (this.#closed) return;
    if (attempts === 0) {
      this.#settle?.reject(Object.assign(new Error('no server of DHCP has answered'), { code: 'ETIMEDOUT' }));
      return;
    }
    const { mac } = this.#iface;
    const octets = writeDhcpRequest(type, this.#xid, mac, this.#word, options);
    try {
      this.#socket.send(octets, ALL, SERVER, { by: this.#iface });
    } catch {
      // The link has gone: it may come back.
    }
    this.#disarm = this.#host.tcp.waits.after(waitMs, () =>
      this.#ask(type, options, attempts - 1, 2 * waitMs),
    );
  }

  #answer(data: Uint8Array): void {
    const answer = readDhcpAnswer(data, this.#xid);
    if (answer === null || this.#closed) return;
    const server = answer.options.get(Option.SERVER_ID);
    if (answer.type === OFFER && this.#word === 0 && server !== undefined)
      this.#ask(
        REQUEST,
        [
          [Option.REQUESTED_ADDRESS, octetsOf(answer.yiaddr)],
          [Option.SERVER_ID, server],
        ],
        ATTEMPTS,
        FIRST_WAIT_MS,
      );
    else if (answer.type === ACK) this.#bound(answer);
  }

  #bound({ yiaddr, options }: DhcpAnswer): void {
    this.#disarm();
    const [mask, router, dns] = [Option.SUBNET_MASK, Option.ROUTER, Option.DNS].map((option) =>
      wordOf(options.get(option)),
    ) as [number, number, number];
    const address = formatIpv4(yiaddr);
    if (this.#word === 0) {
      this.#word = yiaddr;
      this.#host.addAddress(this.#iface, `${address}/${prefixOf(mask)}`);
      this.#host.addRoute('default', formatIpv4(router));
      this.#settle?.resolve({ address, dns: formatIpv4(dns) });
    }
    // RENEWING, at T1.
    const seconds = wordOf(options.get(Option.RENEWAL_TIME)) >>> 0;
    this.#disarm = this.#host.tcp.waits.after(seconds * 1000, () =>
      this.#ask(REQUEST, [], ATTEMPTS, FIRST_WAIT_MS),
    );
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
    this.#socket.close();
  }
}

function octetsOf(word: number): Uint8Array {
  return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
}

function wordOf(octets: Uint8Array | undefined): number {
  return octets === undefined || octets.length < 4
    ? 0
    : new DataView(octets.buffer, octets.byteOffset).getInt32(0);
}

function prefixOf(mask: number): number {
  return Math.clz32(~mask);
}

// The cookies of TCP Fast Open (RFC 7413): those that our listeners grant, which are a hash that nobody has to
// remember (section 4.1.2), and those that servers have granted us, in a bounded cache (section 4.1.3).

import { type Cookies, FastOpen, sipHash, sipHashHigh, type Tcb } from '../../tcp/index.ts';
import { type IpAddress, OPT_FAST_OPEN, type Segment, seqGt } from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';

const COOKIE_LENGTH = 8;
/** Servers remembered; beyond it the one that was used longest ago goes. */
const CACHE_CAPACITY = 1024;
/** Section 4.1.3.1: how long a server is not tried again after a SYN was not answered; doubled each time. */
const RETRY_AFTER_MS = 60_000;
const RETRY_MOST_MS = 86_400_000;
/** Octets that the options of a segment take at most. */
const OPTIONS_MOST = 40;

/** What is known of a server. */
interface Server {
  /** Requests that it did not grant: of one the next is experimental. */
  refused: number;
  cookie: Uint8Array;
  experimental: boolean;
  /** Its MSS option, or what counts without one. */
  mss: number;
  /** SYNs in turn that were not answered in time, and until when there is no further. */
  failures: number;
  retryMs: number;
}

/** What a host does of Fast Open; all but the first two go without what RFC 7413 section 4.1.2 wants a cookie for. */
export interface FastOpenMode {
  /** Active opens may send text with their SYN. */
  client: boolean;
  /** Listeners that were told to may take it. */
  server: boolean;
  /** A SYN of ours carries text though there is no cookie, and asks for none. */
  clientWithoutCookie: boolean;
  /** The text of a SYN is taken without a cookie. */
  serverWithoutCookie: boolean;
  /** Listeners need not be told to. */
  everyListener: boolean;
}

/** A key of four words, and the one before it, whose cookies are still good. */
export interface FastOpenKeys {
  readonly present: Int32Array;
  readonly old: Int32Array | null;
}

/** The keys in 16 octets, or in 32 with the one before. */
export function fastOpenKeys(octets: Uint8Array): FastOpenKeys {
  const dv = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const key = (at: number): Int32Array => Int32Array.from([0, 4, 8, 12], (i) => dv.getInt32(at + i, true));
  return { present: key(0), old: octets.length >= 32 ? key(16) : null };
}

/** What the cookies ask of the host. */
export interface FastOpenOwner {
  readonly counters: HostCounters;
  readonly nowMs: number;
  readonly table: { of(tcb: Tcb): Connection };
}

/** Fast Open of one host. */
export class FastOpenCookies implements Cookies {
  readonly #owner: FastOpenOwner;
  readonly #newKey: () => Int32Array;
  /** Made when first needed. */
  #keys: FastOpenKeys | null = null;
  readonly mode: FastOpenMode = {
    client: true,
    server: true,
    clientWithoutCookie: false,
    serverWithoutCookie: false,
    everyListener: false,
  };
  readonly #servers = new Map<string, Server>();
  readonly #made = new Uint8Array(COOKIE_LENGTH);
  readonly #addresses = new Int32Array(8);

  constructor(owner: FastOpenOwner, newKey: () => Int32Array) {
    this.#owner = owner;
    this.#newKey = newKey;
  }

  /** Servers that are remembered. */
  get size(): number {
    return this.#servers.size;
  }

  /**
   * A new key (section 4.1.2): the cookies of the one before are good until the next change, and whoever comes
   * with one gets a new one.
   */
  rotateKey(): void {
    this.#keys = { present: this.#newKey(), old: this.#keys?.present ?? null };
  }

  /** Takes these keys in the place of its own: hosts that share an address share them (section 4.1.2). */
  setKeys(keys: FastOpenKeys): void {
    this.#keys = keys;
  }

  /** Octets that a SYN to this address can carry for sure, whatever its options; 0: no cookie, or no answer lately. */
  room({ w0, w1, w2, w3 }: IpAddress, offeredMss = 0): number {
    const server = this.#servers.get(`${w0},${w1},${w2},${w3}`);
    if (this.mode.clientWithoutCookie) return Math.max(0, (server?.mss || offeredMss) - OPTIONS_MOST);
    if (server === undefined || server.cookie.length === 0 || this.#owner.nowMs < server.retryMs) return 0;
    return Math.max(0, server.mss - OPTIONS_MOST);
  }

  #keysFor(c: Connection): FastOpenKeys {
    if (c.listener !== null && c.listener.fastOpenKeys !== null) return c.listener.fastOpenKeys;
    this.#keys ??= { present: this.#newKey(), old: null };
    return this.#keys;
  }

  // The server.

  admit(tcb: Tcb, seg: Segment): boolean {
    const c = this.#owner.table.of(tcb);
    const { listener } = c;
    const { mode } = this;
    if (listener === null || !mode.server) return false;
    if (listener.fastOpen === 0 && !mode.everyListener) return false;
    // While SYN cookies are out somebody floods us: nothing more is kept for a SYN than has to be.
    if (listener.cookiesUntil > this.#owner.nowMs) return false;
    const offered = (seg.opts & OPT_FAST_OPEN) !== 0;
    if (offered && seg.cookieExperimental === 1) tcb.fastOpen |= FastOpen.EXPERIMENTAL;
    const { counters } = this.#owner;
    if (!mode.serverWithoutCookie) {
      if (!offered) return false;
      const { present, old } = this.#keysFor(c);
      if (!this.#matches(tcb, seg, present)) {
        tcb.fastOpen |= FastOpen.OFFER;
        if (seg.cookieLen === 0) return false;
        if (old === null || !this.#matches(tcb, seg, old)) {
          counters.fastOpenBadCookies++;
          return false;
        }
      }
    }
    const most = listener.fastOpen === 0 ? listener.backlog : listener.fastOpen;
    if (!listener.enterEarly(this.#owner.nowMs, most)) {
      counters.fastOpenOverflows++;
      return false;
    }
    counters.fastOpenAccepted++;
    c.earlyAt = listener;
    return true;
  }

  #matches(tcb: Tcb, seg: Segment, key: Int32Array): boolean {
    if (seg.cookieLen !== COOKIE_LENGTH) return false;
    const right = this.#make(tcb, key);
    let wrong = 0;
    for (let i = 0; i < COOKIE_LENGTH; i++) wrong |= (seg.cookie[i] as number) ^ (right[i] as number);
    return wrong === 0;
  }

  /**
   * The cookie for the peer of `tcb`: it proves that the peer has got packets at its address. SipHash of the addresses of
   * the SYN, as they stand in its header: what Linux makes of the same key (net/ipv4/tcp_fastopen.c).
   */
  #make(tcb: Tcb, [k0 = 0, k1 = 0, k2 = 0, k3 = 0]: Int32Array): Uint8Array {
    const { l0, l1, l2, l3, r0, r1, r2, r3 } = tcb;
    const words = tcb.family === 4 ? [r3, l3] : [r0, r1, r2, r3, l0, l1, l2, l3];
    for (const [i, word] of words.entries()) this.#addresses[i] = littleEndian(word);
    const low = sipHash(k0, k1, k2, k3, this.#addresses, words.length);
    const high = sipHashHigh();
    for (let i = 0; i < 4; i++) {
      this.#made[i] = low >>> (8 * i);
      this.#made[4 + i] = high >>> (8 * i);
    }
    return this.#made;
  }

  // Both.

  offer(tcb: Tcb, seg: Segment): number {
    if (tcb.passive === 1) {
      const { present } = this.#keysFor(this.#owner.table.of(tcb));
      putOption(seg, this.#make(tcb, present), (tcb.fastOpen & FastOpen.EXPERIMENTAL) !== 0);
      return 0;
    }
    const server = this.#serverOf(tcb);
    if ((tcb.fastOpen & FastOpen.WITHOUT_COOKIE) !== 0) return server?.mss || tcb.rcv.mss;
    if (server === undefined) {
      putOption(seg, NO_COOKIE, false);
      return 0;
    }
    if (this.#owner.nowMs < server.retryMs) return 0;
    const asks = server.cookie.length === 0;
    const experimental = asks ? server.refused === 1 : server.experimental;
    if (experimental) tcb.fastOpen |= FastOpen.EXPERIMENTAL;
    putOption(seg, server.cookie, experimental);
    return server.cookie.length === 0 ? 0 : server.mss;
  }

  // The client.

  learn(tcb: Tcb, seg: Segment): void {
    const asked = (tcb.fastOpen & FastOpen.WITHOUT_COOKIE) === 0;
    const granted = asked && (seg.opts & OPT_FAST_OPEN) !== 0 && seg.cookieLen > 0;
    let server = this.#serverOf(tcb);
    if (granted) {
      server ??= this.#remember(tcb);
      server.cookie = seg.cookie.slice(0, seg.cookieLen);
      server.experimental = seg.cookieExperimental === 1;
    }
    if (!granted && asked) this.#noteRefusal(tcb);
    const taken = (tcb.fastOpen & FastOpen.TAKEN) !== 0;
    if (!granted && !taken && this.#retreats(tcb, server)) {
      this.failed(tcb);
      return;
    }
    if (server === undefined) {
      if (asked) return;
      server = this.#remember(tcb);
    }
    server.mss = tcb.snd.peerMss;
    if (granted || taken) {
      server.failures = 0;
      server.retryMs = 0;
    }
  }

  /** A request was not granted: the next one is experimental, the next but one as the first (see `fastOpenRetreat`). */
  #noteRefusal(tcb: Tcb): void {
    const { config, snd, rto } = tcb;
    if (config.fastOpenRetreat !== 'never' || rto.timeouts > 0 || snd.nxt !== ((snd.iss + 1) | 0)) return;
    const server = this.#serverOf(tcb) ?? this.#remember(tcb);
    if (server.cookie.length === 0)
      server.refused = (tcb.fastOpen & FastOpen.EXPERIMENTAL) !== 0 ? 2 : Math.max(server.refused, 1);
  }

  /** Forgets every server; how many that were. */
  flush(): number {
    const { size } = this.#servers;
    this.#servers.clear();
    return size;
  }

  /** Whether a server that neither granted a cookie nor took text is left alone (section 4.1.3.1). */
  #retreats({ config, snd, rto }: Tcb, server: Server | undefined): boolean {
    // A SYN that was sent again had neither the option nor text; of the one before is told already.
    if (config.fastOpenRetreat === 'silence' || config.fastOpenRetreat === 'never' || rto.timeouts > 0)
      return false;
    if (server === undefined || server.cookie.length === 0) return config.fastOpenRetreat === 'ignored';
    return seqGt(snd.end, (snd.iss + 1) | 0);
  }

  failed(tcb: Tcb): void {
    if (tcb.config.fastOpenRetreat === 'never') return;
    const server = this.#serverOf(tcb) ?? this.#remember(tcb);
    this.#owner.counters.fastOpenFailed++;
    const wait = Math.min(RETRY_AFTER_MS * 2 ** server.failures, RETRY_MOST_MS);
    server.failures = Math.min(server.failures + 1, 30);
    server.retryMs = this.#owner.nowMs + wait;
  }

  #serverOf(tcb: Tcb): Server | undefined {
    const key = keyOf(tcb);
    const server = this.#servers.get(key);
    if (server !== undefined) {
      // Used just now: it is the last to go.
      this.#servers.delete(key);
      this.#servers.set(key, server);
    }
    return server;
  }

  #remember(tcb: Tcb): Server {
    if (this.#servers.size >= CACHE_CAPACITY) {
      for (const oldest of this.#servers.keys()) {
        this.#servers.delete(oldest);
        break;
      }
    }
    const server: Server = {
      refused: 0,
      cookie: NO_COOKIE,
      experimental: false,
      mss: 0,
      failures: 0,
      retryMs: 0,
    };
    this.#servers.set(keyOf(tcb), server);
    return server;
  }
}

const NO_COOKIE = new Uint8Array(0);

/** The octets of a word in the other order: addresses are words as they read, SipHash takes octets as they lie. */
function littleEndian(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function keyOf({ r0, r1, r2, r3 }: Tcb): string {
  return `${r0},${r1},${r2},${r3}`;
}

function putOption(seg: Segment, cookie: Uint8Array, experimental: boolean): void {
  seg.opts |= OPT_FAST_OPEN;
  seg.cookieLen = cookie.length;
  seg.cookie.set(cookie);
  seg.cookieExperimental = experimental ? 1 : 0;
}

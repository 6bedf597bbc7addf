// One door for all ways in that Node has: a place as a word, and a port for each guest that comes there.

import type { StreamDeviceOptions } from '../../../link/index.ts';
import { openTap, type TapDevice } from '../../../link/tun/index.ts';
import { list, Schema, text, whole } from '../../../options/index.ts';
import { framesPlace, placeText, type StreamPlace } from './address.ts';
import { listenDatagrams } from './datagram.ts';
import type { Frames, PortArrived } from './frames.ts';
import { ReconnectingPort } from './reconnecting.ts';
import { framingOf, listenStream } from './stream.ts';
import { serveWebSockets } from './websocket.ts';

/** Options of {@link openFrames}. */
export interface FramesOptions {
  /** Largest IP packet of a guest in octets, 576 to 65,535 (QEMU's virtio-net: `host_mtu`). Default 1500. */
  mtu?: number;
  /** Octets that wait for a guest at most; frames beyond are dropped and counted. Default: the device's, 256 KiB or 1 MiB, or sixteen packets of `mtu`. */
  queue?: number;
  /** Guests at the same time; one more is refused and counted. Default 64. */
  maxGuests?: number;
  /** Where the place connects: milliseconds between two attempts at most. Default 1000. */
  reconnectMs?: number;
  /**
   * Where the place is for WebSockets: origins of pages that may come, as browsers name them (`https://example.org`);
   * '*': all. Programs, which name none, always may. Default: none.
   */
  origins?: readonly string[];
}

/** What {@link FramesOptions} may hold. */
export const framesOptions = new Schema<FramesOptions>('openFrames', {
  mtu: whole(576, 65_535),
  queue: whole(1),
  maxGuests: whole(1, 4096),
  reconnectMs: whole(1, 2 ** 30),
  origins: list(text),
});

/** What has one guest, whose port is there at once: one that we connect to, a TAP interface. */
class SingleFrames implements Frames {
  readonly at: string;
  readonly refused = 0;
  readonly #port: ReconnectingPort | TapDevice;

  constructor(at: string, port: ReconnectingPort | TapDevice, arrived: PortArrived) {
    this.at = at;
    this.#port = port;
    arrived(port, at);
  }
  get guests(): number {
    const isThere = 'connected' in this.#port ? this.#port.connected : !this.#port.closed;
    return isThere ? 1 : 0;
  }
  async close(): Promise<void> {
    this.#port.close();
  }
}

function connectStream(
  place: StreamPlace,
  options: StreamDeviceOptions,
  longestMs: number,
  arrived: PortArrived,
): Frames {
  const to = 'path' in place ? { path: place.path } : { host: place.host, port: place.port };
  const port = new ReconnectingPort(to, { ...options, framing: framingOf(place) }, longestMs);
  return new SingleFrames(`connect:${placeText(place)}`, port, arrived);
}

/**
 * Opens a way in for guests, and calls `arrived` with a {@link FramePort} for each that comes. `at` is
 *
 * - `unix:PATH`, `tcp:[HOST:]PORT`: listens with a length of four octets before each frame, for QEMU (`-netdev
 *   stream,addr.type=unix,addr.path=PATH`), krunkit (`type=unixstream`), libkrun and whatever else speaks as passt does;
 * - `hyperkit:PATH`: listens with a length of two octets, the least significant first (HyperKit, vpnkit, gvproxy's stdio);
 * - `connect:` before one of these: connects, and again whenever the other side has gone;
 * - `udp:[HOST:]PORT`: a frame in each datagram (QEMU: `-netdev dgram`);
 * - `ws:[HOST:]PORT`: a frame in each binary message of a WebSocket (v86: `relay_url: 'ws://127.0.0.1:PORT/'`);
 *   where its path ends with `/wisp/` streams of Wisp (v86: `relay_url: 'wisp://127.0.0.1:PORT/wisp/'`), each client of which is a
 *   guest with an address of its own, whose questions and connections are judged as all guests' are;
 * - `tap:NAME`: a TAP interface of Linux, made or taken: for what is in a network namespace, or on a bridge. It needs what
 *   `synfin/link/tun` needs.
 *
 * Without HOST that is 127.0.0.1: who can connect is on the guests' network, unasked. Port 0 is one that is free. A unix
 * socket is the owner's alone, and a file that nobody serves any more gives way. Datagrams over unix sockets (vfkit's
 * `unixgram`) are not in Node: let the machine use `unixstream`.
 *
 * Rejects with what Node says (EADDRINUSE, EACCES…), and with TypeError, RangeError.
 */
export async function openFrames(at: string, options: FramesOptions, arrived: PortArrived): Promise<Frames> {
  framesOptions.check(options);
  const place = framesPlace(at);
  const { mtu, queue, maxGuests = 64, reconnectMs = 1000, origins = [] } = options;
  const device = { ...(mtu === undefined ? {} : { mtu }), ...(queue === undefined ? {} : { queue }) };
  switch (place.by) {
    case 'udp':
      return listenDatagrams(place.host, place.port, device, maxGuests, arrived);
    case 'ws':
      return serveWebSockets(place.host, place.port, device, origins, maxGuests, arrived);
    case 'tap':
      return new SingleFrames(
        `tap:${place.name}`,
        await openTap({ name: place.name, ...(mtu && { mtu }) }),
        arrived,
      );
    default:
      return place.connect
        ? connectStream(place, device, reconnectMs, arrived)
        : listenStream(place, device, maxGuests, arrived);
  }
}

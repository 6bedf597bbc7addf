// Frames as messages of a BroadcastChannel: an Ethernet segment that all pages, workers and threads with a channel
// of that name are on. A channel has no far side that could say what it took: what goes out in one turn is bounded.

import { soon } from '../../host/index.ts';
import { like } from '../../options/index.ts';
import { cost, DeviceBase, messageOctets, type QueueOptions, queueOptions } from './base.ts';

/** What is used of a BroadcastChannel. */
export interface BroadcastChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
  close(): void;
  ref?(): void;
  unref?(): void;
}

const channels = like('a BroadcastChannel', 'postMessage', 'addEventListener', 'close');
const QUEUE = 1024 * 1024;

/** A device on a channel. */
export class BroadcastChannelDevice extends DeviceBase {
  readonly #channel: BroadcastChannelLike;
  readonly #queue: number;
  /** What was posted in this turn. */
  #posted = 0;
  readonly #onMessage = (event: object): void => this.#message((event as { data: unknown }).data);

  /** @internal */
  constructor(channel: BroadcastChannelLike, o: QueueOptions) {
    super({ ...o, kind: o.kind ?? 'ethernet' });
    this.#channel = channel;
    this.#queue = o.queue ?? QUEUE;
    channel.addEventListener('message', this.#onMessage);
  }

  override send(packet: Uint8Array): void {
    if (this.closed || this.#posted + cost(packet) > this.#queue) {
      this.dropped++;
      return;
    }
    if (this.#posted === 0) {
      soon(() => {
        this.#posted = 0;
      });
    }
    this.#posted += cost(packet);
    this.sent++;
    this.#channel.postMessage(packet);
  }

  #message(data: unknown): void {
    const packet = messageOctets(data);
    if (packet === null) this.malformed++;
    else this.deliver(packet);
  }

  /** Leaves the channel. Nobody is told: others may be on it. */
  close(): void {
    if (!this.end()) return;
    this.#channel.removeEventListener('message', this.#onMessage);
    this.#channel.close();
  }

  ref(): void {
    this.#channel.ref?.();
  }
  unref(): void {
    this.#channel.unref?.();
  }
}

/**
 * A device on a channel, which is the device's from then on; by default of kind 'ethernet'. `queue` is what goes out
 * in one turn of the event loop at most, by default 1 MiB; what waits at the receivers has no bound but the windows
 * of the connections.
 * @throws TypeError, RangeError
 */
export function broadcastChannelDevice(
  channel: BroadcastChannelLike,
  o: QueueOptions = {},
): BroadcastChannelDevice {
  channels.check(channel, 'broadcastChannelDevice', 'channel');
  queueOptions.check(o);
  return new BroadcastChannelDevice(channel, o);
}

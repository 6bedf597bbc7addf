// Packets as messages of a MessagePort: between a page and its workers, between the threads of Node, Bun and Deno.
// A port queues without a bound and without a measure; so the far device acknowledges what it has taken, and no more
// than a queueful is ever under way.

import { soon } from '../../host/index.ts';
import { flag, like, Schema } from '../../options/index.ts';
import { cost, DeviceBase, messageOctets, type QueueOptions, queueKinds } from './base.ts';

/** What is used of a port: a MessagePort, a Worker of the web, `self` in such a worker, `parentPort` of Node. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
  start?(): void;
  close?(): void;
  ref?(): void;
  unref?(): void;
}

/** Options of {@link messagePortDevice}. */
export interface MessagePortOptions extends QueueOptions {
  /**
   * The other end is such a device, too (default): it says what it has taken, and when it closes. false: it is
   * something else that takes and posts nothing but packets (Uint8Array or ArrayBuffer); what waits in the port
   * then has no bound but the windows of the connections.
   */
  acknowledge?: boolean;
}

const options = new Schema<MessagePortOptions>('messagePortDevice', { ...queueKinds, acknowledge: flag });
const ports = like('a MessagePort', 'postMessage', 'addEventListener');
const QUEUE = 4 * 1024 * 1024;

/** The message that says goodbye; a packet is octets, an acknowledgment a number. */
const GOODBYE = null;

/** A device on a port. */
export class MessagePortDevice extends DeviceBase {
  readonly #port: MessagePortLike;
  readonly #acknowledge: boolean;
  readonly #queue: number;
  /** What packets have cost since the beginning: sent, of it acknowledged; received, of it acknowledged. */
  #sentCost = 0;
  #takenThere = 0;
  #takenHere = 0;
  #told = 0;
  readonly #onMessage = (event: object): void => this.#message((event as { data: unknown }).data);
  readonly #onClose = (): void => this.#farClosed();

  /** @internal */
  constructor(port: MessagePortLike, o: MessagePortOptions) {
    super(o);
    this.#port = port;
    this.#acknowledge = o.acknowledge ?? true;
    this.#queue = o.queue ?? QUEUE;
    port.addEventListener('message', this.#onMessage);
    port.addEventListener('close', this.#onClose);
    port.start?.();
  }

  override send(packet: Uint8Array): void {
    const under = this.#sentCost - this.#takenThere;
    if (this.closed || (this.#acknowledge && under + cost(packet) > this.#queue)) {
      this.dropped++;
      return;
    }
    this.sent++;
    this.#sentCost += cost(packet);
    this.#port.postMessage(packet, [packet.buffer as ArrayBuffer]);
  }

  #message(data: unknown): void {
    if (this.closed) return;
    const packet = messageOctets(data);
    if (packet !== null) {
      if (this.#acknowledge) this.#acknowledgeSoon(cost(packet));
      this.deliver(packet);
    } else if (this.#acknowledge && data === GOODBYE) {
      this.#farClosed();
    } else if (this.#acknowledge && typeof data === 'number' && this.#couldBe(data)) {
      this.#takenThere = data;
    } else {
      this.malformed++;
    }
  }

  /** No acknowledgment goes back, or says more than what was sent. */
  #couldBe(taken: number): boolean {
    return taken >= this.#takenThere && taken <= this.#sentCost;
  }

  /** One for all packets of a turn. */
  #acknowledgeSoon(octets: number): void {
    if (this.#takenHere === this.#told) {
      soon(() => {
        this.#told = this.#takenHere;
        if (!this.closed) this.#port.postMessage(this.#told, []);
      });
    }
    this.#takenHere += octets;
  }

  #farClosed(): void {
    this.#release();
    this.gone(null);
  }

  #release(): void {
    this.#port.removeEventListener('message', this.#onMessage);
    this.#port.removeEventListener('close', this.#onClose);
    this.#port.close?.();
  }

  /** Closes the port; the other end is told, after the packets that were sent. */
  close(): void {
    if (!this.end()) return;
    if (this.#acknowledge) this.#port.postMessage(GOODBYE, []);
    this.#release();
  }

  ref(): void {
    this.#port.ref?.();
  }
  unref(): void {
    this.#port.unref?.();
  }
}

/**
 * A device on a port, which is the device's from then on.
 * @throws TypeError, RangeError
 */
export function messagePortDevice(port: MessagePortLike, o: MessagePortOptions = {}): MessagePortDevice {
  ports.check(port, 'messagePortDevice', 'port');
  options.check(o);
  return new MessagePortDevice(port, o);
}

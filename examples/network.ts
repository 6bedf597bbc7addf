// What the examples with libraries share: a client and a server in real time, joined by a link that loses 2 % of the
// packets. All that a library is given is sockets of one of the hosts: `netOf(client)`, `httpOf(server)`, `serveOn(…)`.

import { type Device, devicePair, Host, Random } from '../src/index.ts';

/** The server's address. */
export const SERVER = '10.0.0.2';

/** Of the first few packets one is lost, and then one in fifty on the average. */
const FIRST = 8;
const GAP = 99;

/** Two hosts, and the link between them. */
export class Network {
  readonly client = new Host({ name: 'client' });
  readonly server = new Host({ name: 'server' });
  readonly #random = new Random('examples');
  #packets = 0;
  #lost = 0;
  #next = 1 + this.#random.int(FIRST);

  constructor() {
    const [a, b] = devicePair();
    this.client.attach(this.#losing(a), { addresses: ['10.0.0.1/24'] });
    this.server.attach(this.#losing(b), { addresses: [`${SERVER}/24`] });
  }

  /** A device as it is, but for what it loses. */
  #losing(device: Device): Device {
    return {
      kind: device.kind,
      mtu: device.mtu,
      send: (packet) => {
        if (!this.#isLost()) device.send(packet);
      },
      get onreceive() {
        return device.onreceive;
      },
      set onreceive(receive) {
        device.onreceive = receive;
      },
      close: () => device.close?.(),
    };
  }

  #isLost(): boolean {
    if (++this.#packets !== this.#next) return false;
    this.#lost++;
    this.#next += 1 + this.#random.int(GAP);
    return true;
  }

  /** Ends what is left on both hosts, and says what was lost. */
  async end(): Promise<void> {
    await Promise.all([this.client.close(), this.server.close()]);
    console.log(`${this.#lost} of ${this.#packets} packets were lost`);
  }
}

// A gateway on this machine's network in real time: a guest by a unix socket, and all that connections do, again and again.
// After every round everything rests, and nothing is left: no connection, flow, descriptor.

import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Frames, type NodeGateway, openFrames } from '../../src/gateway/node/index.ts';
import { type Connection, type Device, Host } from '../../src/host/index.ts';
import { connectDevice } from '../../src/node/index.ts';
import { Random } from '../../src/sim/index.ts';

/** What is left when all is at rest; TIME-WAIT of the gateway's host is not. */
export interface GatewayLeft {
  readonly connections: number;
  readonly flows: number;
  /** Descriptors of this process beyond those before. */
  readonly descriptors: number;
}

/** None of {@link GatewayLeft}. */
export const NOTHING: GatewayLeft = { connections: 0, flows: 0, descriptors: 0 };

const GATEWAY = '10.0.2.2';
const LARGEST = 100_000;
const ACTIONS = ['echo', 'reset', 'abort', 'given up', 'refused', 'denied', 'datagram', 'cable'] as const;

/** How often each was done. */
export type ChurnTally = Partial<Record<(typeof ACTIONS)[number], number>>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** See above. Linux: descriptors are counted in /proc. */
export class GatewayChurn {
  readonly guest = new Host({ name: 'guest' });
  readonly #random: Random;
  readonly #dir: string;
  readonly #gateway: NodeGateway;
  readonly #echo: Server;
  readonly #reset: Server;
  readonly #udp: DatagramSocket;
  readonly #frames: Frames;
  #cable: Device | null = null;
  /** The guest's card, whose cable may be another one. */
  readonly #card: Device = {
    kind: 'ethernet',
    mtu: 1500,
    send: (frame) => this.#cable?.send(frame),
    onreceive: null,
  };
  #descriptors = 0;

  private constructor(seed: number, gateway: NodeGateway, frames: Frames, dir: string, servers: Servers) {
    this.#random = new Random(seed);
    this.#gateway = gateway;
    this.#frames = frames;
    this.#dir = dir;
    [this.#echo, this.#reset, this.#udp] = servers;
    this.guest.attach(this.#card, { addresses: ['10.0.2.15/24'] });
    this.guest.addRoute('default', GATEWAY);
  }

  /** `seed` chooses what the guest does; when things happen is the machine's. */
  static async open(seed: number): Promise<GatewayChurn> {
    const dir = mkdtempSync(join(tmpdir(), 'synfin-churn-'));
    const gateway = createGateway({ hostLoopback: true, limits: { udpIdleMs: 500, udpUnansweredMs: 500 } });
    const frames = await openFrames(`unix:${join(dir, 'vm.sock')}`, {}, (port) => {
      gateway.attach(port, { name: 'vm' });
    });
    const echo = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    const reset = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.resetAndDestroy());
    });
    for (const server of [echo, reset]) await once(server.listen(0, '127.0.0.1'), 'listening');
    const udp = createSocket('udp4').on('message', (octets, { port, address }) =>
      udp.send(octets, port, address),
    );
    await once(udp.bind(0, '127.0.0.1'), 'listening');
    const churn = new GatewayChurn(seed, gateway, frames, dir, [echo, reset, udp]);
    await churn.#plug();
    churn.#descriptors = descriptors();
    return churn;
  }

  get gateway(): NodeGateway {
    return this.#gateway;
  }

  async #plug(): Promise<void> {
    const cable = await connectDevice({ path: join(this.#dir, 'vm.sock') });
    cable.onreceive = (frame) => this.#card.onreceive?.(frame);
    this.#cable = cable;
  }

  /** One after the other for this long: how often each. Then rests. */
  async round(ms: number): Promise<ChurnTally> {
    const tally: ChurnTally = {};
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const action = ACTIONS[this.#random.int(ACTIONS.length)] as (typeof ACTIONS)[number];
      await this.#do(action);
      tally[action] = (tally[action] ?? 0) + 1;
    }
    for (const c of this.guest.connections) c.abort();
    return tally;
  }

  /** What is left, as soon as it is nothing, or after `ms`. */
  async left(ms: number): Promise<GatewayLeft> {
    const end = performance.now() + ms;
    for (;;) {
      const left = {
        connections: this.#gateway.connections().filter(({ state }) => state !== 'TIME-WAIT').length,
        flows: this.#gateway.info().flows,
        descriptors: Math.max(0, descriptors() - this.#descriptors),
      };
      if (Object.values(left).every((n) => n === 0) || performance.now() > end) return left;
      await pause(50);
    }
  }

  async #do(action: (typeof ACTIONS)[number]): Promise<void> {
    const port = (server: Server): number => (server.address() as AddressInfo).port;
    switch (action) {
      case 'echo':
        return this.#echoed(await this.#connect(port(this.#echo)));
      case 'reset': {
        const c = await this.#connect(port(this.#reset));
        await c.write(new Uint8Array(100));
        return void (await c.read().catch(() => null));
      }
      case 'abort': {
        const c = await this.#connect(port(this.#echo));
        await c.write(new Uint8Array(this.#random.int(LARGEST)));
        return c.abort();
      }
      case 'given up':
        return this.guest.open({ address: GATEWAY, port: port(this.#echo) }).abort();
      case 'refused':
        return void (await this.#connect(1).catch(() => {}));
      case 'denied':
        return void (await this.guest.connect({ address: '169.254.169.254', port: 80 }).catch(() => {}));
      case 'datagram': {
        let answer = (): void => {};
        const answered = new Promise<void>((resolve) => {
          answer = resolve;
        });
        const socket = this.guest.udp({ onMessage: () => answer() });
        socket.send(new Uint8Array(this.#random.int(1400)), GATEWAY, this.#udp.address().port);
        await Promise.race([answered, pause(200)]);
        return socket.close();
      }
      case 'cable': {
        // The machine's link goes and comes back; what is open goes on.
        const c = await this.#connect(port(this.#echo));
        this.#cable?.close?.();
        while (this.#gateway.guests[0]?.port !== null) await pause(1);
        await this.#plug();
        return this.#echoed(c);
      }
    }
  }

  #connect(port: number): Promise<Connection> {
    return this.guest.connect({ address: GATEWAY, port });
  }

  /** Octets there and back, the guest ending first. Throws when other octets come. */
  async #echoed(c: Connection): Promise<void> {
    const length = this.#random.int(LARGEST);
    const octet = this.#random.int(256);
    const sent = c.write(new Uint8Array(length).fill(octet)).then(() => c.end());
    let got = 0;
    for await (const piece of c) {
      if (piece.some((each) => each !== octet)) throw new Error('an octet came back as another');
      got += piece.length;
    }
    await sent;
    if (got !== length) throw new Error(`of ${length} octets ${got} came back`);
  }

  async close(): Promise<void> {
    await this.guest.close({ timeoutMs: 0 });
    await this.#gateway.close();
    await this.#frames.close();
    this.#udp.close();
    for (const server of [this.#echo, this.#reset]) server.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

type Servers = readonly [echo: Server, reset: Server, udp: DatagramSocket];

// A stage with synfin at the left and the kernel of this machine at the right: a TUN interface in a network
// namespace of our own, a simulated wire in front of it that takes its time, and a server of node:net.
// The kernel's states are what sock_diag(7) says after every segment.

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { release } from 'node:os';
import { Host } from '../host/index.ts';
import { type TraceEnd, TraceRecorder } from '../lab/index.ts';
import {
  configureInterface,
  type KernelTuple,
  kernelStateOf,
  openTun,
  type TunDevice,
} from '../link/tun/index.ts';
import { RealtimeDriver, Wire, World } from '../sim/index.ts';
import { KernelPort, realPlatform } from './kernel-port.ts';
import type { Actor } from './run-scenario.ts';
import { connectionActor, type OpenStage, type StageOptions } from './run-synfin.ts';

const LEFT = '10.0.0.2';
const RIGHT = '10.0.0.1';
const PORT = 8080;
/** Real time that the whole script may take, 2 MSL aside. */
const PATIENCE_MS = 15_000;

/**
 * Sets the stage. Must run in a namespace of our own. Rejects with a TunError when the interface cannot be
 * made.
 */
export async function kernelStage(options: StageOptions): Promise<OpenStage> {
  const { mslMs, delayMs, onEvent } = options;
  // Real time: nothing here is repeated, and ports and ISNs are never those of the run before.
  const world = new World({ seed: randomInt(2 ** 32) });
  const device = await openTun({ memory: world.memory });
  try {
    return await onDevice(world, device);
  } catch (error) {
    device.close();
    throw error;
  }

  async function onDevice(world: World, device: TunDevice): Promise<OpenStage> {
    await configureInterface({ name: device.name, addresses: [{ address: RIGHT, prefix: 24 }] });
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(PORT, RIGHT);
    await once(server, 'listening');

    const localPort = randomInt(49_152, 65_536);
    const [major, minor] = release().split('.');
    const ends: Readonly<Record<'left' | 'right', TraceEnd>> = {
      left: { name: 'synfin', address: LEFT, port: localPort, states: 'engine' },
      right: { name: `Linux ${major}.${minor}`, address: RIGHT, port: PORT, states: 'observed' },
    };
    const tuple: KernelTuple = {
      localAddress: RIGHT,
      localPort: PORT,
      remoteAddress: LEFT,
      remotePort: localPort,
    };
    const observe = { right: () => kernelStateOf(tuple) };
    const host = new Host({
      name: 'synfin',
      clock: world.clock,
      random: () => world.random.nextUint32(),
      memory: world.memory,
      tcp: { mslMs },
    });
    const iface = host.addInterface({ mtu: device.mtu, addresses: [`${LEFT}/24`] });
    world.addNode(host);
    const begin = { left: 'CLOSED', right: observe.right() } as const;
    const recorder = new TraceRecorder({ ends, begin, now: () => world.now(), onEvent, observe });
    const port = new KernelPort(device, () => recorder.processed('right'));
    const wire = new Wire(world, iface, port, { delayUs: delayMs * 1000, ends: ['left', 'right'] });
    wire.tap = recorder.wireTap;
    host.tap = recorder.hostTap('left');
    const driver = new RealtimeDriver(world, realPlatform);
    driver.start();
    device.onPackets({
      receive(off, len) {
        driver.sync();
        port.send(off, len);
      },
      batchEnd: () => driver.kick(),
    });

    const sockets: Socket[] = [];
    return {
      ends,
      recorder,
      async connect() {
        driver.sync();
        const actor = connectionActor(await host.connect({ address: RIGHT, port: PORT, localPort }));
        return {
          read: actor.read,
          write(octets) {
            driver.sync();
            actor.write(octets);
          },
          close() {
            driver.sync();
            actor.close();
          },
        };
      },
      async accept() {
        const [socket] = (await once(server, 'connection')) as [Socket];
        sockets.push(socket);
        server.close(); // no new ones: then the kernel has nothing left of us when this one is CLOSED
        return socketActor(socket);
      },
      sync: () => driver.sync(),
      sleep(ms) {
        driver.sync();
        return world.sleep(ms * 1000);
      },
      run: (done) => withPatience(done, PATIENCE_MS + 2 * mslMs),
      dispose() {
        driver.stop();
        wire.close();
        device.close();
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  }
}

/** A program that talks through a socket of the kernel. */
function socketActor(socket: Socket): Actor {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    write: (octets) => void socket.write(octets),
    async read() {
      const { done, value } = await chunks.next();
      return done === true ? null : new Uint8Array(value);
    },
    close: () => void socket.end(),
  };
}

function withPatience<T>(done: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not finished after ${ms / 1000} s`)), ms);
    timer.unref(); // an interrupted run does not wait for it; the device keeps any other one alive
    done.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// Guests on stream sockets that come to us: `-netdev stream` of QEMU, krunkit's unixstream, HyperKit's.

import { once } from 'node:events';
import { chmodSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { Framing, StreamDevice, StreamDeviceOptions } from '../../../link/index.ts';
import { socketDevice } from '../../../node/index.ts';
import type { FramePort } from '../../port.ts';
import { hostPortText, placeText, type StreamPlace } from './address.ts';
import { type Frames, type PortArrived, Ports } from './frames.ts';

/** A stream's port: a {@link StreamDevice} is of kind 'ethernet' when it was made so. */
export type StreamPort = StreamDevice & FramePort;

/** The port of a socket that is connected. */
export function streamPort(socket: Socket, options: StreamDeviceOptions): StreamPort {
  return socketDevice(socket, { ...options, kind: 'ethernet' }) as StreamPort;
}

/** The owner's alone: who connects is on the guests' network. */
const OWNER_ONLY = 0o600;

/** Whether a unix socket's file was left by a program that has ended: nobody takes connections there. */
async function isLeft(path: string): Promise<boolean> {
  if (!statSync(path).isSocket()) return false;
  const probe = connect({ path });
  try {
    await once(probe, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    probe.destroy();
  }
}

async function listening(server: Server, options: ListenOptions): Promise<void> {
  server.listen(options);
  await once(server, 'listening');
}

/** Listens; the file of a unix socket that nobody serves any more gives way, as QEMU's own do. */
async function listen(server: Server, options: ListenOptions): Promise<void> {
  const { path } = options;
  try {
    await listening(server, options);
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (path === undefined || !inUse || !(await isLeft(path))) throw error;
    unlinkSync(path);
    await listening(server, options);
  }
  if (path !== undefined && process.platform !== 'win32') chmodSync(path, OWNER_ONLY);
}

/** A server whose connections are guests. */
class StreamFrames implements Frames {
  readonly at: string;
  readonly #server: Server;
  readonly #ports: Ports<StreamPort>;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server, at: string, ports: Ports<StreamPort>, options: StreamDeviceOptions) {
    this.#server = server;
    this.#ports = ports;
    this.at = at;
    server.on('connection', (socket) => this.#connection(socket, options));
    server.on('error', () => {}); // of a connection that could not be accepted: the next one may
  }

  get guests(): number {
    return this.#ports.size;
  }
  get refused(): number {
    return this.#ports.refused;
  }

  #connection(socket: Socket, options: StreamDeviceOptions): void {
    if (!this.#ports.admit()) {
      socket.destroy();
      return;
    }
    const port = streamPort(socket, options);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#ports.delete(port);
    });
    const { remoteAddress, remotePort } = socket;
    const from = remoteAddress === undefined ? '' : ` from ${hostPortText(remoteAddress, remotePort ?? 0)}`;
    this.#ports.add(port, `${this.at}${from}`);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#ports.close();
    for (const socket of this.#sockets) socket.destroySoon();
    await closed;
  }
}

/** How the streams of a place are framed. */
export function framingOf({ by }: StreamPlace): Framing {
  return by === 'hyperkit' ? 'uint16le' : 'uint32be';
}

/** Listens for guests on a unix socket or a TCP port. Rejects with what node:net says (EADDRINUSE, EACCES…). */
export async function listenStream(
  place: StreamPlace,
  options: StreamDeviceOptions,
  mostGuests: number,
  arrived: PortArrived,
): Promise<Frames> {
  const server = createServer();
  await listen(server, 'path' in place ? { path: place.path } : { host: place.host, port: place.port });
  const address = server.address();
  const at = placeText(place, typeof address === 'object' ? address?.port : undefined);
  const ports = new Ports<StreamPort>(mostGuests, arrived);
  return new StreamFrames(server, at, ports, { ...options, framing: framingOf(place) });
}

// Packets over a socket of node:net: a unix socket or a TCP connection of QEMU, HyperKit, or another process.

import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import {
  type OctetStream,
  type StreamDevice,
  type StreamDeviceOptions,
  streamDevice,
} from '../link/devices/index.ts';

/** A socket in the shape that a device takes. */
function fromSocket(socket: Socket): OctetStream {
  let failure: Error | null = null;
  let corked = false;
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  // What is written in one go leaves by one call of the system: packets come in trains.
  const write = (octets: Uint8Array): boolean => {
    if (!socket.writable) return true;
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    return socket.write(octets);
  };
  const stream: OctetStream = {
    write,
    ondata: null,
    close: () => {
      socket.end();
      socket.unref();
      socket.resume(); // to see the end of the other side
    },
    ref: () => void socket.ref(),
    unref: () => void socket.unref(),
  };
  socket.setNoDelay(true);
  socket.on('data', (octets) => stream.ondata?.(octets as Uint8Array));
  socket.on('drain', () => stream.ondrain?.());
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => stream.onclose?.(failure));
  return stream;
}

/**
 * A device on a connected socket, which is the device's from then on: one of `net.connect`, or of a `net.Server`
 * that QEMU connects to. By default of kind 'ethernet' with QEMU's framing. Throws TypeError, RangeError.
 */
export function socketDevice(socket: Socket, options: StreamDeviceOptions = {}): StreamDevice {
  return streamDevice(fromSocket(socket), options);
}

/**
 * Connects to a unix socket (`{ path }`) or a TCP port (`{ host, port }`) and makes a device of it.
 * Rejects with what node:net says (ENOENT, ECONNREFUSED…), and with TypeError, RangeError.
 */
export async function connectDevice(
  to: NetConnectOpts,
  options: StreamDeviceOptions = {},
): Promise<StreamDevice> {
  const socket = connect(to);
  try {
    await once(socket, 'connect');
    return socketDevice(socket, options);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

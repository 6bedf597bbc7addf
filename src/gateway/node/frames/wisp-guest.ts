// A client of Wisp as a guest: a host of ours stands for it, whose frames come to the gateway by a port as a machine's do.
// So what the client asks for is a question of DNS and a SYN of a guest: judged, written down and bounded as those are.

import { randomInt } from 'node:crypto';
import { Host } from '../../../host/index.ts';
import { devicePair, type PairDevice } from '../../../link/index.ts';
import { namesOf } from '../../../socket/node/names/index.ts';
import { hostOuter } from '../../outer-host.ts';
import type { FramePort } from '../../port.ts';
import { DhcpClient } from '../../services/index.ts';
import { WispSession, type WispSocket } from '../../wisp/index.ts';

/** Streams of one client at the same time. */
const MOST_STREAMS = 64;

/** The port of a client's host: it closes with the WebSocket, and the WebSocket with it. */
export type WispPort = PairDevice & FramePort;

/** A guest for a client that has just connected. */
export function wispPort(webSocket: WispSocket, mtu: number): WispPort {
  const [port, device] = devicePair({ kind: 'ethernet', mtu });
  const host = new Host({ name: 'wisp' });
  const iface = host.attach(device, { name: 'eth0', autoconfigure: true, onClose: () => webSocket.close() });
  let dhcp: DhcpClient | null = null;
  // There is nobody to ask before the port is attached.
  queueMicrotask(() => {
    if (!host.closed) dhcp = new DhcpClient(host, iface, randomInt(2 ** 32));
  });
  const resolve = async (name: string): Promise<readonly string[]> => {
    const { dns } = await (dhcp as DhcpClient).lease;
    const names = namesOf(host, { servers: [dns] });
    // IPv4 first: an address of IPv6 is no sign that the network outside has it.
    return names.addresses(name, 4).catch(() => names.addresses(name, 6));
  };
  new WispSession(webSocket, { outer: hostOuter(host), resolve }, MOST_STREAMS);
  webSocket.addEventListener('close', () => {
    dhcp?.close();
    void host.close({ timeoutMs: 0 }).then(() => port.close());
  });
  return port as WispPort;
}

// What the tests of names share: a host that asks, and one that answers.

import type { Host, UdpMessage, UdpSocket } from '../../../host/index.ts';
import { World } from '../../../sim/index.ts';
import { answerFrom, type NamesOptions, namesOf, type Zone } from './index.ts';

/** Two hosts that share a wire. */
export interface Net {
  readonly world: World;
  readonly client: Host;
  readonly server: Host;
}

export const SERVER = '10.0.0.53';

/** A host with names, and one with a DNS server, a millisecond away. */
export function net(options: NamesOptions = {}, wire: { loss?: number; seed?: number } = {}): Net {
  const world = new World({ seed: wire.seed ?? 1 });
  const client = world.host('client', '10.0.0.1/24', 'fd00::1/64');
  const server = world.host('server', `${SERVER}/24`, 'fd00::53/64');
  world.wire(client, server, { delayUs: 1000, loss: wire.loss ?? 0 });
  namesOf(client, { servers: [SERVER], ...options });
  return { world, client, server };
}

/** What came of it, and how long it took, in milliseconds of virtual time. */
export async function timed(world: World, promise: Promise<unknown>): Promise<[unknown, number]> {
  const from = world.now();
  const result = await world.settle(promise.catch((error: { message: string }) => error.message));
  return [result, Math.round((world.now() - from) / 1000)];
}

/** A server that is asked, and whose answers are what `answer` makes of them. */
export function serverOf(
  host: Host,
  answer: (message: UdpMessage, socket: UdpSocket, n: number) => void,
): () => number {
  let n = 0;
  host.udp({ port: 53, onMessage: (message, socket) => answer(message, socket, n++) });
  return () => n;
}

/** What a server that has this zone answers. */
export function rightAnswer(zone: Zone, message: UdpMessage): Uint8Array {
  return answerFrom(zone, message.data, 0xffff)?.octets as Uint8Array;
}

/** Records of addresses. */
export const A = (...addresses: string[]): { type: 'A'; data: string }[] =>
  addresses.map((data) => ({ type: 'A', data }));
export const AAAA = (...addresses: string[]): { type: 'AAAA'; data: string }[] =>
  addresses.map((data) => ({ type: 'AAAA', data }));

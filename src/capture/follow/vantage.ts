// Where the capture was made: beside the client, beside the server, or between. What can be concluded hangs on it.

import type { Connection } from './connection.ts';

/** A place to capture at; `both`: both ends are on the machine that captured. */
export type Place = 'client' | 'server' | 'middle' | 'both' | 'unknown';

/** By what a place was inferred, the surest first. */
export type PlaceSign =
  | 'addresses'
  | 'direction'
  | 'checksums'
  | 'handshake'
  | 'round-trips'
  | 'ttl'
  | 'none';

/** An inferred place. */
export interface Vantage {
  readonly at: Place;
  readonly by: PlaceSign;
}

/** The other half of a round trip is so much shorter beside an end. */
const HALF = 0.2;
/** On one machine both halves are nothing: nothing can be told by them. */
const LEAST_US = 300;
const INITIAL_TTLS: readonly number[] = [64, 128, 255];

/** Routers that a packet has passed, by the usual initial values (32, 64, 128, 255). */
export function hopsOf(ttl: number): number {
  const initial = ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
  return initial - ttl;
}

/** Where the capture of a connection was made. */
export function vantageOf(connection: Connection): Vantage {
  const [client, server] = connection.sides;
  if (client.address === server.address || /^127\.|^::1$/.test(client.address))
    return { at: 'both', by: 'addresses' };
  if (client.outbound !== server.outbound && client.outbound + server.outbound > 0)
    return { at: client.outbound > server.outbound ? 'client' : 'server', by: 'direction' };
  if (client.inbound !== server.inbound && client.outbound + server.outbound === 0)
    return { at: client.inbound < server.inbound ? 'client' : 'server', by: 'direction' };
  if (client.partialSumsOfOwn > 0 && server.partialSumsOfOwn > 0) return { at: 'both', by: 'checksums' };
  if (client.partialSumsOfOwn > 0 !== server.partialSumsOfOwn > 0)
    return { at: client.partialSumsOfOwn > 0 ? 'client' : 'server', by: 'checksums' };
  const { synAck, thirdAck } = connection;
  const { syn } = client;
  const byHalves = (toServer: number, toClient: number): Place | null => {
    const place = placeByHalves(toServer, toClient);
    // However near it is: an end whose packets a router has forwarded is another machine.
    const end = place === 'client' ? client : place === 'server' ? server : null;
    return end !== null && end.ttl > 0 && !INITIAL_TTLS.includes(end.ttl) ? 'middle' : place;
  };
  if (syn !== null && synAck !== null && thirdAck !== null && client.syns === 1 && server.syns === 1) {
    const place = byHalves(synAck.us - syn.us, thirdAck.us - synAck.us);
    if (place !== null) return { at: place, by: 'handshake' };
  }
  if (client.rtt.count > 0 && server.rtt.count > 0) {
    const place = byHalves(client.rtt.least, server.rtt.least);
    if (place !== null) return { at: place, by: 'round-trips' };
  }
  const [near, far] = [INITIAL_TTLS.includes(client.ttl), INITIAL_TTLS.includes(server.ttl)];
  const known = client.ttl > 0 && server.ttl > 0;
  if (known && near !== far) return { at: near ? 'client' : 'server', by: 'ttl' };
  if (client.ttl > 0 && server.ttl === 0 && !near) return { at: 'server', by: 'ttl' };
  return { at: 'unknown', by: 'none' };
}

/** By the time from here to the server and back, and from here to the client and back. */
function placeByHalves(toServer: number, toClient: number): Place | null {
  if (toServer < 0 || toClient < 0 || toServer + toClient < LEAST_US) return null;
  if (toClient <= toServer * HALF) return 'client';
  if (toServer <= toClient * HALF) return 'server';
  return 'middle';
}

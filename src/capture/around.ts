// What the connections of a capture tell of each other: of a server port, and of the way between two hosts.

import type { Connection, Side } from './follow/index.ts';
import type { Path, Service, Shortest } from './verdicts/index.ts';

const MOST_SERVICES = 50_000;
const MOST_PATHS = 50_000;

/** Counts connections that are over. Beyond the bounds, servers and pairs of hosts are not remembered. */
export class Around {
  readonly #services = new Map<string, Service>();
  readonly #paths = new Map<string, Path>();

  add(connection: Connection): void {
    this.#serve(connection);
    this.#measure(connection);
  }

  service({ address, port }: Side): Service {
    const key = `${address} ${port}`;
    let service = this.#services.get(key);
    if (service === undefined) {
      service = { syns: 0, opened: 0, refused: 0, withSack: 0, withTimestamps: 0, withScale: 0 };
      if (this.#services.size < MOST_SERVICES) this.#services.set(key, service);
    }
    return service;
  }

  path([client, server]: Connection['sides']): Path {
    const key = `${client.address} ${server.address}`;
    let path = this.#paths.get(key);
    if (path === undefined) {
      const never = Number.POSITIVE_INFINITY;
      path = { toServer: { us: never, frame: 0 }, toClient: { us: never, frame: 0 } };
      if (this.#paths.size < MOST_PATHS) this.#paths.set(key, path);
    }
    return path;
  }

  #serve({ sides: [client, server], synAck, opened }: Connection): void {
    const service = this.service(server);
    if (client.syn !== null) service.syns += client.syns;
    if (client.syn !== null && opened) service.opened++;
    if (server.rst !== null && synAck === null) service.refused++;
    if (synAck === null || client.syn === null) return;
    if (client.sackPermitted && server.sackPermitted) service.withSack++;
    if (client.timestamps && server.timestamps) service.withTimestamps++;
    if (client.wscale >= 0 && server.wscale >= 0) service.withScale++;
  }

  #measure({ sides, synAck, thirdAck }: Connection): void {
    const [client, server] = sides;
    const { toServer, toClient } = this.path(sides);
    shorten(toServer, client.rtt.least, client.rtt.leastFrame);
    shorten(toClient, server.rtt.least, server.rtt.leastFrame);
    if (client.syn === null || synAck === null || client.syns > 1 || server.syns > 1) return;
    shorten(toServer, synAck.us - client.syn.us, synAck.frame);
    if (thirdAck !== null) shorten(toClient, thirdAck.us - synAck.us, thirdAck.frame);
  }
}

function shorten(shortest: Shortest, us: number, frame: number): void {
  if (us < 0 || us >= shortest.us) return;
  shortest.us = us;
  shortest.frame = frame;
}

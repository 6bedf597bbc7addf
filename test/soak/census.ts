// All ends of a world, and what must hold of them when it rests: what arrived is what was sent, a stream ends
// only after its last octet, whoever loses something is told, and where nothing went wrong nothing was lost.

import type { End } from './end.ts';
import type { Plan, Program } from './plan.ts';
import type { Totals } from './totals.ts';

/** Every end of every connection. */
export class Census {
  readonly ends: End[] = [];
  readonly #byKey = new Map<string, End>();
  /** Keys of ends that there were more than once. */
  readonly #twice = new Set<string>();

  add(end: End): void {
    this.ends.push(end);
    // An old ACK can return a SYN cookie again, even when that connection is over (RFC 4987 section 3.6).
    if (this.#byKey.has(end.key)) this.#twice.add(end.key);
    this.#byKey.set(end.key, end);
  }

  /** Throws the first rule that an end breaks. */
  check(plan: Plan, totals: Totals): void {
    for (const end of this.ends) this.#checkEnd(end, totals);
    if (isPerfect(plan)) {
      totals.perfect++;
      this.#checkPerfect(plan);
    }
    if (this.#twice.size > 0 && plan.hosts.every((host) => host.synBacklog > 200))
      throw new Error('two connections with one ISS, and no cookies');
  }

  #checkEnd(end: End, totals: Totals): void {
    const fail = (what: string): never => {
      const peer = this.#byKey.get(end.peerKey);
      throw new Error(`${what}: ${end.describe()}; the other end: ${peer?.describe() ?? 'none'}`);
    };
    if (end.wrong !== null) fail(end.wrong);
    if (end.dead) return;
    if (!end.finished) fail('a connection that never ended');
    if (end.error !== null) totals.error(end.error);
    if (!end.opened) {
      if (end.error === null && !end.quit) fail('not opened, and no error');
      return;
    }
    if (end.error === null && !end.quit && !end.eof) fail('the stream stopped, and nobody was told');
    if (end.error === null && end.ending && !end.quit && !end.finAcked)
      fail('ended in order without an acknowledged FIN');
    const peer = this.#byKey.get(end.peerKey);
    if (this.#twice.has(end.key) || this.#twice.has(end.peerKey)) {
      totals.ghosts++;
      return;
    }
    if (peer === undefined || peer.peerKey !== end.key) {
      // The SYN,ACK's sender knows of it, or it is a cookie that came back twice (RFC 4987 section 3.6).
      if (end.received > 0 && peer === undefined) fail('octets from nobody');
      return;
    }
    if (end.received > peer.written) fail('more was received than written');
    if (end.eof && !peer.ending) fail('an end of stream that nobody meant');
    if (end.eof && end.received !== peer.written) fail('the end of the stream came before its last octet');
    const orderly = [end, peer].every((e) => e.error === null && !e.quit && !e.dead);
    if (!orderly) return;
    totals.orderly++;
    totals.rested += end.rested;
    if (!peer.eof || peer.received !== end.written || end.written !== end.program.octets)
      fail('orderly, yet not all arrived');
  }

  /** Nothing went wrong in this world: then nothing may have gone wrong for a program. */
  #checkPerfect(plan: Plan): void {
    for (const end of this.ends) {
      const refused = end.error === 'ECONNREFUSED' && end.name.startsWith('c') && !end.opened;
      if (end.error !== null && !refused) throw new Error(`an error in a perfect world: ${end.describe()}`);
      const { retransmissions } = end.c.tcb;
      if (retransmissions > 0 && isRoomy(plan))
        throw new Error(`sent again in a perfect world, ${retransmissions} times: ${end.describe()}`);
    }
  }
}

/** Nobody has to wait: no reason to send anything twice. */
function isRoomy({ hosts, connections }: Plan): boolean {
  // A reader that pauses closes its window, and probes of it are retransmissions; so are those of a tail whose ACK is
  // delayed for longer than two round trips (RFC 8985 section 7.2); the queue of the loopback interface is short.
  const waits = connections.some(
    ({ client, server, from, to }) => client.readPause > 0 || server.readPause > 0 || from === to,
  );
  if (waits) return false;
  return hosts.every(
    ({ synBacklog, tcp }) =>
      synBacklog > 200 &&
      (tcp.sack === false || tcp.delayedAckMs === 0) &&
      (tcp.sendBuffer ?? 0) >= 500 &&
      (tcp.receiveBuffer ?? 0) >= 500 &&
      (tcp.minRtoMs ?? 0) >= 1000,
  );
}

/** No fault, no hurry, no small Memory, and every program stays to the end. */
function isPerfect({ wires, faults, connections, hosts }: Plan): boolean {
  const stays = ({ leave, userTimeoutMs }: Program): boolean =>
    userTimeoutMs === 0 && (leave === 'end' || leave === 'end-last');
  return (
    faults.length === 0 &&
    wires.every((w) => Object.keys(w).length === 1) &&
    hosts.every((h) => h.memory > 2 ** 20) &&
    connections.every((c) => !c.simultaneous && stays(c.client) && stays(c.server))
  );
}

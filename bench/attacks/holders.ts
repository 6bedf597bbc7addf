// Connections that are really opened and then kept: windows that stay closed over queued text (Sockstress,
// RFC 6429), peers that never send or never read, text that nobody reads, an accept queue that nobody empties.

import type { Connection, ConnectionHandler } from '../../src/host/index.ts';
import { FIN, PSH } from '../../src/wire/index.ts';
import { forgeTcp } from './forge.ts';
import { type Outcome, Stage } from './stage.ts';
import { connect, type Puppet } from './strangers.ts';

const ANSWER = new Uint8Array(256 * 1024);

/** Opens `n` puppets to a port in lots of 100, acts on each lot, and lets 10 ms pass between lots. */
function open(stage: Stage, n: number, dport: number, act: (peers: Puppet[]) => void, wnd = 0xffff): number {
  let opened = 0;
  for (let i = 0; i < n; i += 100) {
    const peers: Puppet[] = [];
    for (let k = i; k < Math.min(i + 100, n); k++) {
      const peer = connect(stage, k, dport, wnd);
      if (peer !== null) peers.push(peer);
    }
    opened += peers.length;
    act(peers);
    stage.pass(10_000);
  }
  return opened;
}

/** A window of 0 with the request; the program answers 256 KiB, and closes or stays. */
function held(name: string, connections: number, closes: boolean): Outcome {
  const stage = new Stage(name, { memoryMax: 64 << 20 });
  const handler: ConnectionHandler = {
    readable: (c: Connection) => {
      if (c.discard() === 0) return;
      c.offer(ANSWER);
      if (closes) c.close();
    },
  };
  stage.victim.listen({ port: 81, handler });
  stage.watch('octets of Memory', stage.memory.max, () => stage.used);
  stage.watch('connections', 262_144, () => stage.victim.tcp.size);
  stage.peace();
  const opened = open(stage, connections, 81, (peers) => {
    for (const p of peers) p.wnd = 0;
    stage.flood(peers.length, 10_000, (mem, off, i) => (peers[i] as Puppet).write(mem, off, 0, 100));
  });
  stage.pass(5_000_000);
  stage.facts['connections opened'] = opened;
  stage.facts['queued in all, MiB'] = opened / 4;
  return stage.end();
}

/** The program keeps its connections. */
export function zeroWindow(connections: number): Outcome {
  return held('zero-window', connections, false);
}

/** The program has closed them: nobody is left but the stack. */
export function zeroWindowOrphans(connections: number): Outcome {
  return held('zero-window-orphans', connections, true);
}

/** Connections that are opened and say nothing more. */
export function idleConnections(connections: number): Outcome {
  const stage = new Stage('idle-connections', { connectionCapacity: Math.floor(connections * 0.8) });
  stage.watch('connections', Math.floor(connections * 0.8), () => stage.victim.tcp.size);
  stage.peace();
  const opened = open(stage, connections, 80, () => {});
  stage.facts['connections opened'] = opened;
  const o = stage.end();
  o.facts['octets of heap for each'] = Math.round((o.heap.during - o.heap.before) / opened);
  return o;
}

/** Text in order that the program never reads. */
export function unreadText(connections: number): Outcome {
  const stage = new Stage('unread-text', { memoryMax: 64 << 20 });
  stage.victim.listen({ port: 81, handler: {} });
  stage.watch('octets of Memory', stage.memory.max, () => stage.used);
  stage.peace();
  open(stage, connections, 81, (peers) => {
    for (let at = 0; at + 1400 <= 64_400; at += 1400)
      stage.flood(peers.length, 1_000_000, (mem, off, i) => (peers[i] as Puppet).write(mem, off, at, 1400));
  });
  stage.facts['sent in all, MiB'] = Math.round((connections * 64_400) / (1 << 20));
  return stage.end();
}

/** A program beside the client's that accepts nothing: handshakes beyond its accept queue. */
export function acceptQueue(connections: number): Outcome {
  const stage = new Stage('accept-queue');
  const listener = stage.victim.listen({ port: 82, backlog: 128 });
  stage.watch('accept queue', 128, () => listener.acceptQueueLength);
  stage.watch('connections', 128 + 256 + 64, () => stage.victim.tcp.size);
  stage.peace();
  stage.facts['handshakes answered'] = open(stage, connections, 82, () => {});
  return stage.end();
}

/** Connections that the victim closes first: a record each for 2 MSL. */
export function timeWaitFlood(connections: number): Outcome {
  const capacity = Math.floor(connections / 2);
  const stage = new Stage('time-wait-flood', { timeWaitCapacity: capacity });
  stage.victim.listen({ port: 81, handler: { open: (c) => c.close() } });
  stage.watch('TIME-WAIT records', capacity, () => stage.victim.tcp.timeWait.size);
  stage.peace();
  open(stage, connections, 81, (peers) => {
    stage.flood(peers.length, 10_000, (mem, off, i) => {
      const { src, sport, dport, irs, iss } = peers[i] as Puppet;
      return forgeTcp(mem, off, { src, sport, dport, ctl: FIN | PSH | 0x10, seq: irs + 1, ack: iss + 2 });
    });
  });
  const { timeWait } = stage.victim.tcp;
  stage.facts['octets for each record'] = (timeWait.bytes / Math.max(timeWait.size, 1)).toFixed(0);
  return stage.end();
}

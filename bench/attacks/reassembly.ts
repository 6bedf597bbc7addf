// Text out of order: ranges with holes between them, one octet at the far end of many windows, segments of
// one octet in order and out of order.

import { rangesOf } from '../../src/tcp/index.ts';
import { OPT_WSCALE } from '../../src/wire/index.ts';
import { type Outcome, Stage } from './stage.ts';
import { connect, type Puppet, scatter } from './strangers.ts';

/** One for each 1024 octets of a receive buffer of 256 KiB. */
const RANGES = 256;
/** The largest receive buffer. */
const WIDE = 1 << 24;

const wide = (seg: { opts: number; wscale: number }): void => {
  seg.opts |= OPT_WSCALE;
  seg.wscale = 7;
};

function one(stage: Stage): Puppet {
  const peer = connect(stage, 1, 80, 0xffff, wide);
  if (peer === null) throw new Error('not let in');
  return peer;
}

/** The connection of a puppet, at the victim. */
function tcbOf(stage: Stage) {
  const c = stage.victim.connections.find((x) => x.remoteAddress !== '10.0.0.1');
  if (c === undefined) throw new Error('no such connection');
  return c;
}

/** An octet at every second place of one window. */
export function holeFlood(packets: number): Outcome {
  const stage = new Stage('hole-flood');
  stage.peace();
  const peer = one(stage);
  const c = tcbOf(stage);
  stage.watch('ranges', RANGES, () => rangesOf(c.tcb).length);
  stage.watch('octets of buffer', 1 << 18, () => c.info().bufferBytes);
  stage.flood(packets, 100_000, (mem, off, i) => peer.write(mem, off, 1 + ((2 * i) % 260_000), 1));
  return stage.end();
}

/** The same in a window of 16 MiB: as many ranges as there ever are, in any order. */
export function holeFloodWide(packets: number): Outcome {
  const stage = new Stage('hole-flood-wide', { tcp: { receiveBuffer: WIDE } });
  stage.peace();
  const peer = one(stage);
  const c = tcbOf(stage);
  stage.watch('ranges', WIDE / 1024, () => rangesOf(c.tcb).length);
  stage.watch('octets of buffer', WIDE, () => c.info().bufferBytes);
  stage.flood(packets, 100_000, (mem, off, i) =>
    peer.write(mem, off, 1 + 2 * ((scatter(i) >>> 1) % 20_000), 1),
  );
  return stage.end();
}

/** One octet at the far end of the window of each of many connections. */
export function farFlood(connections: number): Outcome {
  const stage = new Stage('far-octet-flood', { memoryMax: 64 << 20 });
  stage.peace();
  const held = (): number => {
    let n = 0;
    for (const c of stage.victim.tcp.connections()) if (c.tcb.outOfOrder !== null) n++;
    return n;
  };
  for (let i = 0; i < connections; i += 100) {
    const peers: Puppet[] = [];
    for (let k = i; k < Math.min(i + 100, connections); k++) {
      const peer = connect(stage, k, 80, 0xffff, wide);
      if (peer !== null) peers.push(peer);
    }
    // The window grows with the first ACK that the victim sends: an octet first, then one at its end.
    stage.flood(peers.length, 10_000, (mem, off, k) => (peers[k] as Puppet).write(mem, off, 0, 1));
    stage.pass(50_000);
    stage.flood(peers.length, 10_000, (mem, off, k) => (peers[k] as Puppet).write(mem, off, 261_000, 1));
  }
  stage.facts['connections that hold an octet out of order at the end'] = held();
  stage.facts['asked for, MiB'] = (connections * 256) / 1024;
  stage.pass(1_000_000);
  return stage.end();
}

/** Segments of one octet, in order. */
export function tinyFlood(packets: number): Outcome {
  const stage = new Stage('tiny-segments');
  stage.victim.listen({ port: 81, handler: {} });
  stage.peace();
  const peer = connect(stage, 1, 81, 0xffff, wide) as Puppet;
  const c = tcbOf(stage);
  stage.watch('unread octets', 1 << 18, () => c.readableLength);
  stage.watch('octets of buffer', 1 << 18, () => c.info().bufferBytes);
  stage.flood(packets, 100_000, (mem, off, i) => peer.write(mem, off, i, 1));
  stage.facts['ACKs for each segment'] = (stage.replies / packets).toFixed(4);
  return stage.end();
}

/** Segments of one octet in any order. */
export function tinyScattered(packets: number): Outcome {
  const stage = new Stage('tiny-segments-scattered');
  stage.peace();
  const peer = one(stage);
  const c = tcbOf(stage);
  stage.watch('ranges', RANGES, () => rangesOf(c.tcb).length);
  stage.watch('octets of buffer', 1 << 18, () => c.info().bufferBytes);
  stage.flood(packets, 100_000, (mem, off, i) => peer.write(mem, off, 1 + ((scatter(i) >>> 1) % 250_000), 1));
  return stage.end();
}

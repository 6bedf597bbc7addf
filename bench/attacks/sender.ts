// Hostile ACKs against a victim that sends: SACK blocks, ACKs of what has not arrived, duplicates.

import type { Connection } from '../../src/host/index.ts';
import { defaultConfig } from '../../src/tcp/index.ts';
import { ACK, OPT_SACK, OPT_SACK_PERMITTED, OPT_WSCALE, type Segment } from '../../src/wire/index.ts';
import { forgeTcp } from './forge.ts';
import { type Outcome, Stage } from './stage.ts';
import { connect, type Puppet, scatter } from './strangers.ts';

const CHUNK = new Uint8Array(65_536);

/** A service that sends without end; the connection of the puppet. */
function download(stage: Stage): { peer: Puppet; c: Connection } {
  const fill = (c: Connection): void => {
    while (c.offer(CHUNK) === CHUNK.length);
  };
  let served: Connection | null = null;
  stage.victim.listen({
    port: 81,
    handler: {
      open: (c) => {
        served = c;
        fill(c);
      },
      writable: fill,
    },
  });
  stage.peace();
  const peer = connect(stage, 1, 81, 0xffff, (seg) => {
    seg.opts |= OPT_WSCALE | OPT_SACK_PERMITTED;
    seg.wscale = 7;
  }) as Puppet;
  if (served === null) throw new Error('not served');
  return { peer, c: served };
}

function ackOf(
  peer: Puppet,
  ack: number,
  more?: (seg: Segment) => void,
): (mem: Stage['memory'], off: number) => number {
  const { src, sport, dport, irs } = peer;
  const seq = irs + 1;
  return (mem, off) =>
    forgeTcp(mem, off, { src, sport, dport, ctl: ACK, seq, ack, wnd: 0xffff, ...(more && { more }) });
}

/** ACKs with four SACK blocks anywhere, and anywhere in flight. */
export function sackFlood(packets: number): Outcome {
  const stage = new Stage('sack-flood');
  const { peer, c } = download(stage);
  stage.watch('octets in flight', c.tcb.snd.buf, () => c.info().unackedBytes);
  const run = (blocks: number): number => {
    const from = stage.nsSpent;
    stage.flood(packets / 2, 100_000, (mem, off, i) => {
      const flight = Math.max(c.info().unackedBytes, 1);
      const { una } = c.tcb.snd;
      return ackOf(peer, una, (seg) => {
        if (blocks === 0) return;
        seg.opts = OPT_SACK;
        seg.sackCount = blocks;
        for (let b = 0; b < blocks; b++) {
          const left = b % 2 === 0 ? una + ((scatter(i * 4 + b) >>> 1) % flight) : scatter(i * 4 + b);
          seg.sack[2 * b] = left | 0;
          seg.sack[2 * b + 1] = (left + 1 + (i % 1000)) | 0;
        }
      })(mem, off);
    });
    return (stage.nsSpent - from) / (packets / 2);
  };
  const plain = run(0);
  const hostile = run(4);
  stage.facts['cost of an ACK with four SACK blocks, of a plain one'] = (hostile / plain).toFixed(2);
  c.abort();
  return stage.end();
}

/** Octets sent in a second of virtual time to a peer that acknowledges when they arrive, or before. */
export function optimisticAck(seconds: number): Outcome {
  const rate = (stage: Stage, early: boolean): { sent: number; most: number } => {
    const { peer, c } = download(stage);
    const { iss } = c.tcb.snd;
    let most = 0;
    let acked = (iss + 1) | 0;
    // 100 ms there and back. An honest peer acknowledges what was sent 100 ms ago; this one what is out now.
    const sentAt: number[] = [];
    for (let ms = 0; ms < seconds * 1000; ms += 5) {
      sentAt.push(c.tcb.snd.nxt);
      const honest = sentAt.length > 20 ? (sentAt[sentAt.length - 21] as number) : acked;
      const ack = early ? c.tcb.snd.nxt : honest;
      if (ack !== acked) stage.one(ackOf(peer, ack)); // the same again would be a duplicate: a loss
      acked = ack;
      most = Math.max(most, c.info().unackedBytes);
      stage.pass(5000);
    }
    const sent = (c.tcb.snd.nxt - iss) >>> 0;
    c.abort();
    return { sent, most };
  };
  const honest = rate(new Stage('honest'), false);
  const stage = new Stage('optimistic-ack');
  const hostile = rate(stage, true);
  stage.facts['octets sent, honest peer'] = honest.sent;
  stage.facts['octets sent, ACKs ahead of arrival'] = hostile.sent;
  stage.facts['times as much'] = (hostile.sent / honest.sent).toFixed(1);
  stage.facts['most in flight'] = `${hostile.most} of at most ${defaultConfig.sendBufferMax}`;
  // What was never sent cannot be acknowledged: RFC 5961 section 5.
  const { peer, c } = ((): { peer: Puppet; c: Connection } => {
    const p = connect(stage, 2, 81) as Puppet;
    const found = stage.victim.connections.find((x) => x.remotePort === p.sport && x.localPort === 81);
    return { peer: p, c: found as Connection };
  })();
  const { una } = c.tcb.snd;
  stage.one(ackOf(peer, (c.tcb.snd.nxt + 1) | 0));
  stage.facts['an ACK of what was never sent'] = c.tcb.snd.una === una ? 'discarded' : 'believed';
  c.abort();
  return stage.end();
}

/** Duplicate ACKs inflate cwnd in fast recovery (RFC 5681 section 3.2 (4)). */
export function duplicateAcks(packets: number): Outcome {
  const stage = new Stage('duplicate-acks');
  const { peer, c } = download(stage);
  stage.watch('octets in flight', c.tcb.snd.buf, () => c.info().unackedBytes);
  const before = stage.replyOctets;
  stage.flood(packets, 100_000, (mem, off) => ackOf(peer, c.tcb.snd.una)(mem, off));
  stage.facts['octets drawn by all duplicates'] = stage.replyOctets - before;
  c.abort();
  return stage.end();
}

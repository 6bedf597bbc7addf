// What strangers can make the victim send, and whether two ends can be made to answer each other for ever:
// the most octets out for one octet in, keep-alive probes, challenge ACKs, timestamps from the future.

import type { Connection } from '../../src/host/index.ts';
import { ACK, FIN, OPT_TIMESTAMPS, RST, SYN } from '../../src/wire/index.ts';
import { CLIENT, type Forged, forgeTcp, forgeUdp } from './forge.ts';
import { SERVICE } from './legit.ts';
import { type Outcome, Stage } from './stage.ts';
import { scatter, stranger } from './strangers.ts';

/** One packet of each unsolicited kind, and everything that it draws: SYN,ACKs for 200 seconds. */
export function amplification(each: number): Outcome {
  const stage = new Stage('amplification');
  stage.peace();
  // The client would work for half an hour.
  stage.legit.stop();
  const kinds: Record<string, Omit<Forged, 'src' | 'sport'>> = {
    SYN: { dport: SERVICE, ctl: SYN },
    'SYN to a closed port': { dport: 9, ctl: SYN },
    ACK: { dport: SERVICE, ctl: ACK },
    'ACK to a closed port': { dport: 9, ctl: ACK },
    FIN: { dport: SERVICE, ctl: FIN },
    RST: { dport: SERVICE, ctl: RST },
    'SYN,ACK': { dport: SERVICE, ctl: SYN | ACK },
    'SYN,FIN': { dport: SERVICE, ctl: SYN | FIN },
  };
  let k = 0;
  const measure = (name: string, send: (i: number) => void): void => {
    const { octets, replyOctets } = stage;
    for (let i = 0; i < each; i++) send(k++);
    stage.pass(name === 'SYN' ? 200_000_000 : 1_000_000);
    stage.facts[`octets out / in, ${name}`] = (
      (stage.replyOctets - replyOctets) /
      (stage.octets - octets)
    ).toFixed(2);
  };
  for (const [name, f] of Object.entries(kinds))
    measure(name, (i) =>
      stage.one((mem, off) => forgeTcp(mem, off, { ...f, src: stranger(i), sport: 7, seq: i })),
    );
  measure('UDP to a closed port', (i) => stage.one((mem, off) => forgeUdp(mem, off, stranger(i), 7, 9, 0)));
  return stage.end();
}

/** Probes of SND.NXT - 1 in the client's name, each of which asks for an ACK (RFC 9293 section 3.8.4). */
export function keepAliveFlood(packets: number): Outcome {
  const stage = new Stage('keepalive-flood');
  stage.legit.opening = false;
  stage.peace();
  const c = stage.victim.connections[0];
  if (c === undefined) throw new Error('no client');
  const sport = c.remotePort;
  const before = stage.wire.ab.counters.sentPackets;
  const began = stage.world.now();
  stage.flood(packets, 100_000, (mem, off) => {
    const { rcv, snd } = c.tcb;
    return forgeTcp(mem, off, {
      src: CLIENT,
      sport,
      dport: SERVICE,
      ctl: ACK,
      seq: rcv.nxt - 1,
      ack: snd.nxt,
    });
  });
  const seconds = (stage.world.now() - began) / 1e6;
  const perSecond = (stage.wire.ab.counters.sentPackets - before) / seconds;
  stage.facts['packets to the client in a second, its own answers included'] = perSecond.toFixed(0);
  return stage.end();
}

/** A question of the client has 100. */
const INJECTED = 110;

/** Lets time pass until the answer to a question has been acknowledged: the client thinks. */
function untilQuiet(stage: Stage, { tcb }: Connection): void {
  for (let ms = 0; ms < 1000 && tcb.snd.una !== tcb.snd.nxt; ms++) stage.pass(1000);
}

/**
 * The server is given a question that the client never asked, and a part of another: it acknowledges, with its answer and ever
 * after, what the client does not know.
 */
export function ackStorm(seconds: number): Outcome {
  const stage = new Stage('ack-storm');
  stage.legit.opening = false;
  stage.peace();
  const c = stage.victim.connections[0];
  if (c === undefined) throw new Error('no client');
  untilQuiet(stage, c);
  const count = (): number => stage.wire.ab.counters.sentPackets + stage.wire.ba.counters.sentPackets;
  const before = count();
  const { rcv, snd } = c.tcb;
  stage.one((mem, off) =>
    forgeTcp(mem, off, {
      src: CLIENT,
      sport: c.remotePort,
      dport: SERVICE,
      ctl: ACK,
      seq: rcv.nxt,
      ack: snd.nxt,
      text: INJECTED,
      more: (seg) => {
        if (c.tcb.ts === 0) return;
        seg.opts = OPT_TIMESTAMPS;
        seg.tsVal = c.tcb.tsRecent;
        seg.tsEcr = 0;
      },
    }),
  );
  stage.pass(seconds * 1e6);
  stage.facts['packets in a second between the two ends afterwards'] = ((count() - before) / seconds).toFixed(
    1,
  );
  stage.facts['octets injected'] = INJECTED;
  return stage.end();
}

/** A timestamp far in the future, so that everything after it looks old (RFC 7323 section 5). */
export function pawsPoisoning(packets: number): Outcome {
  const stage = new Stage('paws-poisoning');
  stage.legit.opening = false;
  stage.peace();
  const c = stage.victim.connections[0];
  if (c === undefined) throw new Error('no client');
  const future = (c.tcb.tsRecent + 0x70000000) | 0;
  const poison = (seq: number, ack: number, text: number): Forged => ({
    src: CLIENT,
    sport: c.remotePort,
    dport: SERVICE,
    ctl: ACK,
    seq,
    ack,
    text,
    more: (seg) => {
      seg.opts = OPT_TIMESTAMPS;
      seg.tsVal = future;
      seg.tsEcr = 0;
    },
  });
  stage.flood(packets, 100_000, (mem, off, i) => forgeTcp(mem, off, poison(scatter(i), scatter(~i), 0)));
  stage.facts['after guessed numbers'] = c.tcb.tsRecent === future ? 'poisoned' : 'not poisoned';
  // A right sequence number without an acceptable ACK.
  const { rcv, snd } = c.tcb;
  stage.one((mem, off) => forgeTcp(mem, off, poison(rcv.nxt, snd.nxt + 1, 0)));
  stage.facts['after the right sequence number and an ACK of the unsent'] =
    c.tcb.tsRecent === future ? 'poisoned' : 'not poisoned';
  stage.one((mem, off) => forgeTcp(mem, off, poison(rcv.nxt + 1, snd.nxt, 0)));
  stage.facts['after one sequence number beyond Last.ACK.sent'] =
    c.tcb.tsRecent === future ? 'poisoned' : 'not poisoned';
  stage.facts['sequence numbers x ACKs that poison, of 2^64'] =
    `1 x ${snd.maxWnd + 1 + ((snd.nxt - snd.una) | 0)}`;
  stage.pass(1_000_000);
  return stage.end();
}

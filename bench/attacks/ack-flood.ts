// ACKs that acknowledge nothing: to a listener (RFC 9293 section 3.10.7.2: a RST each), and in the name of an
// established connection (RFC 5961 section 5 and 7: at most one challenge ACK in 500 ms).

import { ACK } from '../../src/wire/index.ts';
import { CLIENT, forgeTcp } from './forge.ts';
import { SERVICE } from './legit.ts';
import { type Outcome, Stage } from './stage.ts';
import { scatter, stranger } from './strangers.ts';

/** To the port of the listener, from nobody. */
export function ackFlood(packets: number): Outcome {
  const stage = new Stage('ack-flood');
  stage.peace();
  stage.flood(packets, 100_000, (mem, off, i) =>
    forgeTcp(mem, off, {
      src: stranger(i),
      sport: 1024 + (i % 60_000),
      dport: SERVICE,
      ctl: ACK,
      seq: scatter(i),
      ack: scatter(~i),
    }),
  );
  stage.facts['octets sent for each octet received'] = (stage.replyOctets / stage.octets).toFixed(3);
  return stage.end();
}

function established(name: string, packets: number, text: number): Outcome {
  const stage = new Stage(name);
  stage.legit.opening = false;
  stage.peace();
  const quiet = stage.wire.ab.counters.sentPackets;
  const seconds = stage.world.now() / 1e6;
  const sport = stage.legit.long?.localPort ?? 0;
  const began = stage.world.now();
  stage.flood(packets, 100_000, (mem, off, i) =>
    forgeTcp(mem, off, {
      src: CLIENT,
      sport,
      dport: SERVICE,
      ctl: ACK,
      seq: scatter(i),
      ack: scatter(~i),
      text,
    }),
  );
  const extra =
    stage.wire.ab.counters.sentPackets - quiet - (quiet / seconds) * ((stage.world.now() - began) / 1e6);
  stage.facts['packets drawn to the client, each'] = (Math.max(extra, 0) / packets).toFixed(4);
  return stage.end();
}

/** In the name of the client's connection, numbers guessed. */
export function ackFloodEstablished(packets: number): Outcome {
  return established('ack-flood-established', packets, 0);
}

/** The same with an octet of text, which every TCP answers as a retransmission. */
export function textFloodEstablished(packets: number): Outcome {
  return established('text-flood-established', packets, 1);
}

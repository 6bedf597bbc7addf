// What an attacker who sees nothing can do, counted (RFC 5961 section 1.2). He knows both sockets and tries
// numbers. With a window of W octets, one number in 2^32/W used to be enough; now it is one in 2^32, and text
// needs an acknowledgment number out of MAX.SND.WND besides. To be countable here he is told in which 2^16
// numbers RCV.NXT lies; and the same attack against the TCP of RFC 793 succeeds, so that it could here.

import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/host/index.ts';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { RST, SYN } from '../../src/wire/index.ts';
import { RawPeer } from '../support/raw-peer.ts';

const WINDOW = 1000;
const KNOWN = 2 ** 16;
const IRS = 500_000;
const PORT = 5000;

/** RFC 793: a RST anywhere in the window resets, a SYN in the window too, any old acknowledgment is good. */
const rfc793: Rules = {
  ...rfc9293,
  rst: (e, tcb, seg) => {
    if ((seg.ctl & RST) !== 0) seg.seq = tcb.rcv.nxt;
    return rfc9293.rst(e, tcb, seg);
  },
  syn: (e, tcb, seg) => {
    if ((seg.ctl & SYN) === 0) return false;
    seg.ctl = RST;
    seg.seq = tcb.rcv.nxt;
    return rfc9293.rst(e, tcb, seg);
  },
  ack: (e, tcb, seg) => ((seg.ack - tcb.snd.una) | 0) > 0 && rfc9293.ack(e, tcb, seg),
};

/** A host with a connection from port 5000 to its port 80, and the attacker in place of the peer. */
function victim(rules: Rules): { peer: RawPeer; c: Connection; iss: number } {
  const peer = new RawPeer({ rules, tcp: { receiveBuffer: WINDOW } });
  const listener = peer.host.listen({ port: 80 });
  const iss = peer.open(PORT, 80, IRS);
  const c = listener.take();
  if (iss === null || c === null) throw new Error('no connection');
  peer.take();
  return { peer, c, iss };
}

/** Sends `ctl` with every `stride`-th number of those that are known, but RCV.NXT itself; how many it took to kill. */
function sweep(
  rules: Rules,
  ctl: string,
  stride: number,
): { packets: number; alive: boolean; answers: number } {
  const { peer, c } = victim(rules);
  const nxt = c.tcb.rcv.nxt;
  const first = nxt - KNOWN / 2;
  let packets = 0;
  for (let seq = first; seq < first + KNOWN && c.state === 'ESTABLISHED'; seq += stride) {
    if (seq === nxt && ctl !== 'SYN') continue;
    peer.send(PORT, 80, ctl, seq);
    packets++;
  }
  return { packets, alive: c.state === 'ESTABLISHED', answers: peer.take(PORT).length };
}

describe('a RST without its number (RFC 5961 section 3)', () => {
  it('RFC 793: one for each window of the numbers kills', () => {
    const { packets, alive } = sweep(rfc793, 'RST', WINDOW);
    expect(alive).toBe(false);
    expect(packets).toBeLessThanOrEqual(Math.ceil(KNOWN / WINDOW));
  });

  it('now: every number but one leaves the connection alone, and at most one is answered in 500 ms', () => {
    expect(sweep(rfc9293, 'RST', 1)).toEqual({ packets: KNOWN - 1, alive: true, answers: 1 });
  });

  it('the one number is RCV.NXT', () => {
    const { peer, c } = victim(rfc9293);
    peer.send(PORT, 80, 'RST', c.tcb.rcv.nxt);
    expect([c.state, c.error?.code]).toEqual(['CLOSED', 'ECONNRESET']);
  });
});

describe('a SYN (RFC 5961 section 4)', () => {
  it('RFC 793: one for each window of the numbers kills', () => {
    const { packets, alive } = sweep(rfc793, 'SYN', WINDOW);
    expect(alive).toBe(false);
    expect(packets).toBeLessThanOrEqual(Math.ceil(KNOWN / WINDOW));
  });

  it('now: no number kills, not even RCV.NXT', () => {
    expect(sweep(rfc9293, 'SYN', 1)).toEqual({ packets: KNOWN, alive: true, answers: 1 });
  });
});

describe('text (RFC 5961 section 5)', () => {
  /** The attacker has guessed RCV.NXT; he tries acknowledgment numbers, evenly over all of them. */
  function inject(rules: Rules, tries: number): number {
    const { peer, c, iss } = victim(rules);
    const text = new Uint8Array([0x62, 0x61, 0x64]);
    const step = 2 ** 32 / tries;
    let taken = 0;
    for (let i = 0; i < tries; i++) {
      // Half a step away from the number that is right.
      peer.send(PORT, 80, 'ACK', c.tcb.rcv.nxt, iss + 1 + step / 2 + i * step, { text });
      if (c.readableLength === 0) continue;
      taken++;
      c.discard();
    }
    return taken;
  }

  it('RFC 793: half of all acknowledgment numbers are good', () => {
    expect(inject(rfc793, 4096)).toBe(2048);
  });

  it('now: only MAX.SND.WND of them are, one in 65,537 here', () => {
    // 4096 tries are 2^20 apart, the peer's window was 65,535: no more than one could hit.
    expect(inject(rfc9293, 4096)).toBe(0);
  });

  it('the acknowledgment numbers that are good are SND.UNA - MAX.SND.WND to SND.NXT', () => {
    for (const [off, good] of [
      [-65_536, false],
      [-65_535, true],
      [0, true],
      [1, false],
    ] as const) {
      const { peer, c, iss } = victim(rfc9293);
      peer.send(PORT, 80, 'ACK', c.tcb.rcv.nxt, iss + 1 + off, { text: new Uint8Array(3) });
      expect([off, c.readableLength]).toEqual([off, good ? 3 : 0]);
    }
  });
});

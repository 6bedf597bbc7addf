// `quickAcks`: the first segments are acknowledged at once; and `receiveWholeSegments`, `sendWholeSegments`.

import { describe, expect, it } from 'vitest';
import { established, octets, pass, sent } from '../../../test/support/regression.ts';
import { rfc9293 } from '../rules.ts';

const text = (n: number): { text: Uint8Array } => ({ text: octets(n) });

describe('quickAcks', () => {
  it('without it the first small segment waits for the delay', () => {
    const a = established(rfc9293);
    a.inject('PSH,ACK', 1, 1, text(10));
    expect(sent(a)).toEqual([]);
    pass(a, 40);
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0']);
  });

  it('that many segments with text are acknowledged at once, the next one waits', () => {
    const a = established(rfc9293, { quickAcks: 2 });
    for (const seq of [1, 11, 21]) a.inject('PSH,ACK', seq, 1, text(10));
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0', 'ACK seq=1 ack=21 len=0']);
    pass(a, 40);
    expect(sent(a)).toEqual(['ACK seq=1 ack=31 len=0']);
  });

  it('an answer within the delay ends it', () => {
    const a = established(rfc9293, { quickAcks: 16 });
    a.inject('PSH,ACK', 1, 1, text(10));
    a.send(octets(5));
    a.inject('PSH,ACK', 11, 6, text(10));
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0', 'PSH,ACK seq=1 ack=11 len=5']);
  });

  it('the ACK of a FIN waits: ours may carry it', () => {
    const a = established(rfc9293, { quickAcks: 16 });
    a.inject('PSH,ACK', 1, 1, text(10));
    a.inject('FIN,ACK', 11, 1);
    a.close();
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0', 'FIN,ACK seq=1 ack=12 len=0']);
  });

  it('text sent before any has come, or long after it, does not', () => {
    const a = established(rfc9293, { quickAcks: 16 });
    a.send(octets(5));
    a.inject('PSH,ACK', 1, 6, text(10));
    pass(a, 100);
    a.send(octets(5));
    a.inject('PSH,ACK', 11, 11, text(10));
    expect(sent(a).at(-1)).toBe('ACK seq=11 ack=21 len=0');
  });
});

describe('receiveWholeSegments', () => {
  const window = (on: boolean, mss = 1460, receiveBuffer = 10_000): number => {
    const config = { receiveWholeSegments: on, receiveBuffer, windowScale: false };
    const a = established(rfc9293, config, { syn: { opts: 1, mss } });
    return a.tcb.rcv.buf;
  };

  it('the buffer grows to a multiple of the MSS at the handshake, if it is asked for', () => {
    expect([window(false), window(true)]).toEqual([10_000, 7 * 1460]);
  });

  it('the MSS is the peer’s, or less where the path takes less', () => {
    expect([window(true, 1000, 10_001), window(true, 9000)]).toEqual([11_000, 7 * 1460]);
  });

  it('a buffer of less than a segment, or of whole ones, stays as it is', () => {
    expect([window(true, 1460, 1000), window(true, 1000, 10_000)]).toEqual([1000, 10_000]);
  });
});

describe('sendWholeSegments', () => {
  it('the send buffer grows to a multiple of the MSS, if it is asked for and holds a segment', () => {
    const buffer = (sendWholeSegments: boolean, sendBuffer: number): number =>
      established(rfc9293, { sendWholeSegments, sendBuffer }, { syn: { opts: 1, mss: 1000 } }).tcb.snd.buf;
    expect([buffer(false, 32_768), buffer(true, 32_768), buffer(true, 33_000), buffer(true, 900)]).toEqual([
      32_768, 33_000, 33_000, 900,
    ]);
  });
});

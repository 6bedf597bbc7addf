import { describe, expect, it } from 'vitest';
import { ACK, RST, Segment } from '../../wire/segment.ts';
import { inState, sent, text } from './testing.ts';

describe('SEGMENT ARRIVES in CLOSED (3.10.7.1)', () => {
  it('a RST is discarded', () => {
    const a = inState('CLOSED');
    a.inject('RST', 100);
    a.inject('RST,ACK', 100, 7);
    expect([sent(a), a.drops]).toEqual([[], ['rst-to-closed', 'rst-to-closed']]);
  });

  it('without an ACK the RST has SEQ=0 and ACK=SEG.SEQ+SEG.LEN', () => {
    const a = inState('CLOSED');
    a.inject('SYN', 100);
    a.inject('SYN,FIN', 100, 0, text(10));
    expect(sent(a)).toEqual(['RST,ACK seq=0 ack=101 len=0', 'RST,ACK seq=0 ack=112 len=0']);
    expect(a.drops).toEqual(['closed', 'closed']);
  });

  it('with an ACK the RST has SEQ=SEG.ACK and no ACK', () => {
    const a = inState('CLOSED');
    a.inject('ACK', 100, 7, text(10));
    a.inject('SYN,ACK', 100, 9);
    a.inject('FIN,ACK', 100, 11);
    expect(sent(a)).toEqual(['RST seq=7 len=0', 'RST seq=9 len=0', 'RST seq=11 len=0']);
  });

  it('the RST goes back between the same two ports', () => {
    const a = inState('CLOSED');
    let ports: number[] = [];
    a.reply = (_to, seg) => {
      ports = [seg.srcPort, seg.dstPort];
    };
    a.inject('SYN', 100);
    expect(ports).toEqual([1000, 2000]);
  });

  it('a RST is never answered by one, whoever asks for it', () => {
    const a = inState('CLOSED');
    a.engine.rules.replyReset(a.engine, new Segment().set(1, 2, RST | ACK));
    expect(sent(a)).toEqual([]);
  });

  it('SEG.SEQ+SEG.LEN is counted modulo 2^32', () => {
    const a = inState('CLOSED');
    a.inject('SYN', -1, 0, text(3));
    expect(sent(a)).toEqual(['RST,ACK seq=0 ack=3 len=0']);
  });
});

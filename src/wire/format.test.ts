import { describe, expect, it } from 'vitest';
import { formatControl, formatSegment, parseControl } from './format.ts';
import { ACK, FIN, OPT_SACK, OPT_UNKNOWN, RST, Segment, SYN, URG } from './segment.ts';

describe('formatSegment', () => {
  it('prints numbers as unsigned, relative to their bases modulo 2^32', () => {
    const seg = new Segment().set(-1, 5, ACK);
    expect(formatSegment(seg)).toBe('ACK seq=4294967295 ack=5 win=0 len=0');
    expect(formatSegment(seg, -3, 6)).toBe('ACK seq=2 ack=4294967295 win=0 len=0');
  });

  it('leaves out what the control bits say is not there', () => {
    expect(formatSegment(new Segment().set(1, 9, RST))).toBe('RST seq=1 win=0 len=0');
    const seg = new Segment().set(1, 9, ACK | URG);
    seg.up = 3;
    expect(formatSegment(seg)).toBe('ACK,URG seq=1 ack=9 win=0 len=0 urg=3');
  });

  it('prints SACK blocks relative to the other side', () => {
    const seg = new Segment().set(1, 100, ACK);
    seg.opts = OPT_SACK | OPT_UNKNOWN;
    seg.sackCount = 2;
    seg.sack.set([110, 120, 130, 140]);
    expect(formatSegment(seg, 0, 100)).toBe('ACK seq=1 ack=0 win=0 len=0 <sack 10:20 30:40,unknown>');
  });

  it('understands control bits as people write them, and nothing else', () => {
    for (const text of [
      'SYN,ACK',
      'SYN+ACK',
      'SYN-ACK',
      'SYNACK',
      'syn+ack',
      'SYN/ACK',
      '[SYN,ACK]',
      'SYN＋ACK',
    ])
      expect(parseControl(text), text).toBe(SYN | ACK);
    expect(parseControl('fin')).toBe(FIN);
    for (const text of ['', 'data', 'SYNA', 'SYN,', '+ACK', 'SYN,,ACK', 'tcp,udp', 'any'])
      expect(parseControl(text), text).toBeNull();
  });

  it('names control bits as people do', () => {
    expect(formatControl(SYN | ACK)).toBe('SYN,ACK');
    expect(formatControl(0)).toBe('none');
    expect(formatControl(0xff)).toBe('FIN,SYN,RST,PSH,ACK,URG,ECE,CWR');
  });
});

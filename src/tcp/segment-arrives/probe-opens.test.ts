// The window opens while the octet of a window probe is out (RFC 9293 section 3.8.6.1).

import { describe, expect, it } from 'vitest';
import { established, octets, pass, sent } from '../../../test/support/regression.ts';
import { rfc9293 } from '../rules.ts';
import type { Endpoint } from '../testing.ts';

/** ESTABLISHED, 700 octets to send, the window closed, one probe sent. */
function probing(n = 700): Endpoint {
  const a = established(rfc9293, {}, { wnd: 0 });
  a.send(octets(n));
  pass(a, 250);
  expect(sent(a)).toEqual([`${n === 1 ? 'PSH,' : ''}ACK seq=1 ack=1 len=1`]);
  a.inject('ACK', 1, 1, { wnd: 0 });
  a.sent.length = 0;
  return a;
}

describe('the window opens and the probe was not taken', () => {
  it('the octet goes again at the head of a full segment, not alone', () => {
    const a = probing();
    a.inject('ACK', 1, 1, { wnd: 5000 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=536', 'PSH,ACK seq=537 ack=1 len=164']);
  });

  it('with everything that is queued, when that is less', () => {
    const a = probing(100);
    a.inject('ACK', 1, 1, { wnd: 5000 });
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100']);
  });

  it('a lost segment goes again after an RTO', () => {
    const a = probing(100);
    a.inject('ACK', 1, 1, { wnd: 5000 });
    pass(a, 1100);
    expect(sent(a).at(-1)).toBe('PSH,ACK seq=1 ack=1 len=100');
  });

  it('an ACK of the octet that was under way meanwhile is taken', () => {
    const a = probing();
    a.inject('ACK', 1, 1, { wnd: 5000 });
    a.inject('ACK', 1, 2, { wnd: 5000 });
    expect((a.tcb.snd.una - a.tcb.snd.iss) | 0).toBe(2);
  });

  it('into a window smaller than a segment the octet goes alone: its ACK may be under way', () => {
    const a = probing();
    a.inject('ACK', 1, 1, { wnd: 100 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1']);
  });
});

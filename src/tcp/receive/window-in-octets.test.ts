// `windowInOctets`: the right edge moves with every ACK, yet no silly window is offered.

import { expect, it } from 'vitest';
import { established, octets, pass } from '../../../test/support/regression.ts';
import { rfc9293 } from '../rules.ts';
import { options } from '../segment-arrives/testing.ts';

/** Windows of the ACKs for 100 octets at a time, of which the user takes 60. */
function windows(windowInOctets: boolean): number[] {
  const a = established(rfc9293, {
    windowInOctets,
    windowScale: false,
    receiveBuffer: 4000,
    delayedAckMs: 0,
  });
  a.autoRead = false;
  for (let i = 0; i < 3; i++) {
    a.inject('PSH,ACK', 1 + 100 * i, 1, { text: octets(100) });
    a.receive(60);
  }
  return a.sent.map((r) => r.wnd);
}

it('without it the right edge waits for a whole segment', () => {
  expect(windows(false)).toEqual([3900, 3800, 3700]);
});

it('with it each ACK tells what is free', () => {
  expect(windows(true)).toEqual([3900, 3860, 3820]);
});

it('with it a window below a segment and a quarter of the buffer is not opened', () => {
  const config = { windowInOctets: true, windowScale: false, receiveBuffer: 2000, delayedAckMs: 0 };
  const a = established(rfc9293, config);
  a.autoRead = false;
  for (let seq = 1; seq < 2001; seq += 500) a.inject('PSH,ACK', seq, 1, { text: octets(500) });
  a.receive(400);
  a.inject('ACK', 1500, 1, { text: octets(1) }); // a probe
  expect(a.sent.at(-1)?.wnd).toBe(0);
  a.receive(400);
  pass(a, 1000);
  a.inject('ACK', 1500, 1, { text: octets(1) });
  expect(a.sent.at(-1)?.wnd).toBe(800);
});

it('with it the peer is told when a quarter of the buffer has been read, two segments at least, or else half of it', () => {
  /** Updates that reading so much causes, of a buffer that is full or has 4000 octets. */
  const told = (receiveBuffer: number, reads: readonly number[]): number[] => {
    const config = { windowInOctets: true, windowScale: false, receiveBufferTuning: false, delayedAckMs: 0 };
    const a = established(rfc9293, { ...config, receiveBuffer }, { syn: options({ mss: 500 }) });
    a.autoRead = false;
    for (let seq = 1; seq < Math.min(receiveBuffer, 4000); seq += 500) {
      a.inject('PSH,ACK', seq, 1, { text: octets(500) });
    }
    return reads.map((n) => {
      const before = a.sent.length;
      a.receive(n);
      return a.sent.length - before;
    });
  };
  expect(told(8000, [1999, 1])).toEqual([0, 1]); // a quarter
  expect(told(8000, [2000, 1999, 1])).toEqual([1, 0, 1]); // and the next one
  expect(told(3000, [999, 1])).toEqual([0, 1]); // two segments
  expect(told(1500, [749, 1])).toEqual([0, 1]); // half
});

it('without it when the window has doubled', () => {
  const config = { windowScale: false, receiveBuffer: 6000, receiveBufferTuning: false, delayedAckMs: 0 };
  const a = established(rfc9293, config);
  a.autoRead = false;
  for (let seq = 1; seq < 3001; seq += 500) a.inject('PSH,ACK', seq, 1, { text: octets(500) });
  const before = a.sent.length;
  a.receive(2999);
  expect(a.sent.length).toBe(before);
  a.receive(1);
  expect(a.sent.at(-1)?.wnd).toBe(6000);
});

it('a window that is rounded up again and again passes the buffer by less than a unit of its scale', () => {
  const config = { windowRoundedUp: true, receiveBuffer: 65_536, receiveBufferMax: 2 ** 22, delayedAckMs: 0 };
  const a = established(rfc9293, { ...config, receiveBufferTuning: false }, { syn: options({ wscale: 7 }) });
  a.autoRead = false;
  const unit = 2 ** a.tcb.rcv.wscale;
  expect(unit).toBe(128);
  a.inject('PSH,ACK', 1, 1, { text: octets(65_400) });
  // One octet at a time: each leaves a window that is no multiple of the unit.
  for (let i = 0; i < 1000; i++) a.inject('PSH,ACK', a.sent.at(-1)!.ack, 1, { text: octets(1) });
  const taken = a.sent.at(-1)!.ack - 1;
  expect(taken).toBeGreaterThanOrEqual(65_536);
  expect(taken).toBeLessThan(65_536 + unit);
  expect(a.sent.at(-1)!.wnd).toBe(0);
});

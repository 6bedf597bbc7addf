import { describe, expect, it } from 'vitest';
import { inState, octets, options, pass, sent, text, ts } from './segment-arrives/testing.ts';

const DAY = 24 * 3600 * 1000;

function established(startUs = 0) {
  return inState('ESTABLISHED', { syn: options({ ts: 1000 }), config: { delayedAckMs: 0 }, startUs });
}

describe('the timestamps option (RFC 7323 section 3)', () => {
  it('3.2: is in every segment once both SYNs had it, RSTs too', () => {
    const a = established();
    a.send(octets(10));
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1001) });
    a.abort();
    expect(a.sent.map((r) => r.opts)).toEqual([0x10, 0x10, 0x10]);
  });

  it('3.2: is in none when the SYN had it not', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    expect(a.sent[0]?.opts).toBe(0);
  });

  it('3.2: TSecr is TS.Recent with the ACK bit, and 0 without', () => {
    const a = established();
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1005) });
    expect(a.sent[0]).toMatchObject({ tsEcr: 1005 });
    const b = inState('CLOSED');
    b.openActive();
    expect(b.sent[0]?.tsEcr).toBe(0);
  });

  it('3.2: a segment without it is still taken: a middlebox may drop options', () => {
    const a = established();
    a.inject('ACK', 1, 1, text(10));
    expect(a.read.length).toBe(10);
  });

  it('5.4: TSval is a clock of milliseconds plus an offset of the connection', () => {
    const a = established(5_000_000);
    a.tcb.tsOffset = 0x7fffffff;
    a.send(octets(10));
    expect(a.sent[0]?.tsVal).toBe((0x7fffffff + 5000) | 0);
  });
});

describe('TS.Recent (RFC 7323 section 4.3)', () => {
  it('follows a segment that begins at or before Last.ACK.sent', () => {
    const a = established();
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1010) });
    expect(a.tcb.tsRecent).toBe(1010);
    a.inject('ACK', 5, 1, { ...text(10), ...ts(1011) });
    expect(a.tcb.tsRecent).toBe(1011);
  });

  it('does not follow one beyond a hole: the echo is of the segment that advances the window', () => {
    const a = established();
    a.inject('ACK', 11, 1, { ...text(10), ...ts(1010) });
    expect([a.tcb.tsRecent, a.sent.at(-1)?.tsEcr]).toEqual([1000, 1000]);
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1020) });
    expect(a.sent.at(-1)?.tsEcr).toBe(1020);
  });

  it('with a delayed ACK the earlier of two timestamps is echoed (section 4.2)', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: 1000 }) });
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1010) });
    a.inject('ACK', 11, 1, { ...text(10), ...ts(1020) });
    pass(a, 40);
    expect(a.sent[0]?.tsEcr).toBe(1010);
  });

  it('never goes back', () => {
    const a = established();
    a.inject('ACK', 1, 1, ts(1010));
    a.inject('ACK', 1, 1, ts(1009));
    expect(a.tcb.tsRecent).toBe(1010);
  });

  it('goes on across the wrap of the peer’s clock', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: -1 }), config: { delayedAckMs: 0 } });
    a.inject('ACK', 1, 1, { ...text(10), ...ts(5) });
    expect([a.tcb.tsRecent, a.read.length]).toEqual([5, 10]);
    a.inject('ACK', 11, 1, { ...text(10), ...ts(-1) });
    expect([a.read.length, a.drops]).toEqual([10, ['paws']]);
  });
});

describe('PAWS (RFC 7323 section 5)', () => {
  it('5.3 R1: an older timestamp is dropped and answered by an ACK; the same one is not older', () => {
    const a = established();
    a.inject('ACK', 1, 1, { ...text(10), ...ts(999) });
    expect([a.drops, sent(a), a.read]).toEqual([['paws'], ['ACK seq=1 ack=1 len=0'], []]);
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1000) });
    expect(a.read.length).toBe(10);
  });

  it('5.5: after 24 idle days TS.Recent says nothing, and is replaced', () => {
    for (const days of [24.01, 24.9, 30, 40, 49]) {
      const a = established();
      pass(a, days * DAY);
      a.inject('ACK', 1, 1, { ...text(10), ...ts(500) });
      expect([days, a.read.length, a.tcb.tsRecent]).toEqual([days, 10, 500]);
    }
  });

  it('5.5: within 24 days it does', () => {
    const a = established();
    pass(a, 23.99 * DAY);
    a.inject('ACK', 1, 1, { ...text(10), ...ts(500) });
    expect([a.read.length, a.drops]).toEqual([0, ['paws']]);
  });

  it('an empty old duplicate is answered within the challenge limit', () => {
    const a = established();
    for (let i = 0; i < 10; i++) a.inject('ACK', 1, 1, ts(1));
    expect(sent(a).length).toBe(1);
  });
});

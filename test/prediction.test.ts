// Header prediction has the effect of the whole way of RFC 9293 section 3.10.7.4: see support/both-ways.ts.

import { describe, expect, it } from 'vitest';
import { hostProfiles } from '../src/host/index.ts';
import {
  asPredicted,
  predictable,
  predictableAcks,
  predictableEnds,
  predictableText,
  type Rules,
  rfc9293,
} from '../src/tcp/rules.ts';
import { bothWays, met } from './support/both-ways.ts';

describe('header prediction', () => {
  it('a million random segments have the same effect by the short way and by the whole', {
    timeout: 240_000,
  }, () => {
    const share = bothWays(rfc9293, 1_000_000);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.9);
    for (const [what, times] of Object.entries(met)) expect([what, times > 500]).toEqual([what, true]);
  });

  it('so have those of connections that are opened and closed', { timeout: 60_000 }, () => {
    expect(bothWays(rfc9293, 60_000, true)).toBeGreaterThan(0.25);
    for (const state of ['finWait2', 'lastAck', 'timeWait'] as const)
      expect([state, met[state] > 3000]).toEqual([state, true]);
  });

  it.each(['linux', 'freebsd'] as const)(
    'so it is with the rules of %s, which know it, too',
    { timeout: 60_000 },
    (name) => {
      const { rules } = hostProfiles[name];
      expect(predictable(rules)).toBe(true);
      expect(bothWays(rules, 100_000)).toBeGreaterThan(0.3);
    },
  );

  it('is off where a rule that it would leave out is another', () => {
    expect(predictable(rfc9293)).toBe(true);
    expect(predictable({ ...rfc9293 })).toBe(true);
    expect(predictable({ ...rfc9293, text: () => false })).toBe(true);
    for (const rule of [
      'timestamps',
      'sequence',
      'rst',
      'syn',
      'trim',
      'ack',
      'ackByState',
      'urg',
      'fin',
    ] as const) {
      const other = (() => false) as unknown as Rules[typeof rule];
      expect([rule, predictable({ ...rfc9293, [rule]: other })]).toEqual([rule, false]);
      expect([rule, predictable({ ...rfc9293, [rule]: asPredicted(other) })]).toEqual([rule, true]);
    }
    for (const rule of ['leaveRecovery', 'undo', 'newAck', 'detectLoss', 'controlWindow'] as const) {
      const other = (() => false) as unknown as Rules[typeof rule];
      expect([rule, predictableAcks({ ...rfc9293, [rule]: other })]).toEqual([rule, false]);
    }
    expect(predictableAcks({ ...rfc9293 })).toBe(true);
    for (const rule of ['text', 'scheduleAck'] as const)
      expect(predictableText({ ...rfc9293, [rule]: () => false })).toBe(false);
    expect(predictableText({ ...rfc9293 })).toBe(true);
    for (const rule of ['fin', 'finReached', 'noteFin', 'synReceivedAck', 'newAck'] as const) {
      const other = asPredicted(() => false) as unknown as Rules[typeof rule];
      expect([rule, predictableEnds({ ...rfc9293, [rule]: other })]).toEqual([rule, false]);
    }
    expect(predictableEnds({ ...rfc9293 })).toBe(true);
  });
});

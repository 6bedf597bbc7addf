// Which SYNs ask for AccECN where the path may let none through that does (RFC 9768 section 3.1.4.1).

import { describe, expect, it } from 'vitest';
import type { PeerMetrics } from '../metrics.ts';
import { inState, pass } from '../segment-arrives/testing.ts';
import { aceOfRecord, type Endpoint } from '../testing.ts';

type Config = Exclude<Parameters<typeof inState>[1], undefined>['config'];

/** What a host remembers of the one peer, and endpoints that open connections to it. */
function client(accEcnBlocked: number | null, config: Config = {}) {
  const nothing = { rttUs: 0, rttvarUs: 0, ssthresh: 0, reordering: 0 };
  let entry: PeerMetrics | null = accEcnBlocked === null ? null : { ...nothing, accEcnBlocked };
  const metrics = {
    find: () => entry,
    entry: () => {
      entry ??= { ...nothing, accEcnBlocked: 0 };
      return entry;
    },
  };
  const open = (remembers = true): Endpoint => {
    const a = inState('CLOSED', { config: { ecn: 'accurate', peerMetrics: 'path', ...config } });
    a.engine.metrics = remembers ? metrics : null;
    a.openActive();
    return a;
  };
  return { open, blocked: () => entry?.accEcnBlocked ?? null };
}

/** Whether the SYN of a new connection asks. */
function asks({ open }: ReturnType<typeof client>, remembers = true): boolean {
  const [syn] = open(remembers).sent;
  return syn !== undefined && aceOfRecord(syn) === 7;
}

describe('a SYN asks for AccECN', () => {
  it('where nothing is known of the peer, and until the blockage is clear: three handshakes in a row', () => {
    expect(asks(client(null))).toBe(true);
    for (const [blocked, is] of [
      [0, true],
      [2, true],
      [3, false],
      [4, false],
    ] as const) {
      const known = client(blocked);
      expect([blocked, asks(known)]).toEqual([blocked, is]);
      expect(known.blocked()).toBe(is ? blocked : blocked + 1);
    }
  });

  it('again in one of 32 connections after that, to see whether the path has changed', () => {
    expect(asks(client(30))).toBe(false);
    expect(asks(client(31))).toBe(true);
    expect(asks(client(32))).toBe(false);
    expect(asks(client(63))).toBe(true);
  });

  it('always where nothing is remembered', () => {
    expect(asks(client(3, { peerMetrics: 'off' }))).toBe(true);
    expect(asks(client(3), false)).toBe(true);
  });
});

describe('what the SYN,ACK says of the path', () => {
  /** The SYN of a connection is lost `lost` times; then it is answered. What is known afterwards. */
  function answered(
    lost: number,
    ctl: string,
    blocked: number | null,
    config: Config = {},
    remembers = true,
  ) {
    const known = client(blocked, config);
    const a = known.open(remembers);
    while (a.tcb.rto.timeouts < lost) pass(a, 100);
    a.inject(ctl, 500, 1);
    expect(a.state).toBe('ESTABLISHED');
    return known.blocked();
  }

  it('blocked: it answers only the SYN that no longer asks, without a word of ECN', () => {
    expect(answered(2, 'SYN,ACK', null)).toBe(1);
    expect(answered(2, 'SYN,ACK', 1)).toBe(2);
    expect(answered(3, 'SYN,ACK', 1)).toBe(2);
  });

  it('not blocked: what is known is forgotten', () => {
    expect(answered(1, 'SYN,ACK', 2)).toBe(0);
    expect(answered(0, 'SYN,ACK', 2)).toBe(0);
    expect(answered(2, 'SYN,ACK,CWR', 2)).toBe(0); // an answer to an earlier one: it did get through
    expect(answered(0, 'SYN,ACK', null)).toBeNull();
  });

  it('nothing, where every SYN asks, none did, or nothing is remembered', () => {
    expect(answered(2, 'SYN,ACK', 1, { ecnFallback: false })).toBe(0);
    expect(answered(2, 'SYN,ACK', 1, { ecn: 'on' })).toBe(1);
    expect(answered(2, 'SYN,ACK', 1, { peerMetrics: 'off' })).toBe(1);
    expect(answered(2, 'SYN,ACK', 1, {}, false)).toBe(1);
  });

  it('nothing in a simultaneous open: the peer’s SYN is no answer', () => {
    const known = client(2);
    const a = known.open();
    a.inject('SYN', 500);
    expect([a.state, known.blocked()]).toEqual(['SYN-RECEIVED', 2]);
  });
});

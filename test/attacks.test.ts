// Every attack of bench/attacks, small: its bounds hold, the victim's Memory stays below its marks, and who
// means well is served meanwhile. The figures of docs/security.md are these programs at full size.

import { describe, expect, it } from 'vitest';
import { attacks } from '../bench/attacks/index.ts';
import { ANSWER } from '../bench/attacks/legit.ts';
import type { Outcome } from '../bench/attacks/stage.ts';

const MIB = 1 << 20;

/** Attacks that keep new connections away while they last: what is in place goes on. */
const REFUSES_NEW = new Set(['syn-flood-no-cookies', 'idle-connections']);
/** Attacks on the client's own connection, which is lost with what was injected; no client is asked. */
const NOT_SERVED = new Set(['ack-storm', 'amplification']);
/** Octets of Memory that an attack may take; the others a burst of answers at most. */
const MEMORY: Record<string, number> = {
  'far-octet-flood': 32 * MIB,
  'zero-window': 49 * MIB,
  'zero-window-orphans': 49 * MIB,
  'slow-readers': 49 * MIB,
  'unread-text': 49 * MIB,
  'optimistic-ack': 4.3 * MIB, // the send buffer follows cwnd, which the attacker opens: up to sendBufferMax
  'fragments-ipv4': 1.1 * MIB,
  'fragments-ipv6': 1.1 * MIB,
};

/** What else an attack must not achieve, by its name. */
const MORE: Record<string, (o: Outcome) => void> = {
  'syn-flood': (o) => expect(o.counters['cookiesSent']).toBeGreaterThan(19_000),
  'ack-flood': (o) => expect(o.replies).toBeLessThanOrEqual(1000),
  'ack-flood-established': (o) =>
    expect(Number(o.facts['packets drawn to the client, each'])).toBeLessThan(0.01),
  'text-flood-established': (o) =>
    expect(Number(o.facts['packets drawn to the client, each'])).toBeLessThan(0.03),
  'rst-guessing': (o) => {
    expect(o.facts['needed in this run, RFC 793']).toBe(808);
    expect(o.facts['the same sweep, RFC 5961']).toBe('it lived');
    expect(o.facts['sequence numbers in a window that kill']).toMatch(/^1 of \d{4}$/);
    expect(o.counters['drop rst-challenged']).toBe(1);
  },
  'syn-guessing': (o) => {
    expect(o.facts['needed in this run, RFC 793']).toBe(808);
    expect(o.facts['the same sweep, RFC 5961']).toBe('it lived');
    expect(o.facts['sequence numbers in a window that kill']).toMatch(/^0 of \d{4}$/);
  },
  'data-injection': (o) => {
    expect(o.facts['needed in this run, RFC 793']).toBe(808);
    expect(o.facts['all sequence numbers with one ACK, RFC 5961']).toBe('nothing got in');
  },
  'fin-guessing': (o) => {
    expect(o.facts['state after the end of a request was hit, any FIN remembered']).not.toBe('ESTABLISHED');
    expect(o.facts['state after all of them']).toBe('ESTABLISHED');
    expect(o.counters['drop fin-not-believed']).toBe(o.packets);
  },
  'hole-flood-wide': (o) => {
    expect(o.bounds.find(({ what }) => what === 'ranges')?.most).toBe(16_384);
    expect(o.counters['drop reassembly-full']).toBeGreaterThan(1000);
  },
  'optimistic-ack': (o) => {
    expect(o.facts['octets sent, honest peer']).toBeGreaterThan(400_000); // no ACK of it was taken for a loss
    expect(o.facts['an ACK of what was never sent']).toBe('discarded');
  },
  'duplicate-acks': (o) => expect(o.facts['octets drawn by all duplicates']).toBeLessThan(300_000),
  'zero-window': (o) => expect(o.counters['zeroWindowsAborted']).toBeGreaterThan(0),
  'zero-window-orphans': (o) => {
    expect(o.counters['orphansAborted']).toBeGreaterThan(0);
    expect(o.counters['zeroWindowsAborted']).toBeUndefined();
  },
  'slow-readers': (o) => {
    expect(o.facts['readers served']).toBe(200);
    expect(o.facts['readers served after the idle time']).toBe(0);
    expect(o.bounds.find(({ what }) => what === 'octets of buffers')?.most).toBeGreaterThan(7 * MIB);
  },
  'icmp-forging': (o) => {
    expect(o.facts['path MTU after guessing']).toBe(1500);
    expect(o.facts['state after every kind with the right number']).toBe('ESTABLISHED');
    expect(o.facts['path MTU after "68"']).toBe(552);
  },
  'icmp-too-big': (o) => expect(Number(o.facts['segments drawn by a message'])).toBeLessThan(1),
  'udp-closed-port': (o) => expect(o.replies).toBeLessThanOrEqual(200),
  'neighbour-flood': (o) => expect(o.counters['neighbourOverflows']).toBeGreaterThan(5000),
  amplification: (o) => {
    for (const [kind, ratio] of Object.entries(o.facts)) {
      const most = kind.endsWith(' SYN') ? 9 : kind.includes('UDP') ? 2 : 1;
      expect([kind, Number(ratio) <= most]).toEqual([kind, true]);
    }
  },
  'ack-storm': (o) =>
    expect(Number(o.facts['packets in a second between the two ends afterwards'])).toBeLessThan(10),
  'paws-poisoning': (o) => {
    expect(Object.values(o.facts).filter((fact) => fact === 'poisoned')).toEqual([]);
  },
};

describe.each(attacks)('$name', ({ name, small, run }) => {
  it('its bounds hold and the client is served', async () => {
    const o = await run(small);
    for (const { what, most, bound } of o.bounds) {
      expect([what, most <= bound]).toEqual([what, true]);
    }
    expect(o.memory.most - o.memory.before).toBeLessThan(MEMORY[name] ?? 0.3 * MIB);
    expect(o.heap.during - o.heap.before).toBeLessThan(16 * MIB);
    if (!NOT_SERVED.has(name)) {
      // An answer that is under way at the end is not counted.
      const { octets, sinceUs, untilUs } = o.during;
      const goodput = ((octets + ANSWER.length) * 1e6) / (untilUs - sinceUs);
      expect(goodput).toBeGreaterThan(0.9 * o.before.goodput);
      expect(o.broken).toBeNull();
    }
    if (!REFUSES_NEW.has(name)) expect(o.during.opened).toBe(o.during.opens);
    MORE[name]?.(o);
  });
});

it('there is a word about every attack in docs/security.md', async () => {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(new URL('../docs/security.md', import.meta.url), 'utf8');
  expect(attacks.filter(({ name }) => !text.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});

// What answers say of their runs is what the runs show.

import { describe, expect, test } from 'vitest';
import { playScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import type { End, Trace } from '../trace.ts';
import { questions } from './index.ts';

function runOf(id: string): Trace {
  const question = questions.find((one) => one.id === id);
  const scenario = scenarioNamed(question?.scenario ?? '');
  if (question === undefined || scenario === undefined) throw new RangeError(`no run of ${id}`);
  return playScenario(scenario, { edits: question.edits ?? [] }).trace;
}

/** Lengths of what the right end's program reads. */
function reads({ events }: Trace): number[] {
  return events.flatMap((e) =>
    e.kind === 'call' && e.call === 'read' && e.end === 'right' && e.octets !== null ? [e.octets] : [],
  );
}

/** Milliseconds at which an end retransmits. */
function retransmissions({ events }: Trace, from: End = 'left'): number[] {
  return events.flatMap((e) =>
    e.kind === 'sent' && e.from === from && e.retransmission ? [Math.round(e.t / 1000)] : [],
  );
}

function timers({ events }: Trace, end: End): string[] {
  return events.flatMap((e) => (e.kind === 'timer' && e.end === end && e.what === 'fired' ? [e.timer] : []));
}

function errors({ events }: Trace): (string | null)[] {
  return events.flatMap((e) => (e.kind === 'call' && e.call === 'error' ? [e.text] : []));
}

describe('the run of', () => {
  test('sticky-packets: three writes of six octets are two reads', () => {
    expect(reads(runOf('sticky-packets'))).toEqual([6, 12]);
  });

  test('head-of-line: nothing is read between the segment before the hole and the retransmission', () => {
    expect(reads(runOf('head-of-line')).slice(0, 2)).toEqual([1448, 7552]);
  });

  test('checksum: the damaged segment is discarded, not answered, and comes again', () => {
    const trace = runOf('checksum');
    const damaged = trace.events.findIndex((e) => e.kind === 'arrived' && e.discarded === 'checksum');
    expect(damaged).toBeGreaterThan(0);
    expect(trace.events.slice(damaged + 1).find((e) => e.kind === 'sent')).toMatchObject({
      from: 'left',
      retransmission: true,
    });
    expect(reads(trace)).toEqual([5]);
  });

  test('rto: each timeout doubles the pause', () => {
    const [first = 0, second = 0, third = 0] = retransmissions(runOf('rto'));
    expect(second - first).toBe(2 * (first - 200));
    expect(third - second).toBe(4 * (first - 200));
  });

  test('fast-retransmit: no timer of the sender fires', () => {
    const trace = runOf('fast-retransmit');
    expect(retransmissions(trace)).toHaveLength(1);
    expect(timers(trace, 'left')).toEqual([]);
  });

  test('sack: blocks behind the hole, and a DSACK for what came twice', () => {
    const { events } = runOf('sack');
    const blocks = events.flatMap((e) =>
      e.kind === 'sent' && e.from === 'right' ? (e.segment.options.sack ?? []) : [],
    );
    expect(blocks.length).toBeGreaterThan(2);
    const acked = events.flatMap((e) =>
      e.kind === 'sent' && e.from === 'right' && e.segment.options.sack !== undefined ? [e.segment] : [],
    );
    // The first block ends before what is acknowledged, or lies in the second (RFC 2883 section 4).
    expect(
      acked.some(({ options: { sack = [] } }) => {
        const [a, b] = sack;
        return a !== undefined && b !== undefined && a[0] >= b[0] && a[1] <= b[1];
      }),
    ).toBe(true);
  });

  test('spurious-retransmission: what is sent again had been read', () => {
    const trace = runOf('spurious-retransmission');
    expect(retransmissions(trace)).toHaveLength(1);
    expect(reads(trace)).toEqual([1, 5]);
  });

  test.each(['mysql-gone-away', 'nginx-502-504'])('%s: what the client sends is answered with RST', (id) => {
    const { events } = runOf(id);
    expect(
      events.some((e) => e.kind === 'sent' && e.from === 'right' && e.segment.flags.includes('RST')),
    ).toBe(true);
  });

  test('tcp-retries2: a cut wire ends in ETIMEDOUT, after more than 924.6 s', () => {
    const trace = runOf('tcp-retries2');
    expect(errors(trace)).toEqual(['ETIMEDOUT']);
    expect((trace.events.at(-1)?.t ?? 0) / 1e6).toBeGreaterThan(924.6);
  });

  test('wireshark-out-of-order: a segment is overtaken, and nothing is retransmitted', () => {
    const trace = runOf('wireshark-out-of-order');
    const arrived = trace.events.flatMap((e) => (e.kind === 'arrived' && e.to === 'right' ? [e.id] : []));
    expect(arrived).not.toEqual([...arrived].sort((a, b) => a - b));
    expect(retransmissions(trace)).toEqual([]);
  });

  test('close-unsent: all that was written is read before end of stream', () => {
    expect(reads(runOf('close-unsent')).reduce((sum, n) => sum + n, 0)).toBe(20_000);
  });
});

// The ladders of the lab with the kernel at one end: the same segments, flags, relative numbers and order as
// between two hosts of ours.

import { describe, expect, test } from 'vitest';
import {
  type End,
  numbersOf,
  numbersText,
  runScenario,
  type SentEvent,
  scenarioNamed,
  statesPassed,
  type Trace,
} from '../../src/lab/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { type Changes, changed } from '../support/scenario.ts';

const why = await whyNoKernel([]);

/** What differs on purpose: segments that only the kernel's ladder has, or only ours, and why. */
interface Case {
  readonly id: string;
  readonly kernel: End;
  /** Milliseconds of real time. */
  readonly untilMs: number;
  /**
   * How text of several segments is cut up and acknowledged is each TCP's own affair; and in real time a program that
   * means to be quick must not wait.
   */
  readonly changes?: Changes;
  /** Both ends send in the same instant: whose segment left first is chance, each end's own order is not. */
  readonly crossing?: true;
  /** Lines that only the kernel's ladder has; and why it has them. */
  readonly kernelOnly?: readonly string[];
  readonly because?: string;
}

/** Every segment in one line: who, flags without PSH, relative numbers; `x` when the wire lost it. */
function segments(trace: Trace, kernel?: End): string[] {
  const numbers = numbersOf(trace);
  const lost = new Set(trace.events.flatMap((e) => (e.kind === 'lost' && e.reason !== 'down' ? [e.id] : [])));
  return trace.events.flatMap((event) => {
    if (event.kind !== 'sent' || acknowledgedFirst(trace, event, kernel)) return [];
    const of = numbers[event.connection];
    if (of === undefined) return [];
    const flags = event.segment.flags.replace('PSH,', '');
    return [
      `${event.from} ${flags} ${numbersText(of, event.from, event.segment)}${lost.has(event.id) ? ' x' : ''}`,
    ];
  });
}

/**
 * A bare ACK of a FIN right before the kernel's own FIN. A socket of Linux that never received text acknowledges at its
 * clock's next tick (its ATO is still 0), within 4 ms: whether its program closes before that is chance.
 */
function acknowledgedFirst(trace: Trace, ack: SentEvent, kernel?: End): boolean {
  if (ack.from !== kernel || ack.segment.flags !== 'ACK' || ack.segment.length !== 0) return false;
  const sent = trace.events.filter((event) => event.kind === 'sent');
  const i = sent.indexOf(ack);
  const [fin, next] = [sent[i - 1], sent[i + 1]];
  const isFin = (event?: SentEvent): boolean => event?.segment.flags.includes('FIN') === true;
  return isFin(fin) && fin?.from !== kernel && isFin(next) && next?.from === kernel;
}

function of(end: End, lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith(end));
}

async function onKernel({ id, kernel, untilMs, changes = {} }: Case): Promise<Trace> {
  const ns = await Namespace.open();
  try {
    const child = ns.node('kernel-ladder.ts', [id, kernel, String(untilMs), JSON.stringify(changes)]);
    let out = '';
    child.stdout?.on('data', (text) => {
      out += String(text);
    });
    child.stderr?.pipe(process.stderr);
    await new Promise((resolve) => child.once('close', resolve));
    return JSON.parse(out) as Trace;
  } finally {
    await ns.close();
  }
}

const cases: readonly Case[] = [
  { id: 'hs', kernel: 'right', untilMs: 300 },
  { id: 'hs', kernel: 'left', untilMs: 300 },
  { id: 'ack3-lost', kernel: 'right', untilMs: 1500 },
  { id: 'stale-first', kernel: 'right', untilMs: 400 },
  { id: 'stale-listen', kernel: 'right', untilMs: 600 },
  { id: 'close3', kernel: 'right', untilMs: 500, changes: { prompt: true } },
  { id: 'close3', kernel: 'left', untilMs: 500, changes: { prompt: true } },
  { id: 'close4', kernel: 'right', untilMs: 600 },
  { id: 'close4', kernel: 'left', untilMs: 600 },
  { id: 'half-close', kernel: 'right', untilMs: 800, changes: { octets: 1000 } },
  { id: 'half-close', kernel: 'left', untilMs: 800, changes: { octets: 1000 } },
  { id: 'simclose', kernel: 'right', untilMs: 500, crossing: true },
  { id: 'simclose', kernel: 'left', untilMs: 500, crossing: true },
  { id: 'lastack-lost', kernel: 'right', untilMs: 1000 },
  { id: 'lastack-lost', kernel: 'left', untilMs: 1000 },
  { id: 'tw-syn', kernel: 'right', untilMs: 1800 },
  {
    id: 'simopen',
    kernel: 'right',
    untilMs: 500,
    crossing: true,
    kernelOnly: ['right ACK seq=1 ack=1'],
    because:
      'Linux answers the SYN,ACK with an ACK once more (a duplicate SYN to it), which nothing asks for',
  },
  { id: 'halfopen', kernel: 'left', untilMs: 1500 },
  { id: 'refused', kernel: 'right', untilMs: 300 },
  { id: 'refused', kernel: 'left', untilMs: 300 },
];

describe.skipIf(why !== '')(titled('ladders with the kernel at one end', why), () => {
  // Real time: a machine that is busy for 20 ms makes the kernel's end late, hence the further tries.
  test.concurrent.each(cases)('$id, the kernel at the $kernel', { retry: 4 }, async (it) => {
    const found = scenarioNamed(it.id);
    if (found === undefined) throw new Error(`no scenario ${it.id}`);
    const ours = segments(runScenario(changed(found, it.changes ?? {})));
    const kernels = segments(await onKernel(it), it.changes?.prompt === true ? it.kernel : undefined);
    for (const line of it.kernelOnly ?? []) {
      const at = kernels.indexOf(line);
      expect(at, `${line}: ${it.because}`).toBeGreaterThanOrEqual(0);
      kernels.splice(at, 1);
    }
    const ordered = (lines: string[]): string[] =>
      it.crossing === true ? [...of('left', lines), ...of('right', lines)] : lines;
    expect(ordered(kernels)).toEqual(ordered(ours));
  });

  test('a kernel that listens is LISTEN, and a connection of it that is reset CLOSED', {
    retry: 2,
  }, async () => {
    const trace = await onKernel({ id: 'late-data-rst', kernel: 'right', untilMs: 700 });
    expect(statesPassed(trace, 'right')).toEqual([
      ...['CLOSED', 'LISTEN', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'CLOSED'],
    ]);
  });
});

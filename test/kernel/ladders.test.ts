// The ladders of the lab with the kernel at one end: the same segments, flags, relative numbers and order as
// between two hosts of ours.

import { describe, expect, test } from 'vitest';
import {
  type End,
  numbersOf,
  numbersText,
  runScenario,
  scenarioNamed,
  type Trace,
} from '../../src/lab/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel([]);

/** What differs on purpose: segments that only the kernel's ladder has, or only ours, and why. */
interface Case {
  readonly id: string;
  readonly kernel: End;
  /** Milliseconds of real time. */
  readonly untilMs: number;
  readonly edits?: readonly string[];
  /** Both ends send in the same instant: whose segment left first is chance, each end's own order is not. */
  readonly crossing?: true;
  /** Lines that only the kernel's ladder has; and why it has them. */
  readonly kernelOnly?: readonly string[];
  readonly because?: string;
}

/** Every segment in one line: who, flags without PSH, relative numbers; `x` when the wire lost it. */
function segments(trace: Trace): string[] {
  const numbers = numbersOf(trace);
  const lost = new Set(trace.events.flatMap((e) => (e.kind === 'lost' && e.reason !== 'down' ? [e.id] : [])));
  return trace.events.flatMap((event) => {
    if (event.kind !== 'sent') return [];
    const of = numbers[event.connection];
    if (of === undefined) return [];
    const flags = event.segment.flags.replace('PSH,', '');
    return [
      `${event.from} ${flags} ${numbersText(of, event.from, event.segment)}${lost.has(event.id) ? ' x' : ''}`,
    ];
  });
}

function of(end: End, lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith(end));
}

async function onKernel({ id, kernel, untilMs, edits = [] }: Case): Promise<Trace> {
  const ns = await Namespace.open();
  try {
    const child = ns.node('kernel-ladder.ts', [id, kernel, String(untilMs), ...edits]);
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
  { id: 'close3', kernel: 'right', untilMs: 500 },
  { id: 'close3', kernel: 'left', untilMs: 500 },
  { id: 'close4', kernel: 'right', untilMs: 600 },
  { id: 'close4', kernel: 'left', untilMs: 600 },
  { id: 'half-close', kernel: 'right', untilMs: 800 },
  { id: 'half-close', kernel: 'left', untilMs: 800 },
  { id: 'simclose', kernel: 'right', untilMs: 500, crossing: true },
  { id: 'simclose', kernel: 'left', untilMs: 500, crossing: true },
  { id: 'lastack-lost', kernel: 'right', untilMs: 1000 },
  { id: 'lastack-lost', kernel: 'left', untilMs: 1000 },
  { id: 'tw-syn', kernel: 'right', untilMs: 1800 },
  { id: 'refused', kernel: 'right', untilMs: 300 },
  { id: 'refused', kernel: 'left', untilMs: 300 },
];

describe.skipIf(why !== '')(titled('ladders with the kernel at one end', why), () => {
  test.concurrent.each(cases)('$id, the kernel at the $kernel', async (it) => {
    const scenario = scenarioNamed(it.id);
    if (scenario === undefined) throw new Error(`no scenario ${it.id}`);
    const ours = segments(runScenario(scenario, { edits: it.edits ?? [] }));
    const kernels = segments(await onKernel(it));
    for (const line of it.kernelOnly ?? []) {
      const at = kernels.indexOf(line);
      expect(at, `${line}: ${it.because}`).toBeGreaterThanOrEqual(0);
      kernels.splice(at, 1);
    }
    const ordered = (lines: string[]): string[] =>
      it.crossing === true ? [...of('left', lines), ...of('right', lines)] : lines;
    expect(ordered(kernels)).toEqual(ordered(ours));
  });
});

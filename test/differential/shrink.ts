// A sequence made smaller, as long as the two stacks still differ in the same way.

import type { SegmentStep, Sequence, Step } from './sequence.ts';

/** Whether the sequence still shows it. */
export type Shows = (sequence: Sequence) => Promise<boolean>;

function* simpler(step: SegmentStep): Generator<SegmentStep> {
  for (let i = 0; i < step.options.length; i++) yield { ...step, options: step.options.toSpliced(i, 1) };
  for (const length of [0, 1, 10]) if (length < step.length) yield { ...step, length };
  if (step.up !== 0) yield { ...step, up: 0 };
  if (step.wnd !== 65_535) yield { ...step, wnd: 65_535 };
  for (let bit = 1; bit < 256; bit *= 2) if ((step.ctl & bit) !== 0) yield { ...step, ctl: step.ctl & ~bit };
  if (step.damage !== undefined) {
    const { damage: _, ...sound } = step;
    yield sound;
  }
}

/** The smallest that was found in at most `tries` tries. */
export async function shrink(sequence: Sequence, shows: Shows, tries = 300): Promise<Sequence> {
  let best = sequence;
  const better = async (tried: Sequence): Promise<boolean> => {
    if (tries-- <= 0 || !(await shows(tried))) return false;
    best = tried;
    return true;
  };
  for (let i = best.steps.length - 1; i >= 0; i--) {
    await better({ ...best, steps: best.steps.toSpliced(i, 1) });
  }
  await better({ ...best, family: 4 });
  await better({ ...best, receiveBuffer: 0 });
  await better({ ...best, iss: 1_000_000, clock: 2_000_000 });
  for (let i = 0; i < best.steps.length; i++) {
    for (let again = true; again; ) {
      again = false;
      const step = best.steps[i] as Step;
      if (step.kind === 'call') break;
      for (const tried of simpler(step)) {
        if (await better({ ...best, steps: best.steps.with(i, tried) })) {
          again = true;
          break;
        }
      }
    }
  }
  return best;
}

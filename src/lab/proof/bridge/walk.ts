// Random walks of two hosts beyond what can be searched to its end: more octets, out of order, more copies, crashes. Every
// transition is held against the theory. The numbers of a walk stay near their ISSs: none wraps around.

import { Random } from '../../../sim/index.ts';
import type { ModelConfig } from '../../check/model/index.ts';
import type { Bridge } from './system.ts';

const BUSY = { writes: 3, closes: true, aborts: true } as const;
const ROUGH = { network: 'slow', losses: null, duplicates: 3, crashes: 1, incarnations: 3 } as const;

/** What is walked in. */
export const walkConfigs: readonly ModelConfig[] = [
  {
    id: 'walk',
    about: 'A client and a listener, three incarnations, three octets each way; everything may happen.',
    a: { ...BUSY, opens: 3 },
    b: { ...BUSY, listens: true },
    ...ROUGH,
  },
  {
    id: 'walk-active',
    about: 'Two that open actively, three times, and write three octets each; everything may happen.',
    a: { ...BUSY, opens: 3 },
    b: { ...BUSY, opens: 3 },
    ...ROUGH,
  },
];

/** Transitions after which a walk begins anew, if it has not come to its end. */
const LONGEST = 400;

/** Walks for about so many transitions; the same seed, the same walks. Stops at a transition that is not explained. */
export function walk(bridge: Bridge, transitions: number, seed: string): void {
  const random = new Random(seed);
  let here = new Uint8Array(bridge.maxBytes);
  let next = new Uint8Array(bridge.maxBytes);
  while (bridge.transitions < transitions) {
    let length = bridge.initial(0, here);
    for (let n = 0; n < LONGEST && bridge.unexplained === 0; n++) {
      const actions = bridge.load(here, 0, length);
      if (actions === 0) break;
      const after = bridge.step(random.int(actions), next);
      // What a bound cuts off is no step.
      if (after < 0) continue;
      [here, next] = [next, here];
      length = after;
    }
    if (bridge.unexplained > 0) return;
  }
}

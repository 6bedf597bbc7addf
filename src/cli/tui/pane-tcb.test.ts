import { expect, test } from 'vitest';
import { tcbView } from '../../lab/index.ts';
import { defaultConfig, Tcb } from '../../tcp/index.ts';
import { tcbFields } from './pane-tcb.ts';

test('the pacing rate stands beside cwnd and ssthresh: - where segments are not paced', () => {
  const tcb = new Tcb(defaultConfig);
  const shown = [-1, 0, 1_250_000].map((rate) => {
    tcb.cc.pacingRate = rate;
    return Object.fromEntries(tcbFields(tcbView(tcb, 0), 'left', null))['pacing'];
  });
  expect(shown).toEqual(['-', '-', '1250000/s']);
});

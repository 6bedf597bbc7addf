// What an honest segment costs, for ratios: 100 octets in order on an established connection whose user
// throws them away at once.

import { Stage } from './stage.ts';
import { connect } from './strangers.ts';

const SEGMENTS = 200_000;
let known = 0;

/** Nanoseconds of processor time; measured once. */
export function baselineNs(): number {
  if (known !== 0) return known;
  const stage = new Stage('baseline');
  stage.victim.listen({ port: 81, handler: { readable: (c) => void c.discard() } });
  const peer = connect(stage, 1, 81);
  if (peer === null) throw new Error('no baseline');
  let at = 0;
  const run = (n: number): void => {
    stage.flood(n, 1_000_000, (mem, off) => {
      const len = peer.write(mem, off, at, 100);
      at += 100;
      return len;
    });
  };
  run(20_000);
  const warm = stage.nsSpent;
  run(SEGMENTS);
  known = (stage.nsSpent - warm) / SEGMENTS;
  return known;
}

// For tests of AccECN: a pair of endpoints whose wire marks and mangles, and what each has sent.

import { ECN_CE } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import type { AccEcn } from '../tcb/acc-ecn.ts';
import { aceOfRecord, type Endpoint, Pair, type SegmentRecord } from '../testing.ts';

/** A segment that was sent, as it was. */
export interface SentBy {
  readonly from: 'a' | 'b';
  readonly r: SegmentRecord;
}

/** What the wire does to a segment; true: it is lost. */
export type Meddle = (r: SegmentRecord, from: 'a' | 'b', index: number) => boolean | undefined;

/** A pair on a wire of 10 ms; `meddle` sees each segment on its way, and may change it. */
export function wired(
  a: Partial<TcpConfig>,
  b: Partial<TcpConfig>,
  meddle: Meddle = () => false,
): { pair: Pair; sent: SentBy[] } {
  const sent: SentBy[] = [];
  const pair = new Pair({
    a,
    b,
    fate: (r, from, index) => {
      sent.push({ from, r: { ...r } });
      return meddle(r, from, index) === true ? [] : [10_000];
    },
  });
  return { pair, sent };
}

/** `from` sends `octets` to the other, who reads them. */
export function transfer(p: Pair, octets: number, from: 'a' | 'b' = 'a'): void {
  const sender = p[from];
  let left = octets;
  while (left > 0 || sender.tcb.snd.una !== sender.tcb.snd.end) {
    if (left > 0) left -= Math.max(0, sender.send(new Uint8Array(Math.min(left, 20_000))));
    if (!p.step()) break;
  }
}

/** Lets what is under way arrive. */
export function settle(p: Pair): void {
  for (let n = 0; n < 10_000 && p.step(); n++);
}

/** The network marks what is ECN-capable. */
export function mark(r: SegmentRecord): void {
  if ((r.ecn ?? 0) !== 0) r.ecn = ECN_CE;
}

/** The ACE fields of what `from` has sent. */
export function aces(sent: readonly SentBy[], from: 'a' | 'b'): number[] {
  return sent.filter((s) => s.from === from).map((s) => aceOfRecord(s.r));
}

/** The AccECN counters of an endpoint that has them. */
export function counted(e: Endpoint): AccEcn {
  if (e.tcb.accEcn === null) throw new Error('not in AccECN mode');
  return e.tcb.accEcn;
}

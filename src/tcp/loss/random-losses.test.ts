import { describe, expect, it } from 'vitest';
import { octets } from '../segment-arrives/testing.ts';
import { leftOf, rightOf, word } from '../send/sent.ts';
import { FATE, Fate } from '../tcb/sent.ts';
import { Phase } from '../tcb/tcb.ts';
import { Pair } from '../testing.ts';

describe('random losses', () => {
  /** A generator of 32-bit numbers (mulberry32). */
  function random(seed: number): () => number {
    let s = seed | 0;
    return () => {
      s = (s + 0x6d2b79f5) | 0;
      let t = Math.imul(s ^ (s >>> 15), 1 | s);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  const cases = [
    ['losses', 0.02, 0, 'dupacks'],
    ['heavy losses', 0.1, 0, 'dupacks'],
    ['losses and reordering', 0.03, 9000, 'dupacks'],
    ['losses', 0.02, 0, 'rack'],
    ['heavy losses', 0.1, 0, 'rack'],
    ['losses and reordering', 0.03, 9000, 'rack'],
  ] as const;
  for (const [name, loss, jitter, lossDetection] of cases) {
    it(`${lossDetection}, ${name}: all arrives; what was SACKed is not sent again, a hole once a round trip (40 seeds)`, () => {
      let again = 0;
      for (let seed = 1; seed <= 40; seed++) {
        const next = random(seed);
        const known = new Set<number>();
        const againAt = new Map<number, number>();
        const startUs = seed % 2 === 0 ? 0 : 2 ** 32 * 1000 - 500_000;
        const pair = new Pair({
          a: { sendBuffer: 100_000, lossDetection },
          startUs,
          fate: () => {
            if (next() < loss) return [];
            return [10_000 + (jitter === 0 ? 0 : Math.floor(next() * jitter))];
          },
        });
        const segment = pair.a.segment.bind(pair.a);
        pair.a.segment = (tcb, seg) => {
          segment(tcb, seg);
          const record = tcb.sent;
          if (seg.textLen === 0) return;
          for (let i = 0; record !== null && i < record.count; i++) {
            if (word(record, i, FATE) !== Fate.SACKED) continue;
            const left = leftOf(record, i);
            const right = rightOf(tcb, record, i);
            const apart = ((seg.seq + seg.textLen - left) | 0) <= 0 || ((right - seg.seq) | 0) <= 0;
            if (!apart) throw new Error(`seed ${seed}: ${seg.seq} is sent again, and was SACKed`);
          }
          if (!known.has(seg.seq)) {
            known.add(seg.seq);
            return;
          }
          again++;
          const since = pair.now - (againAt.get(seg.seq) ?? -1e9);
          if (tcb.cc.phase === Phase.FAST_RECOVERY && since < 20_000) {
            throw new Error(`seed ${seed}: ${seg.seq} is sent again twice in ${since} us`);
          }
          againAt.set(seg.seq, pair.now);
        };
        pair.connect();
        const text = octets(60_000);
        let written = 0;
        pair.run(() => {
          if (written < text.length) written += pair.a.send(text.subarray(written));
          return pair.b.read.length === text.length && pair.a.tcb.snd.una === pair.a.tcb.snd.nxt;
        }, startUs + 600_000_000);
        expect(Uint8Array.from(pair.b.read)).toEqual(text);
      }
      expect(again).toBeGreaterThan(20);
    });
  }
});

import { describe, expect, it } from 'vitest';
import { checkLiveness, Search, search } from '../search/index.ts';
import { rules, TcpModel } from './tcp-model.ts';

describe("Kuppe's TLA+ model of TCP", () => {
  it('has the 1182 distinct states, 6322 generated and depth 14 that TLC counts, and Inv holds', () => {
    for (const memory of ['exact', 'compact'] as const) {
      const r = search(new TcpModel(), { memory });
      expect(r.outcome).toBe('exhausted');
      expect([r.states, r.initials + r.transitions + r.cuts, r.depth + 1]).toEqual([1182, 6322, 14]);
      expect(r.violations).toEqual([{ id: 'Inv', count: 0, story: undefined }]);
    }
  });

  it('takes every rule but those that open again, and a SYN in SYN-SENT, which then cannot come', () => {
    const unseen = search(new TcpModel()).coverage.filter((f) => f.story === undefined);
    expect(unseen.map((f) => f.id)).toEqual(['passive OPEN', 'active OPEN', 'SEND', 'SYN in SYN-SENT']);
  });

  it('Prop holds: SYN-SENT leads to ESTABLISHED, LISTEN or CLOSED', () => {
    const s = new Search(new TcpModel());
    s.run();
    expect(checkLiveness(s, { cuts: 'absent' }).map((p) => p.verdict)).toEqual(['holds', 'holds']);
  });

  it('Prop falls when nobody is bound to give up: a SYN-SENT may wait for ever', () => {
    class Patient extends TcpModel {
      override fair(i: number): number {
        return rules[i >> 1]!.kind === 'system' ? 0 : -1;
      }
    }
    const s = new Search(new Patient());
    s.run();
    const found = checkLiveness(s, { cuts: 'absent' })[0]!;
    expect(found.verdict).toBe('fails');
    // The other end closes its LISTEN; nothing is left that must happen.
    expect(found.story).toEqual({
      initial: 0,
      actions: [rules.findIndex((r) => r.name === 'CLOSE in LISTEN') * 2 + 1],
      cycle: [],
    });
  });

  it('Inv falls when an end may be ESTABLISHED without the last ACK being sent', () => {
    class Silent extends TcpModel {
      override step(i: number, out: Uint8Array): number {
        const length = super.step(i, out);
        if (length < 0 || rules[i >> 1]!.name !== 'SYN,ACK in SYN-SENT') return length;
        // The ACK that was to be sent last is lost: the FIFO is not lossless.
        const queue = i & 1 ? out[3]! & 15 : out[3]! >> 4;
        if (queue !== 1 || length !== 5) return length;
        out[3] = 0;
        this.#lost = true;
        return 4;
      }
      override violated(): number {
        const lost = this.#lost;
        this.#lost = false;
        return lost ? 1 : super.violated();
      }
      #lost = false;
    }
    const r = search(new Silent());
    expect([r.outcome, r.violations[0]!.story?.actions.length]).toEqual(['violated', 2]);
  });
});

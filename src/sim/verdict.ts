// What the rules of a wire decide for one packet, together.

import type { PacketInfo } from './packet.ts';
import type { Corruption, LiveRule } from './rules.ts';

/** What rules decided for the packet at hand; reused. */
export class Verdict {
  drop = false;
  extraUs = 0;
  copies = 0;
  mark = false;
  holder: LiveRule | null = null;
  corruptions: Corruption[] = [];

  reset(): this {
    this.drop = false;
    this.extraUs = 0;
    this.copies = 0;
    this.mark = false;
    this.holder = null;
    if (this.corruptions.length > 0) this.corruptions.length = 0; // setting the length is slow
    return this;
  }

  /** Asks every rule that is for this direction; an edit is made at once. */
  judge(p: PacketInfo, rules: readonly LiveRule[]): void {
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as LiveRule;
      if (rule.rule.direction !== undefined && rule.rule.direction !== p.direction) continue;
      if (!rule.takes(p)) continue;
      const { action } = rule.rule;
      if ('drop' in action) this.drop = true;
      else if ('delayUs' in action) this.extraUs += action.delayUs;
      else if ('delayBy' in action) this.extraUs += action.delayBy(p);
      else if ('duplicate' in action) this.copies += action.duplicate;
      else if ('corrupt' in action) this.corruptions.push(action.corrupt);
      else if ('mark' in action) this.mark = true;
      else if ('hold' in action) this.holder = rule;
      else {
        action.edit(p);
        p.forget();
      }
    }
  }
}

// SYNs from addresses that never answer (RFC 4987), with SYN cookies and without.

import { OPT_MSS, OPT_TIMESTAMPS, OPT_WSCALE, SYN } from '../../src/wire/index.ts';
import { forgeTcp } from './forge.ts';
import { SERVICE } from './legit.ts';
import { type Outcome, Stage } from './stage.ts';
import { stranger } from './strangers.ts';

function flood(name: string, packets: number, synCookies: boolean): Outcome {
  const stage = new Stage(name, { listen: { synCookies } });
  stage.watch('connections', 256 + 64, () => stage.victim.tcp.size);
  stage.peace();
  stage.flood(packets, 100_000, (mem, off, i) =>
    forgeTcp(mem, off, {
      src: stranger(i),
      sport: 1024 + (i % 60_000),
      dport: SERVICE,
      ctl: SYN,
      seq: Math.imul(i, 0x9e3779b1),
      more: (seg) => {
        seg.opts = OPT_MSS | OPT_TIMESTAMPS | OPT_WSCALE;
        seg.mss = 1460;
        seg.wscale = 7;
        seg.tsVal = i;
      },
    }),
  );
  stage.facts['SYN,ACKs for each SYN'] = (stage.replies / packets).toFixed(3);
  return stage.end(1_000_000);
}

/** With SYN cookies, the default. */
export function synFlood(packets: number): Outcome {
  return flood('syn-flood', packets, true);
}

/** With `synCookies: false`. */
export function synFloodNoCookies(packets: number): Outcome {
  return flood('syn-flood-no-cookies', packets, false);
}

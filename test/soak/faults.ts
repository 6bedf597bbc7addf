// What goes wrong in a world: wires from perfect to bad, and what happens to the network or to a host.

import type { Random, WireConfig } from '../../src/sim/index.ts';
import { pick, randomSpan } from '../support/dice.ts';

/** Something that happens to the network or to a host. */
export type FaultPlan = { readonly id: number; readonly atUs: number } & (
  | {
      readonly kind: 'wire';
      readonly wire: number;
      readonly way: 'both' | 'a->b' | 'b->a';
      readonly change: WireConfig;
    }
  | {
      readonly kind: 'partition';
      readonly wire: number;
      readonly way: 'both' | 'a->b' | 'b->a';
      readonly forUs: number;
    }
  | {
      readonly kind: 'mtu';
      readonly wire: number;
      readonly mtu: number;
      readonly tells: boolean;
      readonly forUs: number;
    }
  | { readonly kind: 'firewall'; readonly wire: number; readonly forUs: number }
  | { readonly kind: 'crash'; readonly host: number; readonly downUs: number }
  | { readonly kind: 'listener'; readonly host: number; readonly port: number; readonly forUs: number }
  /** Its clock is set, ahead or back. */
  | { readonly kind: 'clock'; readonly host: number; readonly byUs: number }
  /** It stands still, and its clock does not. */
  | { readonly kind: 'suspend'; readonly host: number; readonly forUs: number }
  | { readonly kind: 'ping'; readonly host: number; readonly to: number; readonly octets: number }
);

/** A wire from perfect to bad. `worst`: highest probability of loss. */
export function randomWire(r: Random, worst: number, corrupt: boolean): WireConfig {
  const config: WireConfig = { delayUs: pick(r, [0, 100, 10_000, 80_000, 300_000]) };
  if (r.chance(0.15)) return config;
  if (r.chance(0.6)) config.loss = r.float() * worst;
  if (r.chance(0.4)) config.duplicate = r.float() * 0.3;
  if (corrupt && r.chance(0.4)) config.corrupt = r.float() * 0.1;
  if (r.chance(0.4)) config.jitterUs = r.int(50_000);
  if (r.chance(0.3)) config.keepOrder = true;
  if (r.chance(0.4))
    config.reorder = { probability: r.float() * 0.3, extraDelayUs: pick(r, [1000, 30_000, 400_000]) };
  if (r.chance(0.3)) {
    config.bandwidthBps = pick(r, [30_000, 100_000, 1_000_000, 50_000_000]);
    config.queuePackets = pick(r, [3, 20, 1000]);
  }
  return config;
}

/** Something that goes wrong in `spanUs`; `one`: a packet crosses one wire. */
export function randomFault(
  r: Random,
  id: number,
  wires: number,
  hosts: number,
  spanUs: number,
  worst: number,
  one: boolean,
): FaultPlan {
  const base = { id, atUs: r.int(spanUs) };
  const wire = r.int(wires);
  const way = pick(r, ['both', 'a->b', 'b->a'] as const);
  switch (r.int(17)) {
    case 0:
    case 1:
    case 2:
      return {
        ...base,
        kind: 'wire',
        wire,
        way,
        change: {
          loss: 0,
          duplicate: 0,
          corrupt: 0,
          jitterUs: 0,
          bandwidthBps: Infinity,
          ...randomWire(r, worst, one),
        },
      };
    case 3:
    case 4:
      return { ...base, kind: 'partition', wire, way, forUs: pick(r, [200_000, 5_000_000, 60_000_000]) };
    case 5:
    case 6:
    case 7:
      return {
        ...base,
        kind: 'mtu',
        wire,
        mtu: pick(r, [68, 296, 551, 576, 1000, 1280, 1400]),
        tells: r.chance(0.75),
        forUs: pick(r, [2_000_000, 60_000_000]),
      };
    case 8:
    case 9:
      return { ...base, kind: 'crash', host: r.int(hosts), downUs: pick(r, [0, 1_000_000, 30_000_000]) };
    case 10:
      return {
        ...base,
        kind: 'listener',
        host: r.int(hosts),
        port: pick(r, [80, 81]),
        forUs: pick(r, [0, 3_000_000]),
      };
    case 11:
      return { ...base, kind: 'firewall', wire, forUs: pick(r, [200_000, 5_000_000]) };
    case 12:
    case 13:
      return {
        ...base,
        kind: 'clock',
        host: r.int(hosts),
        byUs: pick(r, [2_000_000, 3_600_000_000, randomSpan(r), -2_000_000, -3_600_000_000]),
      };
    case 14:
    case 15:
      return {
        ...base,
        kind: 'suspend',
        host: r.int(hosts),
        forUs: pick(r, [300_000, 20_000_000, 2_000_000_000, randomSpan(r)]),
      };
    default:
      return { ...base, kind: 'ping', host: r.int(hosts), to: r.int(hosts), octets: r.int(1200) };
  }
}

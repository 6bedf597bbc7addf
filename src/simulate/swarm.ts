// A swarm of faults: for each seed a random half of their kinds, at random times and places. Faults of all kinds at once, all
// of them weak, would hide each other (Groce and others, "Swarm Testing").

import { list, oneOf, Schema, text, whole } from '../options/index.ts';
import type { Random } from '../sim/index.ts';
import type { SimulatedHost } from './machine.ts';
import type { Fault, Link } from './network/index.ts';
import { type Duration, duration, secondsOf, usOf } from './units.ts';

/** Kinds of faults that a swarm has. */
export type SwarmKind =
  | 'loss'
  | 'delay'
  | 'jitter'
  | 'reorder'
  | 'duplicate'
  | 'corrupt'
  | 'rate'
  | 'partition'
  | 'hold'
  | 'reset'
  | 'crash'
  | 'power off'
  | 'pause';

const LINKS: Readonly<Partial<Record<SwarmKind, (link: Link, x: number) => Fault>>> = {
  loss: (link, x) => link.loss(0.02 + 0.3 * x),
  delay: (link, x) => link.delay(10 + 2000 * x * x),
  jitter: (link, x) => link.jitter(1 + 300 * x),
  reorder: (link, x) => link.reorder(0.02 + 0.3 * x),
  duplicate: (link, x) => link.duplicate(0.02 + 0.3 * x),
  corrupt: (link, x) => link.corrupt(0.01 + 0.2 * x),
  rate: (link, x) => link.rate(Math.round(8000 * 1000 ** x)),
  partition: (link, x) =>
    x < 0.3 ? link.partition({ from: link.ends[x < 0.15 ? 0 : 1] }) : link.partition(),
  hold: (link) => link.hold(),
  reset: (link) => link.reset(),
};

const HOSTS: Readonly<Partial<Record<SwarmKind, (host: SimulatedHost) => Fault>>> = {
  crash: (host) => host.crash(),
  'power off': (host) => host.powerOff(),
  pause: (host) => host.pause(),
};

const KINDS = [...Object.keys(LINKS), ...Object.keys(HOSTS)] as SwarmKind[];

/** Options of `sim.swarm`. */
export interface SwarmOptions {
  /** Of these a random half is drawn. Default: all. */
  kinds?: readonly SwarmKind[];
  /** Faults begin within so much time from now. Default `'10s'`. */
  within?: Duration;
  /** And last so long at most. Default `'5s'`. */
  lasting?: Duration;
  /** Faults of each kind that was drawn, at most. Default 3. */
  most?: number;
  /** Hosts that crash, lose power and pause; links with one of them. Default: all but clients. */
  hosts?: readonly string[];
}

export const swarmOptions = new Schema<SwarmOptions>('swarm', {
  kinds: list(oneOf(...KINDS)),
  within: duration,
  lasting: duration,
  most: whole(1, 1000),
  hosts: list(text),
});

/** A fault to come. */
export interface Planned {
  /** Its place in the plan, from 0. */
  readonly index: number;
  readonly kind: SwarmKind;
  readonly atUs: number;
  readonly forUs: number;
  /** How strong, and where: from 0 to 1. */
  readonly strength: number;
  readonly place: number;
}

/** What a seed draws. */
export function planOf(random: Random, nowUs: number, options: SwarmOptions): Planned[] {
  const { kinds = KINDS, within = '10s', lasting = '5s', most = 3 } = options;
  const withinUs = usOf(within, 'swarm', 'within');
  const lastingUs = usOf(lasting, 'swarm', 'lasting');
  const plan = kinds
    .filter(() => random.chance(0.5))
    .flatMap((kind) =>
      Array.from({ length: 1 + random.int(most) }, () => ({
        kind,
        atUs: nowUs + Math.floor(random.float() * withinUs),
        forUs: 1 + Math.floor(random.float() * lastingUs),
        strength: random.float(),
        place: random.float(),
      })),
    );
  return plan.sort((a, b) => a.atUs - b.atUs).map((each, index) => ({ index, ...each }));
}

/** A fault of the plan at work, and the host that is to be started again after it; null: none. */
interface Begun {
  readonly fault: Fault;
  readonly host: SimulatedHost | null;
}

/** Lets it happen, somewhere. null: there is no place for it now. */
export function begin(
  planned: Planned,
  links: readonly Link[],
  hosts: readonly SimulatedHost[],
): Begun | null {
  const { kind, strength, place } = planned;
  const onLink = LINKS[kind];
  if (onLink !== undefined) {
    const link = links[Math.floor(place * links.length)];
    return link === undefined ? null : { fault: onLink(link, strength).optional(), host: null };
  }
  const up = hosts.filter(({ isUp }) => isUp);
  const host = up[Math.floor(place * up.length)];
  const fault = host === undefined ? undefined : HOSTS[kind]?.(host).optional();
  return host === undefined || fault === undefined ? null : { fault, host: kind === 'pause' ? null : host };
}

/** `1.250 s: partition of api-db for 3.000 s`. */
export function plannedText({ kind, atUs, forUs }: Planned, fault: Fault | null): string {
  return `${secondsOf(atUs)}: ${fault?.text ?? kind} for ${secondsOf(forUs)}`;
}

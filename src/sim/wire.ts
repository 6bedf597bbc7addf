// The simulated wire: joins two ports, with physics, faults and scripts of its own in each direction.

import { type Kind, like, list, nested, outOfRange, Schema, text } from '../options/index.ts';
import { type WireConfig, wireConfig } from './config.ts';
import type { WireTap } from './counters.ts';
import { WireDirection } from './direction.ts';
import type { DirectionName } from './packet.ts';
import { LiveRule, type RuleHandle, type WireRule } from './rules.ts';
import { parseRule } from './ruletext.ts';
import type { Port } from './types.ts';
import type { World } from './world.ts';

/** Options of {@link Wire}: a config for both directions, and what differs in one. */
export interface WireOptions extends WireConfig {
  aToB?: WireConfig;
  bToA?: WireConfig;
  /** For messages; also names the wire's dice. Default: a number in order of creation. */
  name?: string;
  /** Names of the ends in the text form of rules: ['client', 'server']. Default ['a', 'b']. */
  ends?: readonly [string, string];
}

/** What {@link WireOptions} may hold. */
export const wireOptions = new Schema<WireOptions>('wire', {
  ...wireConfig.kinds,
  aToB: nested(wireConfig),
  bToA: nested(wireConfig),
  name: text,
  ends: list(text, 2),
});

/** What a wire can be plugged into. */
const port: Kind = like(
  'a port: an interface of a host (or world.wire, which takes hosts)',
  'receive',
  'attach',
  'memory',
);

/** A point-to-point link between two ports of a world. */
export class Wire {
  readonly name: string;
  readonly a: Port;
  readonly b: Port;
  /** From a to b: its config, counters and state. */
  readonly ab: WireDirection;
  /** From b to a. */
  readonly ba: WireDirection;
  readonly ends: readonly [string, string];
  readonly #world: World;
  readonly #rules: LiveRule[] = [];
  #closed = false;

  /**
   * @throws OptionTypeError, OptionRangeError for options that make no sense; TypeError for what is no port;
   * RangeError for two ports of different kinds, and for a port that has a link already
   */
  constructor(world: World, a: Port, b: Port, options: WireOptions = {}) {
    wireOptions.check(options);
    checkPorts(a, b);
    const { aToB, bToA, name, ends, ...both } = options;
    this.name = name ?? `wire ${world.nextName()}`;
    this.ends = ends ?? ['a', 'b'];
    this.a = a;
    this.b = b;
    this.ab = new WireDirection(world, this.name, 'a->b', a, b);
    this.ba = new WireDirection(world, this.name, 'b->a', b, a);
    this.ab.configure({ ...both, ...aToB });
    this.ba.configure({ ...both, ...bToA });
    this.#world = world;
    world.own(this, true);
    a.attach((off, len) => this.ab.send(off, len));
    b.attach((off, len) => this.ba.send(off, len));
  }

  /** The direction of this name. Throws RangeError for another. */
  direction(name: DirectionName): WireDirection {
    if (name !== 'a->b' && name !== 'b->a') throw outOfRange('wire', 'direction', name, "'a->b' or 'b->a'");
    return name === 'a->b' ? this.ab : this.ba;
  }

  #each(name: DirectionName | undefined): WireDirection[] {
    return name === undefined ? [this.ab, this.ba] : [this.direction(name)];
  }

  /** Changes fields of the config, in both directions or one. Packets under way keep their times. */
  configure(change: WireConfig, direction?: DirectionName): void {
    for (const each of this.#each(direction)) each.configure(change);
  }

  /**
   * Cuts the wire (packets that depart or arrive while it is cut are dropped), or mends it: that also
   * forgets windows of `partitionBetween`.
   */
  partition(on: boolean, direction?: DirectionName): void {
    for (const each of this.#each(direction)) each.partition(on);
  }

  /** Cuts the wire from `fromUs` until before `toUs` of virtual time. */
  partitionBetween(fromUs: number, toUs: number, direction?: DirectionName): void {
    for (const each of this.#each(direction)) each.partitionBetween(fromUs, toUs);
  }

  /**
   * Adds a rule, given as an object or as text ('drop SYN+ACK#1', see {@link parseRule}).
   * @throws RuleError, RangeError
   */
  rule(rule: WireRule): RuleHandle;
  rule(text: string): RuleHandle;
  rule(rule: WireRule | string): RuleHandle {
    const live = new LiveRule(typeof rule === 'string' ? parseRule(rule, this.ends) : rule, (it) =>
      this.#remove(it),
    );
    this.#rules.push(live);
    this.#spread();
    return live;
  }

  #remove(rule: LiveRule): void {
    const at = this.#rules.indexOf(rule);
    if (at >= 0) this.#rules.splice(at, 1);
    this.#spread();
  }

  #spread(): void {
    for (const each of [this.ab, this.ba]) {
      each.rules = this.#rules.slice();
      each.refresh();
    }
  }

  /** The rules at work. */
  get rules(): readonly RuleHandle[] {
    return this.#rules;
  }

  /**
   * A packet that neither port sent: it arrives after the direction's delay, untouched by faults and
   * rules. False if there is no memory for it, it is empty, or the wire was taken away.
   */
  inject(direction: DirectionName, bytes: Uint8Array): boolean {
    if (this.#closed) return false;
    return this.direction(direction).inject(bytes);
  }

  /** Who sees every packet's fate; null when nobody does. */
  get tap(): WireTap | null {
    return this.ab.tap;
  }

  set tap(tap: WireTap | null) {
    for (const each of [this.ab, this.ba]) {
      each.tap = tap;
      each.refresh();
    }
  }

  /** Drops everything under way and held. */
  clear(): void {
    this.ab.clear();
    this.ba.clear();
    for (const rule of this.#rules) {
      const flights = rule.flights;
      rule.flights = [];
      for (const flight of flights) flight.direction.loseHeld(flight);
    }
  }

  /** True when it was taken away. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes the wire away: drops what is under way, and the ports have no link; a switch's port is free again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#world.own(this, false);
    this.a.attach(null);
    this.b.attach(null);
    this.clear();
  }
}

/** Refuses what cannot be joined. */
function checkPorts(a: Port, b: Port): void {
  port.check(a, 'wire', 'a');
  port.check(b, 'wire', 'b');
  if (a === b) throw new RangeError('wire: both ends are the same port');
  const [kindA, kindB] = [a.kind ?? 'ip', b.kind ?? 'ip'];
  if (kindA !== kindB) {
    throw new RangeError(
      `wire: ${portName(a)} is of kind '${kindA}' and ${portName(b)} of kind '${kindB}': a wire joins two of one kind`,
    );
  }
  for (const each of [a, b]) {
    if (each.attached === true) {
      throw new RangeError(
        `wire: ${portName(each)} has a link already: close that first (wire.close()), or add an interface`,
      );
    }
  }
}

function portName(each: Port): string {
  return 'name' in each && typeof each.name === 'string' ? each.name : 'a port';
}

// The door of the simulated network: a world with virtual time, wires with faults, switch and cloud.

export type { Joint, WorldHostOptions } from './build.ts';
export * from './cloud.ts';
export { type WireConfig, wireConfig } from './config.ts';
export { combineTaps, DropCounters, type DropReason, WireCounters, type WireTap } from './counters.ts';
export { WireDirection } from './direction.ts';
export * from './errors.ts';
export { type DirectionName, PacketInfo } from './packet.ts';
export * from './random.ts';
export * from './realtime.ts';
export type { Corruption, Nth, RuleAction, RuleHandle, WireRule } from './rules.ts';
export { parseRule, RuleError } from './ruletext.ts';
export type { RunEnd, RunGuards, RunOptions, RunResult, SettleOptions } from './runs.ts';
export * from './switch.ts';
export type { Action, Clock, Node, Port, PortKind, Transmit } from './types.ts';
export * from './wire.ts';
export * from './world.ts';

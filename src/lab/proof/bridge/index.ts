// The door of the bridge: every step of the real engine that a search reaches, held against the theory.

export type { Fact, Said, View } from './abstraction.ts';
export type { EngineEvent } from './allowed.ts';
export type { EngineStep } from './explain.ts';
export { type HostsMutant, hostsItems, hostsMutants } from './hosts.ts';
export { HostsBridge, type HostsConfig } from './hosts-walk.ts';
export { type BridgeMutant, bridgeMutants, likeTheory } from './mutants.ts';
export {
  type BridgeItem,
  type BridgeReport,
  bridgeHosts,
  bridgeItems,
  bridgeModel,
  bridgeMutant,
  bridgeWalks,
  neverUsed,
  neverUsedOf,
} from './run.ts';
export { Bridge, isInTheory } from './system.ts';
export { walk, walkConfigs } from './walk.ts';

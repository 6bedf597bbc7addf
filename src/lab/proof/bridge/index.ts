// The door of the bridge: every step of the real engine that a search reaches, held against the theory.

export type { Fact, Said, View } from './abstraction.ts';
export type { EngineEvent, EngineStep } from './explain.ts';
export {
  type BridgeMutant,
  type BridgeReport,
  bridgeItems,
  bridgeModel,
  bridgeMutant,
  bridgeMutants,
  bridgeWalks,
  likeTheory,
  neverUsed,
} from './run.ts';
export { Bridge, EXPLAINED, isInTheory } from './system.ts';
export { walk, walkConfigs } from './walk.ts';

// The door of the model: the real engine of two hosts as a transition system.

export { type ModelConfig, type Program, smallTcp, tcpOf } from './config.ts';
export { configNamed, configs } from './configs.ts';
export { Forgery } from './forgeries.ts';
export { Kind } from './kinds.ts';
export { type ModelOptions, TcpModel } from './model.ts';
export { LIVENESS, type ModelProperty, PROPERTIES, type PropertyName } from './properties.ts';
export { FACTS } from './roles.ts';
export {
  type StoryData,
  type StoryPacket,
  type StorySegment,
  type StoryStep,
  story,
  storyText,
} from './story.ts';

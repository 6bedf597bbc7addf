// The door of gateway/node/frames: the ways by which guests' frames come in where there is Node.

export type { Frames, PortArrived } from './frames.ts';
export { type FramesOptions, framesOptions, openFrames } from './open.ts';

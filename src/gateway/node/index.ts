// The door of gateway/node: what the gateway needs of Node. The ways by which guests' frames come in.

export { type Frames, type FramesOptions, openFrames, type PortArrived } from './frames/index.ts';

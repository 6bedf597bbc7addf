// The door of gateway/node: what the gateway needs of Node. The network outside, and the ways by which guests' frames come in.

export { type GatewayApi, serveApi } from './api.ts';
export { createGateway, NodeGateway, type NodeGatewayOptions } from './create.ts';
export { type Frames, type FramesOptions, openFrames, type PortArrived } from './frames/index.ts';
export { nodeOuter } from './outer.ts';
export { nodeUpstream } from './upstream.ts';

// The door of UDP.

export { type FlowCounters, type FlowLimits, Flows } from './flows.ts';
export { ForwardedFlows, type ForwardedOptions } from './forwarded.ts';

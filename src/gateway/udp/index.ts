// The door of UDP.

export { type FlowCounters, type FlowLimits, Flows } from './flows.ts';

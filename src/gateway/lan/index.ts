// The door of the guests' network.

export { Guest, type GuestCounters, type GuestInfo } from './guest.ts';
export { type FrameTap, Lan } from './lan.ts';

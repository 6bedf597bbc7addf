// The door of the guests' network.

export { faultyPort, type GuestFaults } from './faulty-port.ts';
export { Guest, type GuestCounters, type GuestInfo } from './guest.ts';
export { type FrameTap, Lan } from './lan.ts';

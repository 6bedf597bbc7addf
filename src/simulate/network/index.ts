// The door of the simulated network: links, what befalls them, and how packets find their way.

export { Fault, type FaultKind, Faults } from './fault.ts';
export { type FaultOptions, type Hold, Link, type LinkEnd, type Nat, type NatOptions } from './link.ts';
export { type LinkOptions, linkOptions } from './link-options.ts';
export { type Attached, Network, Switch } from './network.ts';

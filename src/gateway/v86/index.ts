// The door of gateway/v86: the PC in a page (github.com/copy/v86) on a network of synfin.

export { createV86Network, V86Network, type V86NetworkOptions } from './network.ts';
export { type V86Emulator, V86Port, type V86PortOptions, v86Port } from './port.ts';

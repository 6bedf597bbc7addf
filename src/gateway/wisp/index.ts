// The door of gateway/wisp: a server of Wisp, the protocol by which emulators in pages open streams through a WebSocket.

export { type WispCounters, type WispOutlet, WispSession, type WispSocket } from './session.ts';

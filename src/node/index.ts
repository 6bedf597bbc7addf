// The door of node: what needs Node's own modules. Devices on its sockets.

export { DatagramDevice, type DatagramOptions, openDatagramDevice } from './datagram.ts';
export { connectDevice, socketDevice } from './socket.ts';

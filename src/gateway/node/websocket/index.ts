// The door of gateway/node/websocket: a server of WebSockets, as little as relays need. Node has a client, and no server.

export { acceptUpgrade, refuseUpgrade } from './handshake.ts';
export { ServerWebSocket } from './server-socket.ts';

// The door of the web's sockets: standard APIs on a host, in any runtime.
//
// ```ts
// import { Host, broadcastChannelDevice } from 'synfin';
// import { webSockets } from 'synfin/web';
//
// const host = new Host({ name: 'page' });
// host.attach(broadcastChannelDevice(new BroadcastChannel('lan')), { addresses: ['10.0.0.1/24'] });
//
// const socket = webSockets(host).connect('10.0.0.2:7');
// const writer = socket.writable.getWriter();
// await writer.write(new TextEncoder().encode('hello'));
// ```
//
// A page can listen, too: another page on the channel asks it with `fetchOn`.
//
// ```ts
// serve(host, { port: 80 }, (request) => new Response(`you asked for ${request.url}`)); // or Hono's app.fetch
// const response = await fetchOn(otherHost)('http://10.0.0.1/hello');
// ```

export {
  type AnySocketAddress,
  type SocketAddress,
  type SocketBinding,
  type SocketOptions,
  type WebSocketsOptions,
  webSockets,
} from './connect.ts';
export {
  type DirectSockets,
  type DirectSocketsOptions,
  directSockets,
  type ReadableOf,
  TCPServerSocket,
  type TCPServerSocketOpenInfo,
  type TCPServerSocketOptions,
  TCPSocket,
  type TCPSocketOpenInfo,
  type TCPSocketOptions,
  type UDPMessage,
  UDPSocket,
  type UDPSocketOpenInfo,
  type UDPSocketOptions,
  type WritableOf,
} from './direct/index.ts';
export { type FetchOnHost, type FetchOptions, fetchOn } from './fetch.ts';
export type { NameOptions } from './names.ts';
export type {
  MessageLike,
  PlatformRequest,
  PlatformRequestInit,
  PlatformResponse,
  RequestLike,
  ResponseLike,
} from './platform.ts';
export { HttpServer, type RequestHandler, type RequestInfo, type ServeOptions, serve } from './serve.ts';
export { Socket, type SocketInfo } from './socket.ts';
export { SocketError } from './socket-error.ts';

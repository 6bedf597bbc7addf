// The door of what programs hold: a connection with its two sides, and a listener.

export { Connection } from './connection.ts';
export type { ConnectionHandler, ConnectionInfo, ConnectionOwner, Endpoint } from './connection-types.ts';
export { Listener, type ListenerInfo, type ListenerOwner, type ListenOptions } from './listener.ts';
export type { ReadOptions } from './reading.ts';
export { SMALL_RING } from './ring.ts';
export type {
  OctetsByobReader,
  OctetsReader,
  PlatformReadable,
  PlatformWritable,
  ReadableOctets,
  WritableOctets,
} from './streams.ts';
export type { SynRequest } from './syn-request.ts';
export type { WriteOptions } from './writing.ts';

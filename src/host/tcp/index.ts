// The door of TCP on one host: many connections, from the segment that arrives to the call of a program.

export { type FastOpenKeys, type FastOpenMode, fastOpenKeys } from './fast-open.ts';
export { MOST_KEY_OCTETS } from './md5-keys.ts';
export type { PeerMetricsInfo } from './peer-metrics.ts';
export { TcpLayer } from './tcp-layer.ts';
export { CLOSE_TIMEOUT_MS, type CloseOptions, endConnections } from './teardown.ts';

// The door of TCP.

export {
  type ConnectionCounters,
  type ConnectionLimits,
  type ConnectionListener,
  type ConnectionRow,
  Connections,
} from './connections.ts';
export { type Decision, GatewayConnection } from './gateway-connection.ts';
export { answerTo } from './splice.ts';

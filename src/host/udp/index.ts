// The door of UDP: sockets, and datagrams to and from them.

export { UdpLayer } from './udp.ts';
export {
  type UdpInfo,
  type UdpMessage,
  type UdpOptions,
  type UdpProblem,
  type UdpSendOptions,
  UdpSocket,
} from './udp-socket.ts';

// The door of packets: a frame becomes a segment.

export { PacketDecoder, PacketKind, Sum } from './decoder.ts';
export { Found, findIp, LinkHeader, LinkKind } from './link.ts';

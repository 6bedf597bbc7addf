// The door of `wire`: octets to and from headers. Pure functions over a Memory, no state, no clock.

export * from './address.ts';
export * from './arp.ts';
export * from './checksum.ts';
export { markCe, setEcnField } from './ecn.ts';
export * from './ethernet.ts';
export * from './format.ts';
export { ICMP_HEADER_LENGTH, IcmpMessage } from './icmp.ts';
export * from './icmp4.ts';
export * from './icmp6.ts';
export * from './ip.ts';
export * from './ipv4.ts';
export * from './ipv6.ts';
export * from './malformed.ts';
export * from './md5.ts';
export * from './memory.ts';
export * from './ndp.ts';
export * from './ndp-options.ts';
export * from './offload.ts';
export * from './pseudo.ts';
export * from './segment.ts';
export * from './seq.ts';
export * from './tcp.ts';
export * from './tcp-md5.ts';
export * from './tcp-options.ts';
export * from './udp.ts';

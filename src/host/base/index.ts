// The door of what every room of the host may use: counters, queues, the tuple table, random numbers. Knows no protocol.

export { bothTaps, HostCounters, type HostTap } from './counters.ts';
export { copySockets, FourTuple, sameHosts } from './four-tuple.ts';
export { halfSipHash3 } from './halfsiphash.ts';
export { type Octets, octetsOf, transferred } from './octets.ts';
export { PacketQueue } from './packet-queue.ts';
export { type Place, Queue } from './queue.ts';
export { checkedRandom, platformRandom, randomMac } from './random.ts';
export { RateLimit } from './rate-limit.ts';
export { isIpv4, NONE, TupleTable } from './tuple-table.ts';
export { runUserCode } from './user-code.ts';

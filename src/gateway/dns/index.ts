// The door of the guests' DNS.

export type { DnsAnswer, DnsUpstream } from './answers.ts';
export { type DohFetcher, dohUpstream } from './doh.ts';
export { type DnsCounters, type DnsOptions, DnsService, dnsOptions } from './service.ts';

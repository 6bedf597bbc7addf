// The door of names: how a host finds addresses, and what Node's dns asks for it.

export { Channel, type ChannelHandle } from './channel.ts';
export { HybridChannel, type KernelChannelClass } from './hybrid-channel.ts';
export { hintsOf, lookUp, lookupErrorNumber, lookupsOver } from './lookups.ts';
export { Names, type NamesOptions, namesOf, namesOptions } from './names.ts';
export { NameRedirects } from './redirects.ts';
export {
  answerFrom,
  type DnsServer,
  type DnsServerOptions,
  serveDns,
  type Zone,
  type ZoneFailure,
  type ZoneRecord,
} from './server.ts';
